package stream

import (
	"slices"

	"spaniel/event"
)

// maxUrgent bounds the urgent bytes of a direction that are still to come;
// beyond it they stay in the stream.
const maxUrgent = 16

// urgent places s, whose byte at offset u is urgent: that one is taken out of
// the stream when its turn comes, as a host does that was not told to leave
// it inline. The host reads the rest; so do we.
func (t *Table) urgent(f *flow, d event.Direction, s piece, u uint64) {
	t.raise(f, d, noteUrgent, s.pos+u, 1, s.at)
	h := &f.half[d]
	if m := s.pos + u; m >= h.pos && !h.ended && len(h.urgent) < maxUrgent && !slices.Contains(h.urgent, m) {
		h.urgent = append(h.urgent, m)
		slices.Sort(h.urgent)
	}
	t.place(f, d, s)
}

// pass delivers b, which begins at the next byte, but for its urgent bytes.
func (t *Table) pass(f *flow, d event.Direction, b []byte, at event.Stamp) {
	h := &f.half[d]
	for len(h.urgent) > 0 && h.urgent[0] < h.pos+uint64(len(b)) {
		m := h.urgent[0]
		if h.urgent = h.urgent[1:]; len(h.urgent) == 0 {
			h.urgent = nil // the fast path looks at this
		}
		if m < h.pos { // in a gap
			continue
		}
		if m > h.pos {
			n := m - h.pos
			t.deliver(f, d, b[:n], at)
			b = b[n:]
		}
		t.fate(event.ByteBeyond, b[:1])
		if f.asks(d) {
			t.remember(h, h.pos, b[:1])
		}
		h.advance(m + 1)
		b = b[1:]
	}
	if len(b) > 0 {
		t.deliver(f, d, b, at)
	}
}
