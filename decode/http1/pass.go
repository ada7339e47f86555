package http1

import "spaniel/event"

// forever is stream.Forever: all bytes that may follow.
const forever = 1 << 62

// Useless returns how many of the next bytes of a direction are counted only: of a
// body, what lies behind the part of it that is kept, but for its last byte, which
// tells when it was whole.
func (c *Conn) Useless(d event.Direction) uint64 {
	h := &c.half[d]
	switch {
	case c.upgraded:
		return forever
	case h.tape != nil, len(c.list) > 0, h.again:
		return 0
	case h.call != nil:
		if m := h.message(h.call); !m.RawCut && !m.RawGap {
			return 0
		}
	}
	switch {
	case h.state == stClose && h.call != nil:
		return forever - 1 // its end is the connection's
	case h.state == stFixed || h.state == stChunk:
		return h.remain - 1
	}
	return 0
}

// Passed counts n bytes of a direction that were left out. They belong to the body
// that is read; where they do not, they are a hole.
func (c *Conn) Passed(d event.Direction, n uint64, at event.Stamp) {
	h := &c.half[d]
	known := h.state == stFixed || h.state == stChunk
	switch {
	case c.upgraded:
		return
	case !known && h.state != stClose, known && n >= h.remain:
		c.Gap(d, n, at)
		return
	}
	h.arrive(n)
	h.pos += n
	if known {
		h.remain -= n
	}
	if h.call == nil {
		return
	}
	m := h.message(h.call)
	m.BodyBytes += n
	m.End, m.LastFrame = at.Time, at.Frame
}
