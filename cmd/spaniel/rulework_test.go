package main

import (
	"testing"
	"time"

	"spaniel/detect"
)

func TestSlowRules(t *testing.T) {
	for _, tc := range []struct {
		considered    uint64
		each, longest time.Duration
		want          bool
	}{
		{1, time.Millisecond, time.Millisecond, false},
		{1, 60 * time.Millisecond, 60 * time.Millisecond, true},
		{50, 3 * time.Millisecond, 4 * time.Millisecond, false}, // too few to say
		{100, 3 * time.Millisecond, 4 * time.Millisecond, true},
		{1_000_000, 2 * time.Microsecond, 10 * time.Millisecond, false},
		{0, 0, 0, false},
	} {
		r := detect.RuleStats{Considered: tc.considered, Nanos: tc.considered * uint64(tc.each), Slowest: uint64(tc.longest)}
		if slow(r) != tc.want {
			t.Errorf("%+v is slow: %v", tc, !tc.want)
		}
	}
}
