package sensor

import (
	"testing"

	"spaniel/detect/ruletest"
	"spaniel/internal/costtest"
)

// TestShippedRules runs the tests inside the shipped rules through the whole
// path, packets to alerts; `spaniel rules test` is the same runner.
func TestShippedRules(t *testing.T) {
	costtest.OneGoroutine(t)
	set := shippedRules(t)
	if n := len(set.Rules()); n < 25 {
		t.Errorf("%d rules are shipped", n)
	}
	results := ruletest.Run(set, Replayer(testConfig(set)))
	if len(results) < 2*len(set.Rules()) {
		t.Errorf("%d results for %d rules", len(results), len(set.Rules()))
	}
	for _, r := range results {
		if !r.OK {
			t.Errorf("%s, test %d (%s): %s", r.Rule, r.Test, r.Kind, r.Detail)
		}
	}
}
