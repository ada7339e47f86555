package main

import (
	"testing"

	"spaniel/detect"
)

// TestRuleLimitsArrive: the keys of rules reach the limits of judging, and the
// defaults are those that judging has by itself.
func TestRuleLimitsArrive(t *testing.T) {
	if got, want := detectLimits(configOf(t)), (detect.Limits{OpenAlerts: 4096, RuleAlerts: 5000, RuleSteps: 64 << 20}); got != want {
		t.Errorf("by default %+v, want %+v", got, want)
	}
	if got, want := detectLimits(configOf(t, "rules.open_alerts=7", "rules.max_alerts=8", "rules.max_steps=9MiB")), (detect.Limits{OpenAlerts: 7, RuleAlerts: 8, RuleSteps: 9 << 20}); got != want {
		t.Errorf("set %+v, want %+v", got, want)
	}
	if l := detectLimits(configOf(t, "limits.memory=256MiB")); l.WindowKeys >= detect.DefaultWindowKeys || l.WindowKeys == 0 || l.RuleAlerts != 5000 {
		t.Errorf("of less memory %+v", l)
	}
}
