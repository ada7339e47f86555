package main

import (
	"context"
	"testing"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

// TestBenchCountsWhatTheSensorCounts: which calls pass the prefilter, and on
// which the condition holds, does not depend on rules being tried one by one.
func TestBenchCountsWhatTheSensorCounts(t *testing.T) {
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	frames, err := demoFrames()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sensor.New(demoConfig(set), func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), sensor.NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	want := map[string]detect.RuleStats{}
	for _, r := range s.RuleStats() {
		want[r.ID] = r
	}
	none, err := detect.Load(nil, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sc := demoConfig(none)
	judging, err := sc.Judging(redact.New(make([]byte, 32), redact.Option{}))
	if err != nil {
		t.Fatal(err)
	}
	var clock int64
	var heap uint64
	p := detect.NewPricer(set, judging, func() int64 { clock += 12; return clock }, func() (uint64, uint64) { heap++; return heap, 2 * heap })
	sc.Where = func(c *event.Call) bool { p.Call(c); return false }
	demoRun(t, sc, func(*event.Item) {})
	fired := uint64(0)
	for _, pr := range p.Prices() {
		w := want[pr.Rule]
		fired += pr.Fired
		if pr.Calls != 829 || pr.FilterNanos != 12*829 || pr.EvalNanos != float64(12*pr.Passed) || pr.Allocs != pr.Passed || pr.Bytes != 2*pr.Passed {
			t.Errorf("%+v", pr)
		}
		if set.Rule(pr.Rule).Windowed() {
			continue // the sensor counts what windows make of it, too
		}
		if pr.Passed != w.Considered || pr.Fired != w.Matched {
			t.Errorf("%s: %d passed and %d fired, the sensor counts %d and %d", pr.Rule, pr.Passed, pr.Fired, w.Considered, w.Matched)
		}
	}
	if fired < 500 {
		t.Errorf("%d fired", fired)
	}
}
