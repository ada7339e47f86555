package main

import (
	"testing"
	"time"
)

// TestSpell: losses near one another are one record, told once they are over or
// have lasted long, and no frame is told twice or left out.
func TestSpell(t *testing.T) {
	start := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	var p spell
	type tellingOf struct {
		at, began, was int // seconds
		lost           uint64
	}
	var told []tellingOf
	drops := uint64(0)
	for s := range 200 {
		now := start.Add(time.Duration(s) * time.Second)
		switch {
		case s == 10, s == 12:
			drops += 5
		case s >= 50 && s < 120: // more than a minute on end
			drops++
		case s == 199:
			drops += 7
		}
		if lost, began, was := p.note(drops, now, s == 199); lost > 0 {
			told = append(told, tellingOf{s, int(began.Sub(start) / time.Second), int(was.Sub(start) / time.Second), lost})
		}
	}
	want := []tellingOf{{15, 9, 12, 10}, {109, 49, 109, 60}, {122, 109, 119, 10}, {199, 198, 199, 7}}
	if len(told) != len(want) {
		t.Fatalf("%v, want %v", told, want)
	}
	for i := range want {
		if told[i] != want[i] {
			t.Errorf("%v, want %v", told[i], want[i])
		}
	}
}
