package prefilter

import (
	"hash/maphash"

	"spaniel/event"
)

// seen remembers what the matchers said of header values: clients send the
// same ones with each request, and they are most of its bytes. It is a small
// table in which a newer value takes the place of an older one.
type seen struct {
	seed  maphash.Seed
	table []verdict
}

type verdict struct {
	place string
	value []byte
	kind  event.LeafKind
	hot   uint64
}

// seenValues is the number of values remembered, seenLen the length of the
// longest.
const (
	seenValues = 256
	seenLen    = 512
)

// of is Tests.of, remembered.
func (s *seen) of(t *Tests, l *event.Leaf) uint64 {
	if l.Kind != event.LeafHeader && l.Kind != event.LeafCookie || len(l.Value) > seenLen {
		return t.of(l)
	}
	if s.table == nil {
		s.seed, s.table = maphash.MakeSeed(), make([]verdict, seenValues)
	}
	v := &s.table[maphash.String(s.seed, l.Value)%seenValues]
	if string(v.value) != l.Value || v.place != l.Place || v.kind != l.Kind {
		v.place, v.value, v.kind, v.hot = l.Place, append(v.value[:0], l.Value...), l.Kind, t.of(l)
	}
	return v.hot
}
