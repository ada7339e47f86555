package http1

import (
	"slices"

	"spaniel/event"
)

// reading says how a connection reads what can be read in two ways.
type reading uint8

const (
	firstReading reading = iota
	// otherReading is that of a server which takes the other of two lengths, of
	// two hosts, and does not repair fields: a fold begins a field or adds to
	// one without a space, a name with a space behind it is another name, a NUL
	// ends a line, and a lone CR or LF ends none.
	otherReading
)

// maxSecond is how many requests a second reading may consist of.
const maxSecond = 4

// second gives the entry's call its second reading, if what is on tape has one.
func (c *Conn) second(e *entry, at event.Stamp) {
	call := e.call
	if t := c.eject(e, event.ToServer); t.tells(call) {
		s := c.pool.scratch(otherReading)
		whole := append(append(make([]byte, 0, len(t.head)+len(t.body)), t.head...), t.body...)
		list, all := s.requests(whole, len(t.head)+t.own, at)
		if len(list) > 1 || len(list) == 1 && !sameRequest(&call.Req, &list[0].Req) {
			chain(call, list, t.why)
			all = all && list[len(list)-1].Req.Complete
		}
		if t.cut || !all {
			call.Mark(AnomalySecondCut)
		}
	}
	if t := c.eject(e, event.ToClient); t.tells(call) {
		if body := t.otherBody(); string(body) != string(call.Resp.Raw) {
			resp := call.Resp
			resp.Raw, resp.BodyBytes = body, uint64(len(body))
			c.answerWith(call, resp, t.why)
		}
		if t.cut {
			call.Mark(AnomalySecondCut)
		}
	}
}

// tells reports whether there is a tape and its message is ambiguous after all:
// where the head left open whether the body is chunked, the body may have said
// that it is not, and what then differs is only what could not be kept.
func (t *tape) tells(call *event.Call) bool {
	return t != nil && slices.Contains(call.Anomalies, t.why)
}

// otherBody is a response's body without regard to Transfer-Encoding.
func (t *tape) otherBody() []byte {
	if t.length >= 0 {
		return t.body[:min(uint64(len(t.body)), uint64(t.length))]
	}
	return t.body[:t.own]
}

// answerWith gives the call's second reading, which may be one for this alone,
// a response of its own.
func (c *Conn) answerWith(call *event.Call, resp event.Response, why string) {
	m, first := &resp.Message, &call.Resp.Message
	m.Start, m.End, m.FirstFrame, m.LastFrame = first.Start, first.End, first.FirstFrame, first.LastFrame
	if call.Alt == nil {
		a := new(event.Call)
		a.Reset(c.pool.x)
		a.Proto, a.Req = call.Proto, call.Req
		chain(call, []*event.Call{a}, why)
	}
	for a := call.Alt; a != nil; a = a.Alt {
		a.Resp = resp
	}
}

// chain makes list the second reading of call.
func chain(call *event.Call, list []*event.Call, why string) {
	last := call
	for _, a := range list {
		a.Why = why
		last.Alt, last = a, a
	}
}

// scratch returns a connection that reads in the given way, counts into no
// ledger that anyone sees and emits nothing.
func (p *Pool) scratch(r reading) *Conn {
	if p.second == nil {
		cfg := p.cfg
		cfg.MaxPending = max(cfg.MaxPending, 2*maxSecond) // it gives none up
		p.second = NewPool(&cfg, p.x, new(event.Ledger))
	}
	s := p.second.Conn(new(event.Flow), func(*event.Call, event.Stamp) {})
	s.reading = r
	return s
}

// requests reads b and returns the requests that begin before the byte to, at
// most maxSecond. all says that there were no more.
func (c *Conn) requests(b []byte, to int, at event.Stamp) (list []*event.Call, all bool) {
	h := &c.half[event.ToServer]
	n, at0 := 0, 0
	for n < len(b) && c.len() <= maxSecond && at0 < to {
		had := c.len()
		n += h.step(b[n:], at)
		if c.len() > had {
			at0 = n - int(min(h.seen, uint64(n)))
		}
	}
	if c.len() <= maxSecond && at0 < to {
		had := c.len()
		h.finish(false, at)
		if c.len() > had {
			at0 = len(b) - int(min(h.seen, uint64(len(b))))
		}
	}
	k := c.len()
	if at0 >= to {
		k--
	}
	for i := range min(k, maxSecond) {
		list = append(list, c.at(i).call)
	}
	return list, k <= maxSecond
}

// sameRequest reports whether rules see no difference between the two.
func sameRequest(a, b *event.Request) bool {
	return a.Method == b.Method && a.Target == b.Target && a.Host == b.Host && string(a.Raw) == string(b.Raw) &&
		slices.Equal(a.Headers, b.Headers) && slices.Equal(a.Trailers, b.Trailers)
}
