package http1

import (
	"strings"

	"spaniel/event"
)

// noVersion stands for the version that HTTP/0.9 does not send.
const noVersion = "HTTP/0.9"

// isOld reports whether line is an HTTP/0.9 request: GET, a path, no version,
// as the very first bytes of a connection. Anywhere else it is garbage.
func (h *half) isOld(line []byte) bool {
	text, n := lineOf(line)
	if n == 0 || h.msgs > 0 || h.conn.flow.Flags.Has(event.FlagMidstream) || len(h.carry) > 0 {
		return false
	}
	r, ok := parseRequestLine(view(text))
	return ok && r.old
}

// request makes a call of the head text, or fills the one whose response came
// before, and returns what the fields say.
func (h *half) request(text string, at event.Stamp) facts {
	e := h.conn.request(at)
	c := e.call
	h.call, h.busy = c, true
	if h.again || h.seen > uint64(len(text)) {
		h.headEnd = nowhere
	}
	e.located(h.headEnd, h.seen, text)
	line, rest := cutLine(text)
	r, plain := plainRequest(line)
	ok := plain
	if !plain {
		r, ok = parseRequestLine(line)
	}
	if !ok || h.cut && !strictVersion(r.version) {
		if part, whole := cutRequestLine(line); whole {
			r = part
		}
	}
	if len(line) == len(text) && h.seen > uint64(len(text)) {
		r.v, r.version = vOdd, "" // longer than the cap: the version lies beyond
	}
	e.head, e.connect, e.old = r.method == "HEAD", r.method == "CONNECT", r.old
	h.open(&c.Req.Message, at)
	h.markLine(line, text)
	c.Proto = r.v.proto()
	c.Req.Method, c.Req.Target, c.Req.Version = r.method, r.target, r.version
	if !plain {
		markRequestLine(c, &r)
	}
	f := h.fields(&c.Req.Headers, line, rest, false)
	h.conn.weigh(e, text, len(c.Req.Headers))
	f.ambiguity(c, r.v, rest)
	other := h.conn.reading == otherReading
	if known := &h.conn.pool.host; !plain || other || !splitOrdinary(&c.Req, &f, known) {
		if splitTarget(c, &f, r.v, h.cut, other); plain && !other {
			known.know(&c.Req, &f)
		}
	}
	if len(c.Anomalies) > 0 {
		h.record(e, &f, text)
	}
	return f
}

// markRequestLine notes what is odd about a request line.
func markRequestLine(c *event.Call, r *requestLine) {
	if r.odd || !cleanTarget(r.target) || !targetForm(r) {
		c.Mark(AnomalyRequestLine)
	}
	if !ordinaryMethod(r.method) {
		c.Mark(AnomalyMethod)
	}
	switch {
	case r.version == "":
	case r.old:
		c.Mark(AnomalyOld)
	case r.v == vOdd || r.v == v09:
		c.Mark(AnomalyVersion)
	}
}

// targetForm reports whether the target has one of the four forms of RFC 9112.
// Others are refused by many servers, and taken for a path by some.
func targetForm(r *requestLine) bool {
	if r.method == "CONNECT" || r.target == "*" || strings.HasPrefix(r.target, "/") {
		return true
	}
	_, _, _, ok := absolute(r.target)
	return ok
}

// requestBody goes on to the body that f announces.
func (h *half) requestBody(f facts, at event.Stamp) {
	if h.call != nil && h.call.Req.Method == "CONNECT" {
		h.done(true, at)
		h.state, h.held = stHold, 0
		return
	}
	none := lenNone
	if f.hasTE {
		none = lenLost
	}
	h.other, h.otherLen = f.otherwise(none)
	kind, n := f.requestLength()
	if h.conn.reading == otherReading {
		kind, n, f.look = f.otherLength(h.call)
	}
	h.looking = f.look
	if h.call != nil {
		h.conn.newest().linear = kind != lenChunked
	}
	h.enter(kind, n, at)
	h.expects = f.expect && h.busy
}

// enter goes on to a body.
func (h *half) enter(kind lengthKind, n uint64, at event.Stamp) {
	switch kind {
	case lenFixed:
		h.state, h.remain = stFixed, n
	case lenChunked:
		h.state, h.chunk, h.opening = stSize, chunk{}, true
		h.drop()
	case lenClose:
		h.state = stClose
	case lenLost:
		h.mark(AnomalyDesync)
		h.lose(at)
	default:
		h.done(true, at)
	}
}

// release goes on with requests after a CONNECT that was refused: what came
// meanwhile was no tunnel's. What lies beyond the cap is skipped, and the next
// request then looked for.
func (h *half) release() {
	h.state = stStart
	held := append([]byte(nil), h.buf...)
	h.drop()
	h.conn.led.SkippedBytes -= uint64(len(held))
	h.feed(held, h.first)
	if h.held > uint64(len(held)) {
		h.gap(0, h.first)
	}
}

// open fills what both messages have in common.
func (h *half) open(m *event.Message, at event.Stamp) {
	m.Seen = true
	m.Start, m.FirstFrame = h.first.Time, h.first.Frame
	m.End, m.LastFrame = at.Time, at.Frame
	h.msgs++
	for _, name := range h.carry {
		h.call.Mark(name)
	}
	h.carry = h.carry[:0]
	h.report(at)
	if h.seen > uint64(h.conn.pool.cfg.HeadCap) {
		h.call.Mark(AnomalyHeadCap)
		h.call.Flags |= event.FlagCapped
	}
}

// markLine marks what is odd about the first line as bytes, and how it ends.
func (h *half) markLine(line, text string) {
	if len(line) < len(text) && text[len(line)] == '\n' {
		h.call.Mark(AnomalyBareLF)
	}
	if printable(line) {
		return
	}
	if strings.IndexByte(line, 0) >= 0 {
		h.call.Mark(AnomalyNUL)
	}
	if strings.IndexByte(line, '\r') >= 0 {
		h.call.Mark(AnomalyBareCR)
	}
}

// fields reads the header lines in text, the framing fields found beyond the
// cap, and those behind a CR in the first line.
func (h *half) fields(dst *[]event.Header, line, text string, trailer bool) facts {
	r := fieldReader{call: h.call, dst: *dst, max: h.conn.pool.cfg.MaxFields, trailer: trailer, other: h.conn.reading == otherReading}
	if i := strings.IndexByte(line, '\r'); i >= 0 && !r.other {
		r.behindCR(line[i+1:])
	}
	if m := &h.conn.pool.marks; m.n >= 0 && !trailer {
		r.marked(text, m)
	} else {
		r.lines(text)
	}
	*dst = r.dst
	late := string(h.late)
	for late != "" {
		line, rest := cutLine(late)
		name, value, _ := strings.Cut(line, ":")
		r.note(trim(name), trim(value))
		late = rest
	}
	return r.facts
}

// cutLine cuts the first line, without its end, off text.
func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}
