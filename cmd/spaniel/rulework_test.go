package main

import (
	"strings"
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

// TestRuleNews: a rule that fails is told of at once, then once a minute while
// it goes on, and when it is given up; a new set begins anew.
func TestRuleNews(t *testing.T) {
	w := ruleWork{told: map[string]ruleTold{}}
	start := time.Unix(1000, 0)
	for i, step := range []struct {
		after time.Duration
		set   string
		rule  detect.RuleStats
		want  string
	}{
		{0, "a", detect.RuleStats{}, ""},
		{10 * time.Second, "a", detect.RuleStats{Errors: 1}, "rule_error"},
		{20 * time.Second, "a", detect.RuleStats{Errors: 5}, ""},
		{70 * time.Second, "a", detect.RuleStats{Errors: 5}, "rule_error"},
		{140 * time.Second, "a", detect.RuleStats{Errors: 5}, ""},
		{150 * time.Second, "a", detect.RuleStats{Errors: 100, Quarantined: true}, "rule_quarantined"},
		{300 * time.Second, "a", detect.RuleStats{Errors: 100, Quarantined: true}, ""},
		{301 * time.Second, "b", detect.RuleStats{Errors: 2, Slowest: 1e9}, "rule_error rule_slow"},
		{302 * time.Second, "b", detect.RuleStats{Errors: 2, Slowest: 1e9}, ""},
	} {
		step.rule.ID = "r"
		var got []string
		for _, n := range w.news(step.set, []detect.RuleStats{step.rule}, start.Add(step.after)) {
			got = append(got, n.kind)
			if f := n.fields(); len(f) < 4 || f[0].Value != "r" {
				t.Errorf("step %d: fields %v", i, f)
			}
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

func TestFirstLines(t *testing.T) {
	for _, tc := range []struct{ text, want string }{{"a\nb", "a\nb"}, {"aaaa\nbbbb\ncccc", "aaaa\n…"}, {"aaaaaaaaaaaa", "aaaaaaaaa\n…"}, {"aaaaaaaaé", "aaaaaaaa\n…"}} {
		if got := firstLines(tc.text, 9); got != tc.want {
			t.Errorf("%q: %q", tc.text, got)
		}
	}
}
