package stream

import "spaniel/event"

// urgent takes the urgent byte, the one at offset u, out of the stream, as a
// host does that was not told to leave it inline. The host reads the rest; so
// do we.
func (t *Table) urgent(f *flow, d event.Direction, s piece, u uint64) {
	t.raise(f, d, noteUrgent, s.pos+u, 1, s.at)
	h := &f.half[d]
	if u >= uint64(len(s.b)) || s.pos > h.pos || s.pos+u < h.pos || h.ended {
		t.place(f, d, s)
		return
	}
	head := s
	head.b, head.wire = s.b[:u], u
	s.skip(u)
	t.place(f, d, head)
	if h.pos == s.pos && !h.ended && h.win == nil {
		b := s.skip(1)
		t.fate(event.ByteBeyond, b)
		if d == event.ToServer {
			t.remember(h, b)
		}
		h.advance(s.pos)
		t.drain(f, d, s.at)
	}
	t.place(f, d, s)
}
