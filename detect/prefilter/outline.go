package prefilter

import (
	"math"
	"math/bits"
	"strings"

	"spaniel/event"
)

// MayName reports whether the key of a leaf may meet one of the set of tests of
// names; of an empty set nothing is known, nor of tests that the view has not.
func (v *View) MayName(set uint64) bool {
	if set == 0 || set&^v.tests.knownKeys() != 0 {
		return true
	}
	v.draw()
	return v.named&set != 0
}

// NamesAtMost is a number that the different keys of leaves do not exceed; it may
// be much more.
func (v *View) NamesAtMost() int {
	v.draw()
	return v.different
}

// Draw looks at the leaves while they are not made; who makes them may as well.
func (v *View) Draw() { v.draw() }

// draw looks at the leaves without making them, which is enough for most calls.
func (v *View) draw() {
	if v.drawn {
		return
	}
	v.seen.make(v.tests)
	v.shown, v.last, v.before = "", v.naming("", false), aside{}
	v.drawn, v.rough, v.named = true, 0, v.last.keys
	v.different = 1 // the empty one
	v.seen.turn++
	if v.Call.Expanded() {
		v.rough = ^uint64(0) // the leaves themselves tell
		leaves := v.Call.Leaves()
		for i := range leaves {
			v.named |= v.naming(leaves[i].Key, leaves[i].Kind == event.LeafHeader).keys
		}
	} else if !v.Call.Outline(v) {
		v.rough, v.named, v.different = ^uint64(0), ^uint64(0), math.MaxInt
	}
	v.shown = "" // the call's
}

// Leaf implements event.Viewer.
func (v *View) Leaf(l *event.Leaf, plain bool) {
	t := v.tests
	n := v.last
	if l.Key != v.shown || l.Kind == event.LeafHeader {
		n = v.naming(l.Key, l.Kind == event.LeafHeader)
		v.named |= n.keys
	}
	for may := n.last; may != 0; may &= may - 1 {
		i := bits.TrailingZeros64(may)
		if !plain || t.list[i].PlaceValue(l.Value) {
			v.rough |= 1 << i
		}
	}
	switch {
	case t.numbers == 0 && shortNumber(l.Value), plain && v.seen.worth(t, t.madeOf(l.Value)) == 0:
	case l.Kind == event.LeafHeader: // remembered as a whole
		v.rough |= v.seen.find(t, l, plain)
	default:
		v.rough |= v.seen.inText(t, l, plain)
	}
}

// naming is what a name tells; it counts the different ones.
func (v *View) naming(name string, header bool) naming {
	n, again := v.seen.name(v.tests, name, header)
	if !again {
		v.different++
	}
	return n
}

// Name implements event.Viewer.
func (v *View) Name(name string) {
	v.shown, v.last = name, v.naming(name, false)
	v.named |= v.last.keys
	v.rough |= v.last.any
}

// Header implements event.Viewer.
func (v *View) Header(name, value string) (leaves int) {
	h := v.seen.header(name, value)
	if h == nil {
		return 0
	}
	if h.leaves > 0 && h.is(name, value) {
		v.rough |= h.rough
		v.named |= h.named
		v.different += h.leaves // at most
		return h.leaves
	}
	v.before = aside{h, v.rough, v.named}
	v.rough, v.named = 0, 0
	h.name, h.value, h.leaves = strings.Clone(name), append(h.value[:0], value...), 0
	return 0
}

// Shown implements event.Viewer.
func (v *View) Shown(leaves int) {
	if h := v.before.header; h != nil {
		h.rough, h.named, h.leaves = v.rough, v.named, leaves
		v.rough |= v.before.rough
		v.named |= v.before.named
		v.before = aside{}
	}
}

// aside is what was known before a header that is to be remembered.
type aside struct {
	header       *headerSeen
	rough, named uint64
}

// A naming is what a name tells: the tests of names that hold, and the matchers
// that may find something in a place with that name, and in one of which it is
// the last.
type naming struct {
	keys, any, last uint64
}

// knownKeys are the bits of the tests of names.
func (t *Tests) knownKeys() uint64 { return 1<<len(t.keys) - 1 }

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
