package http1

import (
	"strings"

	"spaniel/event"
)

// response pairs the head text with its request. ok is false for an interim
// response, which is only counted.
func (h *half) response(text string, at event.Stamp) (f facts, ok bool) {
	line, rest := cutLine(text)
	s, _ := parseStatusLine(line)
	if s.status/100 == 1 && s.status != 101 && !s.bad {
		h.interimDone(s, text, line, rest)
		return f, false
	}
	interims := h.interims
	e := h.conn.response(at)
	h.call, h.busy, h.interims = e.call, true, 0
	h.placed(text)
	if !e.reqDone && !e.orphan && interims == 0 {
		h.conn.half[event.ToServer].doubt()
	}
	ghost := e.call == nil
	if ghost { // read for its length alone, into a call nobody sees
		h.call = h.conn.pool.get()
	}
	c := h.call
	h.open(&c.Resp.Message, at)
	h.markLine(line, text)
	if c.Proto == "" {
		c.Proto = s.v.proto()
	}
	c.Resp.Version, c.Resp.Status, c.Resp.Reason = s.version, s.status, s.reason
	if s.bad || s.odd {
		c.Mark(AnomalyStatus)
	}
	if s.v == vOdd || s.v == v09 {
		c.Mark(AnomalyVersion)
	}
	if e.orphan {
		h.conn.surplus(c, false)
	}
	f = h.fields(&c.Resp.Headers, line, rest, false)
	f.ambiguity(c, s.v, rest)
	f.status, f.noBody, f.connect, f.orphan = s.status, e.head, e.connect, e.orphan
	if !ghost {
		h.conn.weigh(e, text, len(c.Resp.Headers))
		h.recordBody(e, &f)
	}
	if ghost {
		h.conn.pool.put(c)
		h.call = nil
	}
	return f, true
}

// placed notes where the response stands whose head is text, if it is a call's.
func (h *half) placed(text string) {
	if h.again || h.seen > uint64(len(text)) {
		h.headEnd = nowhere
	}
	r := &h.conn.replied
	if r.call, r.linear = h.call, true; h.call == nil {
		r.none()
		return
	}
	r.located(h.headEnd, h.seen, text)
}

// interimDone counts a 1xx response. Its fields are no call's, but the next response
// tells what is odd about it.
func (h *half) interimDone(s statusLine, text, line, rest string) {
	c := h.conn.pool.get()
	h.call = c
	h.markLine(line, text)
	if s.odd {
		c.Mark(AnomalyStatus)
	}
	if s.v == vOdd || s.v == v09 {
		c.Mark(AnomalyVersion)
	}
	if len(rest) > 2 {
		if f := h.fields(&c.Resp.Headers, line, rest, false); f.announces() {
			c.Mark(AnomalyForbiddenBody)
		}
	}
	for _, name := range c.Anomalies {
		h.note(name)
	}
	h.conn.pool.put(c)
	h.call = nil
	h.conn.interim++
	h.msgs++
	if h.interims++; h.interims > maxInterim {
		h.note(AnomalyInterim)
	}
	h.state = stStart
}

// responseBody goes on to the body that f announces, or leaves HTTP/1.
func (h *half) responseBody(f facts, at event.Stamp) {
	if f.status == 101 || f.connect && f.status/100 == 2 {
		h.conn.upgraded = true // what the client sent meanwhile is no request
		h.done(true, at)
		h.conn.upgrade(f.service(), at)
		return
	}
	kind, n := f.responseLength(f.status, f.noBody)
	h.conn.closing = f.close || kind == lenClose
	if kind == lenNone && f.announces() {
		if f.status == 204 {
			h.mark(AnomalyForbiddenBody)
		}
		if f.close {
			h.forbid(f, at)
			return
		}
	}
	h.other, h.otherLen = f.otherwise(lenClose)
	h.looking = f.look
	h.conn.replied.linear = kind != lenChunked
	h.enter(kind, n, at)
	if kind != lenNone && (f.orphan || h.conn.half[event.ToServer].lossy || h.conn.shifted) {
		h.suspect() // it may have answered HEAD
	}
}

// service names what a connection is upgraded to.
func (f *facts) service() string {
	if f.connect {
		return "connect"
	}
	word, _, _ := strings.Cut(f.upgrade, ",")
	return toLower(trim(word))
}

// oldBody takes what came so far as the beginning of a response to HTTP/0.9,
// which is a body without a head.
func (h *half) oldBody(b []byte, at event.Stamp) {
	e := h.conn.response(at)
	h.call, h.busy = e.call, true
	h.conn.replied = replied{call: h.call, place: place{start: nowhere}}
	h.conn.led.HeadBytes -= h.seen
	h.conn.led.BodyBytes += h.seen
	if c := h.call; c != nil {
		m := &c.Resp.Message
		h.open(m, at)
		m.Version = noVersion
		h.conn.led.BodyBytes -= uint64(len(b))
		h.state = stClose
		h.keep(b, at)
		m.BodyBytes = h.seen
		m.RawCut = m.RawCut || h.seen > uint64(len(b))
	}
	h.drop()
	h.state = stClose
}
