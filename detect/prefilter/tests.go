package prefilter

import (
	"math/bits"

	"spaniel/event"
)

// A Matcher is a test of one reading of a leaf, as conditions name it.
type Matcher struct {
	Match func(s string) (offset int, text string, ok bool)
	// Place, if any, also looks at where the value stands.
	Place func(place, value string) (offset int, text string, ok bool)
	// Places, if any, says of a place whether Place can find anything there.
	Places func(place string) bool
	// PlaceName, if any, says of a name whether a place with it can be such a one;
	// with PlaceValue, which says whether Place can find anything in the value, the
	// last name of the place tells.
	PlaceName, PlaceValue func(string) bool
	// Needs lists bytes of which a text must hold one for Match to find
	// anything; "" if that is not known. Also is a second such list.
	Needs, Also string
	// Words lists words, in lower case, of which a text must be made to hold
	// one: all its bytes must be there, without regard to ASCII case. None if
	// that is not known.
	Words []string
	// Index numbers the matcher, from 0: its bit in sets of matchers.
	// Matchers beyond the 64th are not asked beforehand.
	Index int
	// NoNumber says that Match finds nothing in a short number: fewer than 8 digits,
	// a dot between them or none. An empty text is one.
	NoNumber bool
}

// maxTests is how many matchers fit a set.
const maxTests = 64

// Tests are the matchers of a rule set, arranged so that one look at each byte
// of a value tells which of them are worth asking; read-only and shared.
type Tests struct {
	list    [maxTests]*Matcher
	class   [256]uint64 // by byte
	clauses []clause
	words   []words
	places  uint64
	known   uint64
	// keys are tests of names, a bit for each.
	keys []func(name string) bool
	// numbers are the matchers that may find something in a short number.
	numbers uint64
}

// NewTests arranges the matchers, and tests of names, of which at most 64 are
// asked beforehand.
func NewTests(list []*Matcher, keys []func(name string) bool) *Tests {
	t := &Tests{class: classOf(), keys: keys[:min(len(keys), maxTests)]}
	for _, m := range list {
		if m.Index >= maxTests {
			continue
		}
		bit := uint64(1) << m.Index
		t.list[m.Index] = m
		t.known |= bit
		for _, needs := range []string{m.Needs, m.Also} {
			if needs != "" {
				t.clauses = append(t.clauses, clause{t.madeOf(needs), m.Index})
			}
		}
		if len(m.Words) > 0 {
			w := words{matcher: m.Index}
			for _, word := range m.Words {
				w.made = append(w.made, t.madeOf(word))
			}
			t.words = append(t.words, w)
		}
		if m.Place != nil {
			t.places |= bit
		}
	}
	t.numbers = t.worth(t.madeOf("0")) | t.worth(t.madeOf("0."))
	for i, m := range t.list {
		if m != nil && m.NoNumber {
			t.numbers &^= 1 << i
		}
	}
	return t
}

// at returns the set of matchers that can find something for standing there.
func (t *Tests) at(place string) (may uint64) {
	for rest := t.places; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if f := t.list[i].Places; f == nil || f(place) {
			may |= 1 << i
		}
	}
	return may
}

// inPlace returns those of the set may that find something in the leaf for
// standing where it does.
func (t *Tests) inPlace(l *event.Leaf, may uint64) (hot uint64) {
	if may == 0 {
		return 0
	}
	for _, r := range l.Readings() {
		for rest := may &^ hot; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			if _, _, ok := t.list[i].Place(l.Place, r.Text); ok {
				hot |= 1 << i
			}
		}
	}
	return hot
}
