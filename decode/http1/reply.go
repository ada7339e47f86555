package http1

import (
	"slices"

	"spaniel/event"
)

// replied is where the response stands that was read last, until its call is
// emitted: rivals of its bytes then find their places in it.
type replied struct {
	call *event.Call // nil without
	place
}

// none forgets the response, but for memory to use again.
func (r *replied) none() { *r = replied{place: place{chunks: r.chunks[:0]}} }

// reply returns where the response of a call stands; nowhere, if others were
// read since.
func (c *Conn) reply(call *event.Call) place {
	if c.replied.call == call {
		return c.replied.place
	}
	return place{start: nowhere}
}

// answerOtherwise makes of the response of an entry's call, which stands at p, the
// one in which rivals have their places.
func (c *Conn) answerOtherwise(e *entry, p *place, own []rival, at event.Stamp) {
	call := e.call
	call.Mark(AnomalyOverlap)
	whole, _, all := p.with(&call.Resp.Message, own)
	var resp event.Response
	n := 0
	if p.start != nowhere {
		resp, n = c.pool.scratch(firstReading).onlyResponse(e, whole, at)
	}
	if !all || n > 0 && n < len(whole) { // what is behind is no part of it
		call.Mark(AnomalySecondCut)
	}
	if n == 0 { // where they belong is not known, or they make no response
		resp = call.Resp
		resp.Raw = joined(own)
		resp.BodyBytes = uint64(len(resp.Raw))
	}
	if !sameResponse(&call.Resp, &resp) {
		c.answerWith(call, resp, AnomalyOverlap)
	}
}

// onlyResponse reads the response to an entry's request that b begins with, and
// returns how many bytes it is; 0 if there is none.
func (c *Conn) onlyResponse(e *entry, b []byte, at event.Stamp) (resp event.Response, n int) {
	found := false
	c.emit = func(call *event.Call, _ event.Stamp) {
		if !found {
			found, resp = true, call.Resp
			call.Resp = event.Response{} // its memory is resp's now
		}
	}
	asked := c.open(at, entry{reqDone: true, head: e.head, connect: e.connect, old: e.old})
	asked.call.Req.Seen, asked.call.Req.Complete = true, true
	h := &c.half[event.ToClient]
	for n < len(b) && !found {
		n += h.step(b[n:], at)
		c.flush(at)
	}
	if !found {
		h.finish(false, at)
		c.flush(at)
	}
	if found = found && resp.Seen; !found {
		return resp, 0
	}
	return resp, n
}

// sameResponse reports whether rules see no difference between the two.
func sameResponse(a, b *event.Response) bool {
	return a.Status == b.Status && string(a.Raw) == string(b.Raw) && slices.Equal(a.Headers, b.Headers) && slices.Equal(a.Trailers, b.Trailers)
}
