package detect

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// TestTestsOfAllLeavesAreBounded: what is looked for in every leaf at nobody's
// expense costs no more however many rules look for however much.
func TestTestsOfAllLeavesAreBounded(t *testing.T) {
	var rules []string
	for i := range 100 {
		rules = append(rules, strings.Replace(good, "a-rule", fmt.Sprint("rule-", i), 1)+fmt.Sprintf("when: 'any(leaves, reads(#, \"[a-w][0-9]{%d}\"))'\n", 150+i))
	}
	set := load(t, rules...)
	if n, cost := set.lang.tests, set.lang.testsCost; cost > maxTestsCost || cost < maxTestsCost/2 || n >= 60 {
		t.Errorf("%d tests of %d steps a byte", n, cost)
	}
	cfg := &Config{Limits: Limits{RuleSteps: 5000}}
	j := NewJudge(set, cfg)
	var f Findings
	j.Call(newCall("POST /x", 200, 1, leaf("query.a", strings.Repeat("v1", 500))), &f)
	failed := 0
	for _, s := range j.Stats() {
		if s.Errors > 0 {
			failed++
		}
	}
	if failed < 30 {
		t.Errorf("only %d rules paid for what they look for", failed)
	}
}

// TestSteps: a rule that looks at too much text of one call finds nothing in
// it, says so, and is put out of service in the end; others are not held up.
// It is the same for what runs as plain functions and on the machine. (The
// first 64 searches are made for all rules together, and cost none of them.)
func TestSteps(t *testing.T) {
	var native, machine []string
	for i := range 100 {
		native = append(native, fmt.Sprintf(`any(leaves, reads(#, "[a-w][0-9]{%d}"))`, i+2))
		machine = append(machine, fmt.Sprintf(`req.body matches "[a-w][0-9]{%d}"`, i+2))
	}
	rule := func(id, when string) string {
		return strings.Replace(good, "a-rule", id, 1) + "when: '" + when + " || req.path == \"/x\"'\n"
	}
	set := load(t, rule("a-native", strings.Join(native, " || ")), rule("b-machine", strings.Join(machine, " || ")), rule("c-cheap", native[0]))
	large := strings.Repeat("v1", 500)
	call := func(i int) *event.Call {
		c := newCall("POST /x", 200, float64(i), leaf("query.a", large))
		c.Req.Raw = []byte(large)
		return c
	}
	for _, tc := range []struct {
		steps   int
		alerts  string
		errors  uint64
		stopped bool
	}{{0, "a-native b-machine c-cheap", 0, false}, {20_000, "c-cheap", 5, true}} {
		cfg := &Config{Limits: Limits{RuleSteps: tc.steps, RuleErrors: 5}}
		j := NewJudge(set, cfg)
		for i := range 8 {
			var f Findings
			j.Call(call(i), &f)
			var got []string
			for _, a := range f.Alerts {
				got = append(got, a.Rule.ID)
			}
			if strings.Join(got, " ") != tc.alerts {
				t.Fatalf("%d steps, call %d: %v", tc.steps, i, got)
			}
		}
		for _, s := range j.Stats()[:2] {
			if s.Errors != tc.errors || s.Quarantined != tc.stopped || tc.stopped && !strings.Contains(s.LastError, "more text than") {
				t.Errorf("%d steps: %+v", tc.steps, s)
			}
		}
		if s := j.Stats()[2]; s.Errors != 0 || s.Matched != 8 {
			t.Errorf("%d steps: %+v", tc.steps, s)
		}
	}
}
