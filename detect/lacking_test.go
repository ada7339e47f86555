package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"spaniel/detect/learned"
	"spaniel/event"
)

// TestNothingIsLacking: what a judge does not observe, since the call has nothing
// that the rule's condition on what was learned needs, raises no alert where it is
// observed; and learning that rests makes it observe less.
func TestNothingIsLacking(t *testing.T) {
	lacksNothing(t, shopping, 27, 1, "others_returned() > 0", "foreign_ids() >= 1", "0 < new_ids() && usual_ids() >= 0.5", "read_only_fields() != 0", "new_fields() > 0 && learned_calls() > 3", "odd_types() == 1", "foreign_ids() >= 0 && new_caller()", "new_ids() > 0 || new_caller()")
}

// lacksNothing plays calls to rules about what was learned, with all observations
// and without those in vain: the alerts are the same, each rule raises some, and of
// the observations no more than one in so many is made.
func lacksNothing(t *testing.T, made func(*rand.Rand) []func() *event.Call, stream uint64, share int, known ...string) {
	t.Helper()
	var texts []string
	for i, k := range known {
		texts = append(texts, fmt.Sprintf("id: rule-%d\ntitle: t\nseverity: low\ncategory: bots/library\nrefs: [cwe:1]\nwhen: '%s'\nby: [principal.id]\nover: 1h\nhaving: count() >= 1\nsuppress: 1s\ntests:\n  - fires: GET /\n  - silent: GET /\n", i, k))
	}
	set := load(t, texts...)
	raised := map[string]bool{}
	for seed := range uint64(8) {
		calls := made(rand.New(rand.NewPCG(seed, stream)))
		eager, all := playOut(set, calls, true)
		spare, some := playOut(set, calls, false)
		if eager != spare {
			t.Fatalf("seed %d: with all observations\n%s\nwithout those in vain\n%s", seed, eager, spare)
		}
		if some*share >= all {
			t.Errorf("seed %d: %d observations of %d", seed, some, all)
		}
		var list []event.Alert
		if err := json.Unmarshal([]byte(eager), &list); err != nil {
			t.Fatal(err)
		}
		for i := range list {
			raised[list[i].Rule.ID] = true
		}
	}
	if len(raised) != len(texts) {
		t.Errorf("of %d rules these fired: %v", len(texts), raised)
	}
}

// playOut judges the calls and returns the alerts, and how many observations there
// were.
func playOut(set *Set, calls []func() *event.Call, eager bool) (alerts string, observed int) {
	cfg := &Config{Hash: func(kind, secret string) string { return fmt.Sprint(kind, learned.HashID(secret)) }, Learned: learned.Limits{Calls: 20, Time: 1}}
	var list []*event.Alert
	j, st := NewJudge(set, cfg), NewStage(set, cfg, func(a *event.Alert) { list = append(list, a) })
	j.eager = eager
	var out Findings
	for _, made := range calls {
		c := made()
		st.Advance(c.Order.Clock)
		j.Call(c, &out)
		for i := range out.Observations {
			st.Observe(&out.Observations[i])
		}
		observed += len(out.Observations)
		for _, l := range out.Lessons {
			st.Learn(l)
		}
		out.Reset()
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(b), observed
}

// shopping are calls of a few callers of two roles who mostly ask for what is
// theirs, long enough for learning to rest.
func shopping(rnd *rand.Rand) (list []func() *event.Call) {
	at := 1000.0
	lone := rnd.IntN(2) == 0 // at first one role calls, and asks for ids that nobody gave it
	for i := range 1500 {
		at += rnd.Float64()
		n, when := i, at
		caller, id, seed := rnd.IntN(4), rnd.IntN(6), rnd.Uint64()
		list = append(list, func() *event.Call {
			rnd, caller := rand.New(rand.NewPCG(seed, 1)), caller
			if lone && n < 900 {
				caller = 1 + 2*(caller&1)
			}
			number := 10000 + caller*10 + id
			var leaves []event.Leaf
			method, answer := "GET", fmt.Sprintf(`{"id":%d,"sku":"a"}`, number)
			switch {
			case lone && n < 900:
				number += 5000
			case rnd.IntN(30) == 0:
				number = 10000 + rnd.IntN(60) // of anybody
			}
			switch rnd.IntN(40) {
			case 0, 1, 2, 3, 4:
				method = "PUT"
				leaves = append(leaves, leaf("body.sku", "a"))
				if rnd.IntN(4) == 0 && n > 700 {
					leaves = append(leaves, leaf("body."+[]string{"cost", "color"}[rnd.IntN(2)], "5"))
				}
				if rnd.IntN(9) == 0 {
					leaves[0].Value = "5"
				}
			case 5:
				answer = ""
			}
			if caller&1 == 0 || n > 1300 && rnd.IntN(40) == 0 {
				answer = fmt.Sprintf(`{"id":%d,"sku":"a","cost":5}`, number)
			}
			c := newCall(fmt.Sprintf("%s /orders/%d", method, number), 200, when, leaves...)
			auth := fmt.Sprintf("Bearer tok-%d-%d", caller, 1234567*caller)
			if caller&1 == 0 {
				auth = []string{"Basic YTpiMQ==", "Basic YzpkMg=="}[caller/2]
			}
			c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Authorization", Value: auth})
			c.Resp.Headers = append(c.Resp.Headers, event.Header{Name: "Content-Type", Value: "application/json"})
			if len(leaves) > 0 {
				var members []string
				for _, l := range leaves {
					members = append(members, fmt.Sprintf("%q:%q", l.Key, l.Value))
				}
				c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Content-Type", Value: "application/json"})
				c.Req.Raw = []byte("{" + strings.Join(members, ",") + "}")
				c.Req.BodyBytes = uint64(len(c.Req.Raw))
			}
			c.Resp.Raw = []byte(answer)
			c.Resp.BodyBytes = uint64(len(answer))
			return c
		})
	}
	return list
}
