package prefilter

import (
	"hash/maphash"
	"math/bits"

	"spaniel/event"
)

// seen remembers what the matchers said of values, and of places: clients
// send the same header values with each request, and the values and fields of
// one API repeat. Each part is a small table in which a newer entry takes the
// place of an older one.
type seen struct {
	seed    maphash.Seed
	long    []verdict // of headers, cookies and whatever is long
	short   []brief
	places  []standing
	names   []nameSeen
	headers []headerSeen
	once    []uint16 // marks of headers that came
	turn    uint64   // counts calls
	kinds   [kinds]kind
}

// headerSeen is a header with what was found out about all that is in it.
type headerSeen struct {
	name         string
	value        []byte
	rough, named uint64
	leaves       int // 0: not whole
}

// nameSeen is a name with what it tells.
type nameSeen struct {
	name   []byte // its memory is used again
	header bool
	naming
	turn uint64 // of the call it came in last
}

// kind is what may be found in texts made of some classes.
type kind struct {
	made, worth uint64
}

// verdict is what the matchers find in a value of that kind.
type verdict struct {
	value []byte
	kind  event.LeafKind
	hot   uint64
}

func (v *verdict) is(l *event.Leaf) bool { return string(v.value) == l.Value && v.kind == l.Kind }

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
	names                 = 512
	headers, headerLen    = 1024, 1024
	marks                 = 4096
	kinds                 = 256
)

// worth is Tests.worth, remembered: texts are made of few things.
func (s *seen) worth(t *Tests, made uint64) uint64 {
	k := &s.kinds[made*0x9e3779b97f4a7c15>>56]
	if k.made != made {
		k.made, k.worth = made, t.worth(made)
	}
	return k.worth
}

// make makes the tables.
func (s *seen) make(t *Tests) {
	if s.long != nil {
		return
	}
	s.seed = maphash.MakeSeed()
	s.long, s.short, s.places, s.names = make([]verdict, longValues), make([]brief, shortValues), make([]standing, places), make([]nameSeen, names)
	s.headers, s.once = make([]headerSeen, headers), make([]uint16, marks)
	s.kinds[0].worth = t.worth(0) // of the empty text
	none := t.named("", false)
	for i := range s.names {
		s.names[i].naming = none
	}
}

// name is Tests.named, remembered. again says that the name surely came in this
// call before.
func (s *seen) name(t *Tests, name string, header bool) (n naming, again bool) {
	if len(name) > placeLen {
		return t.named(name, header), false
	}
	h := maphash.String(s.seed, name)
	if header {
		h++
	}
	k := &s.names[h%names]
	if string(k.name) != name || k.header != header {
		k.name, k.header, k.naming, k.turn = append(k.name[:0], name...), header, t.named(name, header), 0
	}
	again, k.turn = k.turn == s.turn, s.turn
	return k.naming, again
}

// header is where a header is remembered, or is to be; nil if it is too long, or
// comes for the first time: many never come again.
func (s *seen) header(name, value string) *headerSeen {
	if len(value) > headerLen || len(name) > placeLen {
		return nil
	}
	h := maphash.String(s.seed, value) + uint64(len(name))
	a, b := &s.headers[h%headers], &s.headers[h%headers^1]
	if a.is(name, value) {
		return a
	}
	if !b.is(name, value) {
		if mark := &s.once[h>>32%marks]; *mark != uint16(h>>48)|1 {
			*mark = uint16(h>>48) | 1
			return nil
		}
	}
	*a, *b = *b, *a // the older of the two goes, unless it is this
	return a
}

func (h *headerSeen) is(name, value string) bool { return h.name == name && string(h.value) == value }

// of returns the set of matchers that find something in the leaf.
func (s *seen) of(t *Tests, l *event.Leaf) uint64 {
	return s.inText(t, l, false) | t.inPlace(l, s.at(t, l.Place))
}

// inText is find, remembered.
func (s *seen) inText(t *Tests, l *event.Leaf, plain bool) uint64 {
	if len(l.Value) > longLen {
		return s.find(t, l, plain)
	}
	if t.numbers == 0 && shortNumber(l.Value) {
		return 0
	}
	h := maphash.String(s.seed, l.Value)
	if len(l.Value) <= shortLen {
		v := &s.short[h%shortValues]
		if string(v.value[:v.size]) == l.Value && v.kind == l.Kind && v.size > 0 {
			return v.hot
		}
		hot := s.find(t, l, plain)
		if !l.Cut {
			v.hot, v.kind, v.size = hot, l.Kind, uint8(copy(v.value[:], l.Value))
		}
		return hot
	}
	v, w := &s.long[h%longValues], &s.long[h%longValues^1]
	if v.is(l) {
		return v.hot
	}
	if !w.is(l) { // the older of the two goes
		hot := s.find(t, l, plain)
		if l.Cut {
			return hot // the next such call is to be marked, too
		}
		w.value, w.kind, w.hot = append(w.value[:0], l.Value...), l.Kind, hot
	}
	*v, *w = *w, *v
	return v.hot
}

// find returns the set of matchers that find something in the leaf's
// readings, wherever it stands; plain says that its value is the only one.
func (s *seen) find(t *Tests, l *event.Leaf, plain bool) (hot uint64) {
	if plain {
		return s.findIn(t, l.Value, 0)
	}
	for _, r := range l.Readings() {
		hot = s.findIn(t, r.Text, hot)
	}
	return hot
}

// findIn adds to hot the matchers that find something in a text.
func (s *seen) findIn(t *Tests, text string, hot uint64) uint64 {
	worth := s.worth(t, t.madeOf(text))
	if worth&^t.numbers != 0 && shortNumber(text) {
		worth &= t.numbers
	}
	for worth &^= hot; worth != 0; worth &= worth - 1 {
		i := bits.TrailingZeros64(worth)
		if _, _, ok := t.list[i].Match(text); ok {
			hot |= 1 << i
		}
	}
	return hot
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
