package detect

import (
	"testing"

	"spaniel/event"
)

// TestReloadKeepsWhatWaits: over a reload an unchanged rule still waits for
// what should follow, still counts the alerts of another, and its alert is
// still told its count; a rule that is gone waits for nothing.
func TestReloadKeepsWhatWaits(t *testing.T) {
	waits := windowRuleOf("waits", "[client.ip]", "20m", `absent(req.path == "/a", req.path == "/b", "10s")`)
	joins := windowRuleOf("joins", "[client.ip]", "20m", `alerts("waits") > 0`)
	for _, tc := range []struct {
		name  string
		after []string
		want  map[string]int // lines by rule
	}{
		{"unchanged", []string{waits, joins, sqliRule}, map[string]int{"waits": 2, "joins": 2}},
		{"gone", []string{sqliRule}, map[string]int{}},
	} {
		got := map[string]int{}
		before := load(t, waits, joins)
		st := NewStage(before, &Config{}, func(a *event.Alert) { got[a.Rule.ID]++ })
		play := func(set *Set, calls ...*event.Call) {
			j := NewJudge(set, &Config{})
			for _, c := range calls {
				var f Findings
				j.Call(c, &f)
				st.Advance(c.Order.Clock)
				st.Saw(c.Order.Clock)
				for i := range f.Observations {
					st.Observe(&f.Observations[i])
				}
			}
		}
		play(before, at("GET /a 200 0", "GET /c 200 5")...)
		after := load(t, tc.after...)
		st.Swap(after)
		play(after, at("GET /c 200 9", "GET /c 200 11", "GET /c 200 12")...)
		st.Close(1e12)
		if len(got) != len(tc.want) || got["waits"] != tc.want["waits"] || got["joins"] != tc.want["joins"] {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
