package stream

// spares are flows that ended, to be used again: where each call has a
// connection of its own, making one is a third of what is allocated. A flow
// that ends may still be looked at by whoever works on the packet, so that it
// is free from the next packet on.
type spares struct {
	ended, free []*flow
}

// maxSpares bounds the flows a table keeps: 48 KiB of them.
const maxSpares = 64

// end takes a flow that ended.
func (s *spares) end(f *flow) {
	if len(s.ended)+len(s.free) < maxSpares {
		s.ended = append(s.ended, f)
	}
}

// next frees what ended: another packet begins.
func (s *spares) next() {
	s.free = append(s.free, s.ended...)
	clear(s.ended)
	s.ended = s.ended[:0]
}

// get returns an empty flow.
func (s *spares) get() *flow {
	n := len(s.free)
	if n == 0 {
		return new(flow)
	}
	f := s.free[n-1]
	s.free = s.free[:n-1]
	*f = flow{} // in place, and all of it: nothing of the old one is left
	return f
}
