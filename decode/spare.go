package decode

import "spaniel/event"

// spares are receivers of flows that ended, to be used again: from the next
// packet on, since whoever closed one may not be done.
type spares struct {
	ended, free []*conn
}

// maxSpares bounds the receivers a partition keeps: 16 KiB of them.
const maxSpares = 64

// end takes a receiver that was closed.
func (s *spares) end(c *conn) {
	if len(s.ended)+len(s.free) < maxSpares {
		s.ended = append(s.ended, c)
	}
}

// next frees what ended: another packet begins.
func (s *spares) next() {
	s.free = append(s.free, s.ended...)
	clear(s.ended)
	s.ended = s.ended[:0]
}

// get returns the receiver of a flow.
func (s *spares) get(p *Partition, f *event.Flow) *conn {
	n := len(s.free)
	if n == 0 {
		c := &conn{p: p, flow: f}
		c.emitCall, c.lostBytes = c.emit, c.lost
		return c
	}
	c := s.free[n-1]
	s.free = s.free[:n-1]
	c.empty()
	c.flow = f
	return c
}
