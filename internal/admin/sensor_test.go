package admin

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"spaniel/event"
)

// TestTheSensorIsAsked: what one process counts is what another is told, and of
// one that is gone why.
func TestTheSensorIsAsked(t *testing.T) {
	path := SensorPath(t.TempDir())
	want := Snapshot{Ledger: event.Ledger{FramesIn: 1 << 60, Calls: [event.NumCallFates]uint64{event.CallShed: 3}}, Capture: []CaptureCount{{Iface: "eth1", Received: 7, Up: true}},
		Rules: []RuleCount{{ID: "r", Seconds: 0.5}}, Messages: [NumSeen]uint64{Truncated: 2}, Learned: map[string]int{"fields": 1}, ReloadOK: true, Ruleset: "a1", Loaded: time.Unix(1, 0).UTC()}
	ask := func() Snapshot {
		t.Helper()
		got, err := AskSensor(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for range 2 { // the second takes the place of a socket that was left behind
		ctx, stop := context.WithCancel(t.Context())
		s, err := NewSensorServer(path, func() Snapshot { return want })
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		if got := ask(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := AskSensor(t.Context(), path); err == nil {
		t.Error("one that is gone answers")
	}
	if _, err := AskSensor(t.Context(), filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("one that never was answers")
	}
	if r := readiness(&Snapshot{Away: "gone"}); r.Status != "degraded" || r.Sensor != "gone" || r.Rules != "not known" {
		t.Errorf("%+v", r)
	}
}
