package http1

import "spaniel/event"

// garbage is what stood where a message should begin and was none.
type garbage struct {
	bytes uint64
	from  event.Stamp // its first byte
	// carry marks the next message of this direction.
	carry []string
}

// note marks the next message of this direction.
func (g *garbage) note(name string) {
	for _, s := range g.carry {
		if s == name {
			return
		}
	}
	g.carry = append(g.carry, name)
}

// desync notes that n bytes, the first of them at from, begin no message.
func (h *half) desync(n uint64, from event.Stamp) {
	if h.note(AnomalyDesync); h.bytes == 0 {
		h.from = from
	}
	h.bytes += n
}

// passed counts n more bytes that were passed over in search of a message.
func (h *half) passed(n int) {
	h.conn.led.SkippedBytes += uint64(n)
	if h.bytes > 0 {
		h.bytes += uint64(n)
	}
}

// unpassed takes back n of the bytes passed over: they begin a message.
func (h *half) unpassed(n int) {
	h.conn.led.SkippedBytes -= uint64(n)
	if h.bytes > 0 {
		h.bytes -= uint64(n)
	}
}

// report says how many bytes were garbage, once no more follow.
func (h *half) report(at event.Stamp) {
	if h.bytes > 0 && h.conn.Lost != nil {
		h.conn.Lost(h.dir, h.bytes, h.from, at)
	}
	h.bytes = 0
}

// blame puts what was noted for a message that never came on the call that
// waited for it.
func (h *half) blame(at event.Stamp) {
	h.report(at)
	if c := h.conn; h.dir == event.ToClient && c.answered < c.len()-c.orphans {
		if call := c.at(c.answered).call; call != nil {
			for _, name := range h.carry {
				call.Mark(name)
			}
		}
	}
	h.carry = h.carry[:0]
}
