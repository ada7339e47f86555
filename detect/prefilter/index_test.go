package prefilter

import (
	"testing"

	"spaniel/event"
)

// emptyBodies are bodies in which no finder finds anything.
type emptyBodies struct{ asked [2]bool }

func (b *emptyBodies) MayFind(half event.Direction, _ int) bool {
	b.asked[half] = true
	return false
}

func (b *emptyBodies) Holds(int) bool { return true }

func (b *emptyBodies) Trait(int) (string, int) { return "", 0 }

func (b *emptyBodies) Sifted(half event.Direction) (sifted, nothing bool) {
	return b.asked[half], b.asked[half]
}

// oneLeg is the needs of a rule without alternatives.
func oneLeg() *Needs { return &Needs{Filter: &Filter{}, legs: []*leg{{filter: &Filter{}}}} }

// TestEveryBodyNeedIsAsked: a rule that needs something in a body in which there
// is nothing is no candidate, wherever it stands among others.
func TestEveryBodyNeedIsAsked(t *testing.T) {
	var needs []*Needs
	for i := range 130 {
		need := oneLeg()
		if i%7 != 0 {
			need.legs[0].bodies = []BodyNeed{{Half: event.Direction(i % 2), Finder: i, Slow: i%3 == 0}}
		}
		needs = append(needs, need)
	}
	v := NewView(NewTests(nil, nil))
	v.Reset(&event.Call{})
	out := NewIndex(needs).Candidates(&v, &emptyBodies{})
	for i := range needs {
		if got, want := out[i>>6]>>(i&63)&1 != 0, i%7 == 0; got != want {
			t.Errorf("rule %d: candidate %v", i, got)
		}
	}
}
