package http1

import (
	"fmt"

	"spaniel/event"
)

// rival is bytes that an end sent for a place of its stream where others were
// read. The request or response in that place then has a second reading.
type rival struct {
	d   event.Direction
	pos uint64 // in the stream, as half.pos counts
	b   []byte
}

// rivals are those whose call was not emitted yet; seldom any.
type rivals struct {
	list []rival
	full bool // one was not kept
}

// maxRivals bounds the rivals that a connection keeps.
const maxRivals = 32

// nowhere is the place of what cannot be located in the stream.
const nowhere = ^uint64(0)

// Other says that the sender of d sent b, which is borrowed, for the place that
// begins off bytes behind the next Data, too. It reports whether the call in
// that place, if there is one, is still to come.
func (c *Conn) Other(d event.Direction, off int64, b []byte, _ event.Stamp) (kept bool) {
	h := &c.half[d]
	if before := uint64(max(-off, 0)); before > h.pos { // of what came before HTTP/1
		n := min(before-h.pos, uint64(len(b)))
		off, b = off+int64(n), b[n:]
	}
	pos := h.pos + uint64(off)
	if c.upgraded || len(b) == 0 {
		return false
	}
	first := c.replied.start
	if d == event.ToServer {
		first = c.startOf(c.ghosts)
	} else if c.replied.call == nil {
		first = h.next()
	}
	if first != nowhere && pos+uint64(len(b)) <= first {
		return false
	}
	r := &c.rivals
	for i := range r.list {
		if r.list[i].d == d && r.list[i].pos == pos && string(r.list[i].b) == string(b) {
			return true
		}
	}
	if len(r.list) == maxRivals || len(b) > c.room() {
		r.full = true
		return true
	}
	c.hold(len(b))
	r.list = append(r.list, rival{d, pos, append([]byte(nil), b...)})
	return true
}

// located notes where a message's head, of which the last byte is before end,
// and its body stand.
func (p *place) located(end, seen uint64, text string) {
	p.chunks, p.lost = p.chunks[:0], false
	if p.text, p.start, p.body = text, end-seen, end; end == nowhere {
		p.start = nowhere
	}
}

// dropRivals forgets those that no call can have any more.
func (c *Conn) dropRivals() {
	for _, r := range c.list {
		c.hold(-len(r.b))
	}
	c.rivals = rivals{}
}

// startOf returns where in the stream the i-th place in the queue begins, or
// what follows the last: nowhere if that is not known.
func (c *Conn) startOf(i int) uint64 {
	if i < c.len()-c.orphans {
		return c.at(i).start
	}
	return c.half[event.ToServer].next()
}

// next returns where the message begins that is not in the queue yet: nowhere if
// that is not known.
func (h *half) next() uint64 {
	switch {
	case h.state == stHead && !h.again:
		return h.headAt
	case h.state == stStart || h.state == stResync:
		return h.pos
	}
	return nowhere
}

// rivalry gives an entry's call the second reading in which rivals have their
// places. limit is where the next request begins.
func (c *Conn) rivalry(e *entry, limit uint64, at event.Stamp) {
	asked := c.claim(event.ToServer, e.start, limit)
	var answered []rival
	reply := c.reply(e.call)
	if e.call.Resp.Seen {
		answered = c.claim(event.ToClient, reply.start, c.half[event.ToClient].next())
	}
	if len(c.list) == 0 {
		c.list = nil
	}
	if c.full {
		e.call.Mark(AnomalySecondCut)
		c.full = len(c.list) > 0
	}
	if len(asked) > 0 && e.call.Req.Seen {
		c.askOtherwise(e, asked, at)
	}
	if len(answered) > 0 {
		c.answerOtherwise(e, &reply, answered, at)
	}
}

// claim takes the rivals of a message that begins at start; the next one begins
// at limit.
func (c *Conn) claim(d event.Direction, start, limit uint64) (own []rival) {
	rest := c.list[:0]
	for _, r := range c.list {
		if r.d != d || r.pos >= limit {
			rest = append(rest, r)
			continue
		}
		c.hold(-len(r.b))
		if start == nowhere || r.pos+uint64(len(r.b)) > start {
			own = append(own, r)
		}
	}
	c.list = rest
	return own
}

// askOtherwise makes of an entry's request the one in which rivals have their
// places.
func (c *Conn) askOtherwise(e *entry, own []rival, at event.Stamp) {
	e.call.Mark(AnomalyOverlap)
	s := c.pool.scratch(firstReading)
	whole, to, all := e.with(&e.call.Req.Message, own)
	list, few := s.requests(whole, to, at)
	if !all || !few {
		e.call.Mark(AnomalySecondCut)
	}
	if e.start == nowhere || len(list) == 0 {
		list = []*event.Call{c.bare(e.call, own)}
	}
	if len(list) == 1 && sameRequest(&e.call.Req, &list[0].Req) {
		return
	}
	e.call.Alt = nil
	chain(e.call, list, AnomalyOverlap)
}

// with returns the message that stands there as it came, m being what was read of it,
// with rivals in their places, as far as the first reading has it, which is up to the
// byte to, and as the rivals go on behind it. all says that each of their bytes is
// there. Where the places in a chunked body are not known, it stands as one chunk, and
// what came for it, too, at its end.
func (p *place) with(m *event.Message, own []rival) (whole []byte, to int, all bool) {
	whole, placed := p.whole(m)
	raw := m.Raw
	to, all = len(whole), true
	for _, r := range own {
		for i, v := range r.b {
			switch at := r.pos + uint64(i); {
			case at < p.start || !placed && at >= p.body:
			case at-p.start < uint64(len(whole)):
				whole[at-p.start] = v
			case at-p.start == uint64(len(whole)):
				whole = append(whole, v)
			default:
				all = false
			}
		}
		if end := r.pos + uint64(len(r.b)); !placed && end > p.body {
			raw = append(raw[:len(raw):len(raw)], r.b[max(0, len(r.b)-int(end-p.body)):]...)
		}
	}
	if !placed {
		whole = append(fmt.Appendf(whole, "%x\r\n", len(raw)), raw...)
		whole = append(whole, "\r\n0\r\n\r\n"...)
		to = len(whole)
	}
	return whole, to, all
}

// bare is the call with the rivals for its body: where they belong is not
// known, or they make no request.
func (c *Conn) bare(call *event.Call, own []rival) *event.Call {
	a := new(event.Call)
	a.Reset(c.pool.x)
	a.Proto, a.Req = call.Proto, call.Req
	a.Req.Raw = joined(own)
	a.Req.BodyBytes = uint64(len(a.Req.Raw))
	return a
}

// joined is the bytes of rivals, one behind the other.
func joined(own []rival) (b []byte) {
	for _, r := range own {
		b = append(b, r.b...)
	}
	return b
}
