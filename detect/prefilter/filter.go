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
	if f == nil {
		return false // of a rule about no call
	}
	return f.test.run == nil || f.test.run(v)&canBeTrue != 0
}

// A View is a call as filters see it; one serves all rules in turn. What one
// filter found out by running the matchers, the next need not.
type View struct {
	Call   *event.Call
	tests  *Tests
	opened bool
	union  uint64
	hot    []uint64 // by leaf
	seen   seen
	// drawn says that an outline of the leaves was looked at: what the matchers
	// may find there, and which tests of names hold.
	drawn        bool
	rough, named uint64
	// different is how many different names there are at most.
	different int
	// shown is the name that was shown last, and told that; before is of the header
	// under way.
	shown  string
	last   naming
	before aside
	traits traitMemory
	// scratch of Candidates
	candidates, allowed, found ruleSet
	name                       []byte
}

// NewView returns a view for one goroutine.
func NewView(tests *Tests) View { return View{tests: tests} }

// Reset turns the view to another call; nil lets go of the last one.
func (v *View) Reset(c *event.Call) { v.Call, v.opened, v.drawn = c, false, false }

// MayHold reports whether one of the set of matchers finds something in some
// leaf, or is not known to the view.
func (v *View) MayHold(set uint64) bool {
	if set&^v.tests.known != 0 {
		return true
	}
	if !v.opened {
		if v.draw(); v.rough&set == 0 {
			return false
		}
		v.open()
	}
	return v.union&set != 0
}

// LeafMayHold is MayHold for leaf i alone. MayHold was asked before.
func (v *View) LeafMayHold(i int, set uint64) bool {
	return set&^v.tests.known != 0 || v.hot[i]&set != 0
}

// Open finds out all that matchers find in the leaves.
func (v *View) Open() {
	if !v.opened {
		v.open()
	}
}

func (v *View) open() {
	v.opened, v.union, v.hot = true, 0, v.hot[:0]
	v.seen.make(v.tests)
	leaves := v.Call.Leaves()
	for i := range leaves {
		hot := v.seen.of(v.tests, &leaves[i])
		v.hot = append(v.hot, hot)
		v.union |= hot
	}
}

// matches says what a matcher finds in all leaves.
func (v *View) matches(m *Matcher) possible {
	if m.Index < maxTests && !v.MayHold(1<<m.Index) {
		return canBeFalse
	}
	return unknown
}
