package http1

import (
	"bytes"

	"spaniel/event"
)

// doubt is told that a final response came while a request is under way. A
// client that asked for 100 Continue and was answered so may leave its body
// out, or send it all the same; the next line says which.
func (h *half) doubt() {
	if !h.expects || h.state != stFixed && h.state != stSize || h.call == nil || h.call.Req.BodyBytes > 0 || h.digits > 0 || h.lead > 0 {
		return
	}
	h.expects = false
	h.suspect()
}

// suspect makes sure that a body which may not be there is not the next
// message.
func (h *half) suspect() {
	h.stop()
	h.body, h.state = h.state, stDoubt
	h.drop()
}

// bodiless is told that the client went on behind a hole, in which it asked for
// the response that is read. If no body came of it so far, it asked by HEAD.
func (h *half) bodiless(at event.Stamp) {
	if h.state == stDoubt && len(h.buf) == 0 && !h.forbidden {
		h.done(true, at)
	}
}

// doubtful gathers a line that is either a body's beginning or a message's.
func (h *half) doubtful(b []byte, at event.Stamp) int {
	if len(h.buf) == 0 {
		h.first = at
	}
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		n = len(b)
	}
	part := b[:min(n, h.conn.pool.cfg.HeadCap-len(h.buf))]
	h.collect(part)
	h.conn.led.SkippedBytes += uint64(len(part))
	switch line, whole := lineOf(h.buf); {
	case whole > 0 && h.certain(view(line)):
		h.body = stStart
		h.done(true, at)
		h.believe(at)
	case whole > 0 || !h.maybe(h.buf) || len(h.buf) >= h.conn.pool.cfg.HeadCap:
		h.believe(at)
	}
	return len(part)
}

// believe takes the gathered bytes as what the state in body makes of them.
func (h *half) believe(at event.Stamp) {
	h.state = h.body
	if h.forbidden {
		if h.forbidden = false; h.state != stStart && len(h.buf) == 0 {
			h.done(true, at)
			return
		}
		h.mark(AnomalyForbiddenBody)
	}
	held := append([]byte(nil), h.buf...)
	h.drop()
	h.conn.led.SkippedBytes -= uint64(len(held))
	if h.state == stStart {
		at = h.first
	}
	h.feed(held, at)
}
