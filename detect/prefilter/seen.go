package prefilter

import (
	"hash/maphash"

	"spaniel/event"
)

// seen remembers what the matchers said of values, and of places: clients
// send the same header values with each request, and the values and fields of
// one API repeat. Each part is a small table in which a newer entry takes the
// place of an older one.
type seen struct {
	seed   maphash.Seed
	long   []verdict // of headers, cookies and whatever is long
	short  []brief
	places []standing
}

// verdict is what the matchers find in a value of that kind.
type verdict struct {
	value []byte
	kind  event.LeafKind
	hot   uint64
}

// brief is a verdict on a short value, which stands in it: a table stays near
// the processor only if it is small.
type brief struct {
	hot   uint64
	value [shortLen]byte
	size  uint8
	kind  event.LeafKind
}

// standing is the matchers that can find something in a place.
type standing struct {
	place string
	may   uint64
}

const (
	longValues, longLen   = 512, 512
	shortValues, shortLen = 1024, 22
	places, placeLen      = 512, 64
)

// of returns the set of matchers that find something in the leaf.
func (s *seen) of(t *Tests, l *event.Leaf) uint64 {
	if s.long == nil {
		s.seed = maphash.MakeSeed()
		s.long, s.short, s.places = make([]verdict, longValues), make([]brief, shortValues), make([]standing, places)
	}
	return s.inText(t, l) | t.inPlace(l, s.at(t, l.Place))
}

// inText is Tests.inText, remembered.
func (s *seen) inText(t *Tests, l *event.Leaf) uint64 {
	if len(l.Value) > longLen {
		return t.inText(l)
	}
	h := maphash.String(s.seed, l.Value)
	if len(l.Value) <= shortLen {
		v := &s.short[h%shortValues]
		if string(v.value[:v.size]) != l.Value || v.kind != l.Kind || v.size == 0 {
			v.hot = t.inText(l)
			v.kind, v.size = l.Kind, uint8(copy(v.value[:], l.Value))
		}
		return v.hot
	}
	v := &s.long[h%longValues]
	if string(v.value) != l.Value || v.kind != l.Kind {
		v.value, v.kind, v.hot = append(v.value[:0], l.Value...), l.Kind, t.inText(l)
	}
	return v.hot
}

// at is Tests.at, remembered.
func (s *seen) at(t *Tests, place string) uint64 {
	n := len(place)
	if n == 0 || n > placeLen || t.places == 0 {
		return t.at(place)
	}
	h := uint32(n)*131 + uint32(place[n-1])*257 + uint32(place[n/2])*17 + uint32(place[max(0, n-4)])*61 + uint32(place[max(0, n-9)])*7
	p := &s.places[(h^h>>9)%places]
	if p.place != place {
		p.place, p.may = place, t.at(place)
	}
	return p.may
}
