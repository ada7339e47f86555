package prefilter

import (
	"math/bits"

	"spaniel/event"
)

// MayName reports whether a name in the request, or the key of a leaf, meets one
// of the set of tests of names; of an empty set nothing is known.
func (v *View) MayName(set uint64) bool {
	v.draw()
	return set == 0 || v.named&set != 0
}

// draw looks at the leaves without making them, which is enough for most calls.
func (v *View) draw() {
	if v.drawn {
		return
	}
	v.drawn, v.rough, v.named = true, 0, 0
	v.seen.make(v.tests)
	if v.Call.Expanded() || !v.Call.Outline(v) {
		v.rough, v.named = ^uint64(0), ^uint64(0)
	}
}

// Leaf implements event.Viewer.
func (v *View) Leaf(l *event.Leaf, plain bool) {
	n := v.seen.name(v.tests, l.Key, l.Kind == event.LeafHeader)
	v.named |= n.keys
	for may := n.last; may != 0; may &= may - 1 {
		i := bits.TrailingZeros64(may)
		if !plain || v.tests.list[i].PlaceValue(l.Value) {
			v.rough |= 1 << i
		}
	}
	if !plain || v.seen.worth(v.tests, v.tests.madeOf(l.Value)) != 0 {
		v.rough |= v.seen.inText(v.tests, l, plain)
	}
}

// Name implements event.Viewer.
func (v *View) Name(name string) {
	n := v.seen.name(v.tests, name, false)
	v.named |= n.keys
	v.rough |= n.any
}

// A naming is what a name tells: the tests of names that hold, and the matchers
// that may find something in a place with that name, and in one of which it is
// the last.
type naming struct {
	keys, any, last uint64
}

// named makes the naming of a name; of a header, the whole place is known.
func (t *Tests) named(name string, header bool) (n naming) {
	for i, test := range t.keys {
		if test(name) {
			n.keys |= 1 << i
		}
	}
	for rest := t.places; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		m := t.list[i]
		switch {
		case m.PlaceName != nil && !m.PlaceName(name):
		case header && m.Places != nil && !m.Places("header."+lowered(name)) && !m.Places("trailer."+lowered(name)):
		case m.PlaceValue != nil:
			n.last |= 1 << i
		default:
			n.any |= 1 << i
		}
	}
	return n
}
