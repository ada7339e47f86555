package http1

import "spaniel/event"

// Unseen says that the peer acknowledged n bytes of a direction behind the last
// that was given: they are lost, or captured late. What is said now may answer
// what was said in them.
func (c *Conn) Unseen(d event.Direction, n uint64) { c.half[d].known = c.half[d].pos + n }

// arrive notes that the next n bytes are here, or known to be lost.
func (h *half) arrive(n uint64) {
	if h.known <= h.pos+n {
		h.known = 0
	}
}

// unseen reports whether bytes of the direction are known to have been sent
// that were not given, nor their loss said.
func (h *half) unseen() bool { return h.known > h.pos }

// begunLost reports whether bytes were lost before the first message, and not
// only passed over because they are none of HTTP.
func (h *half) begunLost() bool {
	f := h.conn.flow.Flags
	return f.Has(event.FlagGap) && !f.Has(event.FlagMidstream)
}

// misses reports whether a request may have been among the n bytes that are
// lost next: not in the midst of a body that is longer, and a connection that
// was picked up in its midst says so itself.
func (h *half) misses(n uint64) bool {
	switch {
	case h.dir != event.ToServer, h.msgs == 0 && n == 0 && !h.begunLost():
		return false
	case (h.state == stFixed || h.state == stChunk) && n > 0 && n <= h.remain:
		return false
	}
	return h.state != stOff && h.state != stEnded && h.state != stHold
}
