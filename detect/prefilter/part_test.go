package prefilter

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// traitAnswers are a call with two traits, of which each part wants one value.
type traitAnswers struct {
	emptyBodies
	texts [3]string
	whole [3]int
	parts []wantedTrait
}

type wantedTrait struct {
	trait int // 0: of both
	text  string
	whole int
}

func (a *traitAnswers) Trait(n int) (string, int) { return a.texts[n], a.whole[n] }

func (a *traitAnswers) Holds(part int) bool {
	p := a.parts[part]
	if p.trait == 0 {
		return a.texts[1] == p.text && a.whole[2] == p.whole
	}
	return a.texts[p.trait] == p.text && a.whole[p.trait] == p.whole
}

// TestTraitsAreRemembered: what is remembered of values of traits is what asking
// each part of each rule gives, call after call.
func TestTraitsAreRemembered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "a", "b", strings.Repeat("a", traitLen), strings.Repeat("a", traitLen+1), strings.Repeat("a", traitLen) + "b"})
		whole := rapid.IntRange(0, 2)
		a := &traitAnswers{}
		for range rapid.IntRange(1, 8).Draw(t, "parts") {
			p := wantedTrait{trait: rapid.IntRange(0, 2).Draw(t, "trait")}
			if p.trait < 2 {
				p.text = text.Draw(t, "text")
			}
			if p.trait != 1 {
				p.whole = whole.Draw(t, "whole")
			}
			a.parts = append(a.parts, p)
		}
		needs := make([]*Needs, rapid.IntRange(1, 130).Draw(t, "rules"))
		for i := range needs {
			needs[i] = oneLeg()
			for range rapid.IntRange(0, 3).Draw(t, "parts of a rule") {
				n := rapid.IntRange(0, len(a.parts)-1).Draw(t, "part")
				needs[i].legs[0].parts = append(needs[i].legs[0].parts, Part{Number: n, Cost: n % 3, Trait: a.parts[n].trait})
			}
		}
		x, v := NewIndex(needs), NewView(NewTests(nil, nil))
		for range 20 {
			a.texts[1], a.whole[2] = text.Draw(t, "value"), whole.Draw(t, "number")
			v.Reset(&event.Call{})
			out := x.Candidates(&v, a)
			for i, need := range needs {
				want := true
				for _, p := range need.legs[0].parts {
					want = want && a.Holds(p.Number)
				}
				if got := out[i>>6]>>(i&63)&1 != 0; got != want {
					t.Fatalf("rule %d of %v: %v for %.5q, %d", i, need.legs[0].parts, got, a.texts[1], a.whole[2])
				}
			}
		}
	})
}
