package detect

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLintOfAnyCondition: whatever a condition is, findings stand inside the
// file and have a remedy, and a copy of it under another id is found.
func TestLintOfAnyCondition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		when := condition(3).Draw(t, "condition")
		text := good + "when: '" + strings.ReplaceAll(when, "'", "''") + "'\n"
		other := strings.Replace(text, "a-rule", "b-rule", 1)
		set, findings, err := Lint([]Source{{FS: files(text, other)}}, LoadOptions{}, nil)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		plain, err := Load([]Source{{FS: files(text, other)}}, LoadOptions{})
		if err != nil || plain.Hash() != set.Hash() {
			t.Fatalf("%s: linting made another set: %v", when, err)
		}
		lines := strings.Count(text, "\n")
		shadowed := 0
		for _, f := range findings {
			if f.Line < 1 || f.Line > lines || f.Col < 1 || f.Message == "" || f.Remedy == "" || f.Excerpt == "" {
				t.Fatalf("%s: %+v", when, f)
			}
			if f.Kind == FindingShadowed {
				shadowed++
				if f.Rule != "b-rule" || !strings.Contains(f.Message, `"a-rule"`) {
					t.Fatalf("%s: %+v", when, f)
				}
			}
		}
		if shadowed != 1 {
			t.Fatalf("%s: the copy is found %d times", when, shadowed)
		}
	})
}

// TestWider: a rule that asks for more than another one as severe is found,
// and nothing else is.
func TestWider(t *testing.T) {
	rule := func(id, severity, when string) string {
		return "id: " + id + "\ntitle: t\nseverity: " + severity + "\ncategory: recon/probing\nwhen: '" + when + "'\n"
	}
	for _, tc := range []struct {
		name, wide, narrow string
		found              bool
	}{
		{"part of it", rule("wide", "low", `req.method == "GET"`), rule("zz-narrow", "low", `req.path == "/x" && req.method == "GET"`), true},
		{"more severe", rule("wide", "low", `req.method == "GET"`), rule("zz-narrow", "high", `req.path == "/x" && req.method == "GET"`), false},
		{"or", rule("wide", "low", `req.method == "GET"`), rule("zz-narrow", "low", `req.path == "/x" || req.method == "GET"`), false},
		{"other", rule("wide", "low", `req.method == "PUT"`), rule("zz-narrow", "low", `req.path == "/x" && req.method == "GET"`), false},
		{"window", rule("wide", "low", `req.method == "GET"`), rule("zz-narrow", "low", `req.path == "/x" && req.method == "GET"`) + "over: 1m\nhaving: count() > 3\n", false},
		{"skips the incomplete", rule("wide", "low", `req.method == "GET"`) + "incomplete: skip\n", rule("zz-narrow", "low", `req.path == "/x" && req.method == "GET"`), false},
	} {
		_, findings, err := Lint([]Source{{FS: files(tc.wide, tc.narrow)}}, LoadOptions{}, nil)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		found := false
		for _, f := range findings {
			found = found || f.Kind == FindingShadowed
		}
		if found != tc.found {
			t.Errorf("%s: %v", tc.name, findings)
		}
	}
}
