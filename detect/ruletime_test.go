package detect

import "testing"

// TestRulesAreTimed: one evaluation in sixteen is, of calls and of windows,
// and what a rule took in all is told from those. The clock may be set back.
func TestRulesAreTimed(t *testing.T) {
	clock, asked := int64(0), 0
	cfg := &Config{Now: func() int64 { asked++; clock += 1000; return clock }}
	j := NewJudge(load(t, good+"when: req.seen\n"), cfg)
	for i := range 160 {
		var f Findings
		j.Call(newCall("GET /", 200, float64(i)), &f)
	}
	if s := j.Stats()[0]; asked != 20 || s.Nanos != 160_000 || s.Slowest != 1000 {
		t.Errorf("asked %d times: %+v", asked, s)
	}
	_, stats := stageOf(load(t, burstRule), cfg, 1e12, burst(0, 1, 2)...)
	if s := stats.Rules[0]; s.Nanos != 16_000 {
		t.Errorf("%+v", s)
	}
	// However long it takes, nothing that is found depends on it.
	cfg = &Config{Now: func() int64 { clock += int64(3600e9); return clock }, Limits: Limits{RuleErrors: 1}}
	j = NewJudge(load(t, good+"when: req.seen\n"), cfg)
	for i := range 50 {
		var f Findings
		if j.Call(newCall("GET /", 200, float64(i)), &f); len(f.Alerts) != 1 {
			t.Fatalf("call %d: %d alerts", i, len(f.Alerts))
		}
	}
	if s := j.Stats()[0]; s.Quarantined || s.Errors != 0 || s.Slowest != uint64(3600e9) {
		t.Errorf("%+v", s)
	}
	if alerts, _ := stageOf(load(t, burstRule), cfg, 1e12, burst(0, 1, 2)...); len(alerts) != 1 {
		t.Errorf("%d alerts", len(alerts))
	}
	back := int64(1 << 40)
	cfg = &Config{Now: func() int64 { back -= 1e9; return back }}
	j = NewJudge(load(t, good+"when: req.seen\n"), cfg)
	var f Findings
	j.Call(newCall("GET /", 200, 1), &f)
	if s := j.Stats()[0]; s.Nanos != 0 {
		t.Errorf("%+v", s)
	}
}
