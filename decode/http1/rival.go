package http1

import (
	"fmt"

	"spaniel/event"
)

// rival is bytes that the client sent for a place of its stream where others
// were read. The request in that place then has a second reading.
type rival struct {
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

// Other says that the client sent b, which is borrowed, for the place that
// begins off bytes behind the next Data, too. It reports whether the call in
// that place, if there is one, is still to come.
func (c *Conn) Other(d event.Direction, off int64, b []byte, _ event.Stamp) (kept bool) {
	h := &c.half[d]
	if before := uint64(max(-off, 0)); before > h.pos { // of what came before HTTP/1
		n := min(before-h.pos, uint64(len(b)))
		off, b = off+int64(n), b[n:]
	}
	pos := h.pos + uint64(off)
	if d != event.ToServer || c.upgraded || len(b) == 0 {
		return false
	}
	if first := c.startOf(c.ghosts); first != nowhere && pos+uint64(len(b)) <= first {
		return false
	}
	r := &c.rivals
	for i := range r.list {
		if r.list[i].pos == pos && string(r.list[i].b) == string(b) {
			return true
		}
	}
	if len(r.list) == maxRivals || len(b) > c.room() {
		r.full = true
		return true
	}
	c.hold(len(b))
	r.list = append(r.list, rival{pos, append([]byte(nil), b...)})
	return true
}

// located notes where a request's head, of which the last byte is before end,
// and its body stand.
func (e *entry) located(end, seen uint64, text string) {
	if e.text, e.start, e.body = text, end-seen, end; end == nowhere {
		e.start = nowhere
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
	h := &c.half[event.ToServer]
	switch {
	case i < c.len()-c.orphans:
		return c.at(i).start
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
	var own []rival
	rest := c.list[:0]
	for _, r := range c.list {
		if r.pos >= limit {
			rest = append(rest, r)
			continue
		}
		c.hold(-len(r.b))
		if e.start == nowhere || r.pos+uint64(len(r.b)) > e.start {
			own = append(own, r)
		}
	}
	if c.list = rest; len(rest) == 0 {
		c.list = nil
	}
	if c.full {
		e.call.Mark(AnomalySecondCut)
		c.full = len(rest) > 0
	}
	if len(own) == 0 || !e.call.Req.Seen {
		return
	}
	e.call.Mark(AnomalyOverlap)
	s := c.pool.scratch(firstReading)
	whole, to, all := e.with(own)
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

// with returns the entry's request as it came, with rivals in their places,
// as far as the first reading has it, which is up to the byte to, and as the
// rivals go on behind it. all says that each of their bytes is there. In a
// chunked body no place is known any more: it stands as one chunk, and what
// came for it, too, at its end.
func (e *entry) with(own []rival) (whole []byte, to int, all bool) {
	raw := e.call.Req.Raw
	whole = append(make([]byte, 0, len(e.text)+len(raw)+64), e.text...)
	if e.linear {
		whole = append(whole, raw...)
	}
	to, all = len(whole), true
	for _, r := range own {
		for i, v := range r.b {
			switch at := r.pos + uint64(i); {
			case at < e.start || !e.linear && at >= e.body:
			case at-e.start < uint64(len(whole)):
				whole[at-e.start] = v
			case at-e.start == uint64(len(whole)):
				whole = append(whole, v)
			default:
				all = false
			}
		}
		if end := r.pos + uint64(len(r.b)); !e.linear && end > e.body {
			raw = append(raw[:len(raw):len(raw)], r.b[max(0, len(r.b)-int(end-e.body)):]...)
		}
	}
	if !e.linear {
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
	a.Req.Raw = nil
	for _, r := range own {
		a.Req.Raw = append(a.Req.Raw, r.b...)
	}
	a.Req.BodyBytes = uint64(len(a.Req.Raw))
	return a
}
