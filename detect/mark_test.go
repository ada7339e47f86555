package detect

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/detect/window"
	"spaniel/event"
)

// TestMarksOfTexts: equal texts have equal marks, others have others, which the key
// decides.
func TestMarksOfTexts(t *testing.T) {
	keyed := newMarker(func(kind, secret string) string { return "key of " + kind + secret })
	plain := newMarker(nil)
	seen := map[window.Value]string{}
	for i := range 200_000 {
		s := fmt.Sprint(strings.Repeat("\x00", i%40), i)
		v := keyed.of([]byte(s))
		if v.Num < 0 || v.Num >= 1<<52 || v.Kind != window.Number {
			t.Fatalf("%q: %v", s, v)
		}
		if other, ok := seen[v]; ok {
			t.Fatalf("%q and %q have the same mark", s, other)
		}
		if seen[v] = s; v == plain.of([]byte(s)) {
			t.Fatalf("%q: the key decides nothing", s)
		}
		if v != keyed.of([]byte(s)) {
			t.Fatalf("%q: another mark the second time", s)
		}
	}
}

// TestMarksCountWhatTextsCount: a rule that counts different texts counts the same
// where it asks for nothing but their number, and where it shows one.
func TestMarksCountWhatTextsCount(t *testing.T) {
	rule := func(id, message string) string {
		return strings.Replace(good, "a-rule", id, 1) + "when: req.seen\nby: [client.ip]\nover: 1h\nsuppress: 1h\nhaving: 'distinct(req.path + \"?\" + req.query) >= 7'\nmessage: '" + message + "'\n"
	}
	set := load(t, rule("a-rule", "many"), rule("b-rule", "many, last {last(req.path + \"?\" + req.query)}"))
	if p := set.byID["a-rule"].win.plan; !p.argMarks[0].will() {
		t.Fatal("the number alone is asked for by text")
	}
	if p := set.byID["b-rule"].win.plan; p.argMarks[0].will() {
		t.Fatal("a text is asked for by mark")
	}
	rapid.Check(t, func(t *rapid.T) {
		fired := map[string]int{}
		call := 0
		st := NewStage(set, &Config{}, func(a *event.Alert) {
			if _, again := fired[a.Rule.ID]; !again {
				fired[a.Rule.ID] = call
			}
		})
		j := NewJudge(set, &Config{})
		for i := range 40 {
			path := fmt.Sprintf("/%d", rapid.IntRange(0, 8).Draw(t, "path"))
			c := newCall("GET "+path, 200, float64(i+1))
			c.Req.Query = rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "query")
			call = i + 1
			var f Findings
			j.judge(c, &f)
			for k := range f.Observations {
				st.Observe(&f.Observations[k])
			}
		}
		if fired["a-rule"] != fired["b-rule"] {
			t.Fatalf("first alerts at %v", fired)
		}
	})
}
