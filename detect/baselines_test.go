package detect

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/detect/learned"
	"spaniel/event"
)

// feed judges calls by a stage that stays.
func feed(st *Stage, set *Set, calls ...*event.Call) {
	j := NewJudge(set, &Config{})
	for _, c := range calls {
		var f Findings
		j.Call(c, &f)
		for i := range f.Observations {
			st.Observe(&f.Observations[i])
		}
	}
}

// TestBaselinesOverARestart: what is usual is known after a restart; the period
// that it cut in two is not learned; nothing is taken over by another rule, by a
// clock that lies behind, or after all was forgotten.
func TestBaselinesOverARestart(t *testing.T) {
	rule := windowRuleOf("a-rule", "[endpoint]", "1m", `count() > 5 * baseline(count())`)
	minutes := func(from, to int) (calls []*event.Call) {
		for p := from; p < to; p++ {
			for i := range 4 {
				calls = append(calls, newCall("GET /x", 200, float64(p*60+10+i)))
			}
		}
		return calls
	}
	surge := func(at int) (calls []*event.Call) {
		for i := range 30 {
			calls = append(calls, newCall("GET /x", 200, float64(at*60)+float64(i)))
		}
		return calls
	}
	restart := func(set *Set, st *Stage) (next *Stage, alerts *[]*event.Alert) {
		t.Helper()
		b, err := st.Encode()
		if err != nil {
			t.Fatal(err)
		}
		facts, err := learned.Decode(b, learned.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		alerts = new([]*event.Alert)
		next = NewStage(set, &Config{}, func(a *event.Alert) { *alerts = append(*alerts, a) })
		next.SetFacts(facts)
		again, err := next.Encode()
		if err != nil || string(again) != string(b) {
			t.Errorf("encoded again before a call came: %v, %d and %d bytes", err, len(b), len(again))
		}
		return next, alerts
	}
	set := load(t, rule)
	first := NewStage(set, &Config{}, func(*event.Alert) {})
	feed(first, set, minutes(0, 13)...)
	feed(first, set, newCall("GET /x", 200, 13*60)) // a period is under way: 13 are learned, of 4 each

	next, alerts := restart(set, first)
	feed(next, set, newCall("GET /x", 200, 13*60+5)) // the rest of it
	feed(next, set, minutes(14, 16)...)
	feed(next, set, surge(17)...)
	if firedAt(*alerts) != "1040" {
		t.Fatalf("fires at %q", firedAt(*alerts))
	}
	if e := fmt.Sprint((*alerts)[0].Evidence); !strings.Contains(e, "{window.baseline(count())   0   0 4}") || !strings.Contains(e, ">= 10 15}") {
		t.Errorf("evidence %s", e)
	}

	for name, try := range map[string]func() (*Stage, *[]*event.Alert, *Set){
		"another rule": func() (*Stage, *[]*event.Alert, *Set) {
			other := load(t, strings.Replace(rule, "> 5 *", "> 4 *", 1))
			st, a := restart(other, first)
			return st, a, other
		},
		"forgotten": func() (*Stage, *[]*event.Alert, *Set) {
			st, a := restart(set, first)
			feed(st, set, newCall("GET /x", 200, 14*60))
			st.Forget()
			return st, a, set
		},
		"no restart": func() (*Stage, *[]*event.Alert, *Set) {
			a := new([]*event.Alert)
			return NewStage(set, &Config{}, func(al *event.Alert) { *a = append(*a, al) }), a, set
		},
	} {
		st, a, of := try()
		feed(st, of, surge(17)...)
		if len(*a) != 0 {
			t.Errorf("%s: fires at %q", name, firedAt(*a))
		}
	}
	behind, alerts := restart(set, first)
	feed(behind, set, newCall("GET /x", 200, 1))
	feed(behind, set, surge(17)...)
	if len(*alerts) != 0 {
		t.Errorf("a clock that lies behind: fires at %q", firedAt(*alerts))
	}
}
