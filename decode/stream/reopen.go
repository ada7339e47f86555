package stream

import "spaniel/event"

// maxAfter bounds what is kept of the bytes behind a FIN: 64 KiB.
const maxAfter = 64 << 10

// keepAfter keeps s, which came behind the direction's end: should the peer
// acknowledge it, it had ignored the FIN. It reports whether it was kept.
func (t *Table) keepAfter(f *flow, h *half, s piece) bool {
	y, n := h.after, uint64(0)
	if y != nil {
		n = uint64(len(y.b))
	}
	if f.closed || s.pos != h.pos+n || len(s.b) == 0 || n+uint64(len(s.b)) > maxAfter || t.pool.held+len(s.b) > t.pool.limit {
		return false
	}
	if y == nil {
		y = &piece{pos: s.pos, at: s.at}
		h.after = y
	}
	y.b = append(y.b, s.b...)
	y.wire = uint64(len(y.b))
	t.pool.held += len(s.b)
	t.led.Buffered += uint64(len(s.b))
	return true
}

// takeAfter takes what was kept out of the direction that has it.
func (t *Table) takeAfter(h *half) piece {
	s := *h.after
	h.after = nil
	t.pool.held -= len(s.b)
	t.led.Buffered -= uint64(len(s.b))
	return s
}

// reopen goes on with a direction that a FIN ended, since its receiver read
// bytes behind the FIN: it had ignored it. What of them was not kept becomes a
// gap once more is known of the stream.
func (t *Table) reopen(f *flow, d event.Direction, at event.Stamp) {
	h := &f.half[d]
	h.ended, h.finSeen = false, false
	t.raise(f, d, noteFIN, h.fin, 0, at)
	if h.after != nil {
		s := t.takeAfter(h)
		s.at = at
		t.place(f, d, s)
	}
	if !f.closed {
		t.arm(f)
	}
}
