package prefilter

import "spaniel/event"

// possible is what an expression's value may be: a set of truth values.
type possible uint8

const (
	canBeFalse possible = 1 << iota
	canBeTrue
	unknown = canBeFalse | canBeTrue
)

func known(b bool) possible {
	if b {
		return canBeTrue
	}
	return canBeFalse
}

// test computes what an expression may be for the call in view; nil run:
// nothing is known.
type test struct {
	run func(v *View) possible
	// opens says that it asks for the call's leaves, which is dear.
	opens bool
}

// cheap is a test of the call's heads.
func cheap(run func(v *View) possible) test { return test{run: run} }

// A Filter is the necessary condition of one rule; read-only and shared.
type Filter struct {
	test test
}

// Possible reports whether the rule can fire on the call in view. It
// allocates nothing but what the call itself needs to show its leaves, and
// asks for leaves only where the condition comes to depend on them.
func (f *Filter) Possible(v *View) bool {
	return f.test.run == nil || f.test.run(v)&canBeTrue != 0
}

// A View is a call as filters see it; one serves all rules in turn.
type View struct {
	Call *event.Call
	seen bool
	have [4]uint64 // bytes that occur in any reading of any leaf
}

// Reset turns the view to another call.
func (v *View) Reset(c *event.Call) { *v = View{Call: c} }

// bytes returns which bytes occur in the readings of the leaves.
func (v *View) bytes() *[4]uint64 {
	if v.seen {
		return &v.have
	}
	v.seen = true
	leaves := v.Call.Leaves()
	for i := range leaves {
		for _, r := range leaves[i].Readings() {
			addBytes(&v.have, r.Text)
		}
	}
	return &v.have
}

func addBytes(set *[4]uint64, s string) {
	for i := 0; i < len(s); i++ {
		set[s[i]>>6] |= 1 << (s[i] & 63)
	}
}
