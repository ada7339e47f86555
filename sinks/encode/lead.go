package encode

import "slices"

// A lead is a short constant text that is written over and over: what stands
// before a value. It is copied as a block of fixed size, which costs two moves
// where copying by its length costs a call.
type lead struct {
	block [leadBlock]byte
	n     uint8  // of block
	rest  string // what does not fit in it, seldom any
}

const leadBlock = 32

func newLead(s string) (l lead) {
	l.n = uint8(copy(l.block[:], s))
	l.rest = s[l.n:]
	return l
}

// append appends the lead.
func (l *lead) append(b []byte) []byte {
	n := len(b)
	if cap(b)-n < leadBlock {
		b = slices.Grow(b, leadBlock)
	}
	*(*[leadBlock]byte)(b[n : n+leadBlock]) = l.block // beyond its end stands nothing yet
	b = b[:n+int(l.n)]
	if l.rest != "" {
		b = append(b, l.rest...)
	}
	return b
}
