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

// A Matcher is a test of one reading of a leaf, as conditions name it.
type Matcher struct {
	Match func(s string) (offset int, text string, ok bool)
	// Place, if any, also looks at where the value stands.
	Place func(place, value string) (offset int, text string, ok bool)
	// Needs lists bytes of which a text must hold one for Match to find
	// anything; "" if that is not known.
	Needs string
	// Index numbers the matcher, from 0.
	Index int
}

// A View is a call as filters see it; one serves all rules in turn. What one
// filter found out by running a matcher, the next need not.
type View struct {
	Call  *event.Call
	seen  bool
	texts []text
	found []possible // by matcher: 0 is not yet known
}

// text is a reading with the bytes that occur in it.
type text struct {
	place, text string
	have        [4]uint64
}

// Reset turns the view to another call; nil lets go of the last one.
func (v *View) Reset(c *event.Call) {
	clear(v.texts)
	clear(v.found)
	v.Call, v.seen, v.texts = c, false, v.texts[:0]
}

// readings returns every reading of every leaf.
func (v *View) readings() []text {
	if v.seen {
		return v.texts
	}
	v.seen = true
	leaves := v.Call.Leaves()
	for i := range leaves {
		for _, r := range leaves[i].Readings() {
			t := text{place: leaves[i].Place, text: r.Text}
			addBytes(&t.have, r.Text)
			v.texts = append(v.texts, t)
		}
	}
	return v.texts
}

// matches runs a matcher over all readings, once per call.
func (v *View) matches(m *Matcher, needs *[4]uint64) possible {
	for len(v.found) <= m.Index {
		v.found = append(v.found, 0)
	}
	if v.found[m.Index] == 0 {
		v.found[m.Index] = canBeFalse
		for i := range v.readings() {
			if t := &v.texts[i]; t.matches(m, needs) {
				v.found[m.Index] = unknown
				break
			}
		}
	}
	return v.found[m.Index]
}

func (t *text) matches(m *Matcher, needs *[4]uint64) bool {
	h := &t.have
	if m.Needs == "" || h[0]&needs[0]|h[1]&needs[1]|h[2]&needs[2]|h[3]&needs[3] != 0 {
		if _, _, ok := m.Match(t.text); ok {
			return true
		}
	}
	if m.Place != nil {
		if _, _, ok := m.Place(t.place, t.text); ok {
			return true
		}
	}
	return false
}

func addBytes(set *[4]uint64, s string) {
	for i := 0; i < len(s); i++ {
		set[s[i]>>6] |= 1 << (s[i] & 63)
	}
}
