package http1

import (
	"bytes"

	"spaniel/event"
)

// state is where a direction stands.
type state uint8

const (
	stStart  state = iota // between messages
	stHead                // in a head
	stFixed               // in a body of known length
	stClose               // in a body that lasts until the direction ends
	stSize                // in a chunk-size line
	stChunk               // in a chunk
	stTail                // after a chunk, before its line end
	stTrail               // in the trailers
	stResync              // looking for a line that begins a message
	stHold                // after CONNECT, until its response is known
	stDoubt               // before a body that the client may leave out
	stOff                 // the connection left HTTP/1
	stEnded               // no more bytes
)

// half is one direction of a connection.
type half struct {
	conn  *Conn
	dir   event.Direction
	state state
	// resume is the state in which bytes behind the end are read, should they
	// come: the FIN was one that the receiver ignored.
	resume state
	heard  bool // a byte was delivered
	lossy  bool // a byte was lost

	// call is the call whose body is read; nil between messages, and for a
	// call that is no longer ours. busy says that a message is being read.
	call *event.Call
	busy bool
	msgs uint64 // messages begun

	head
	chunk
	garbage
	// remain is how much of the body, or of the chunk, is to come.
	remain uint64
	// opening: the first chunk-size line of a body is read; it is in buf.
	// looking: the head leaves it open whether the body is chunked. other and
	// otherLen say how it ends if not.
	opening, looking bool
	other            lengthKind
	otherLen         uint64
	// held counts the bytes that came while a CONNECT waited for its response.
	held uint64
	// expects: the request asked for 100 Continue, and no byte of its body
	// came; body is the state in which it begins.
	expects bool
	body    state
	// forbidden: the bytes that follow may be a body that may not be.
	forbidden bool
	// pos is where in the stream the bytes of the current step begin, headAt
	// where the head does that is read; headEnd is where one ended. again says
	// that the bytes were held back, and are in no known place.
	pos, headAt, headEnd uint64
	again                bool
	// tape is where the bytes go that may be read in another way too; seldom any.
	tape *tape
	// known is where in the stream the last byte that the peer acknowledged ends.
	known uint64
	// interims counts the 1xx responses since the last final one.
	interims int
}

// message returns the half of the call that h reads.
func (h *half) message(c *event.Call) *event.Message {
	if h.dir == event.ToServer {
		return &c.Req.Message
	}
	return &c.Resp.Message
}

// take takes b, the next bytes of the direction, apart. Each step consumes at
// least one byte or changes state.
func (h *half) take(b []byte, at event.Stamp) {
	for len(b) > 0 {
		t := h.tape
		n := h.step(b, at)
		h.pos += uint64(n)
		if t != nil || h.tape != nil || len(h.conn.list) > 0 {
			h.wind(t, b[:n])
			h.conn.flush(at)
		}
		b = b[n:]
	}
}

// feed takes bytes apart that were held back: what is on tape has them.
func (h *half) feed(b []byte, at event.Stamp) {
	was := h.again
	h.again = true
	for len(b) > 0 {
		b = b[h.step(b, at):]
	}
	h.again = was
}

func (h *half) step(b []byte, at event.Stamp) int {
	switch h.state {
	case stStart:
		return h.start(b, at)
	case stHead:
		return h.readHead(b, at)
	case stFixed, stChunk:
		return h.counted(b, at)
	case stClose:
		return h.keep(b, at)
	case stSize:
		return h.size(b, at)
	case stTail:
		return h.tail(b, at)
	case stTrail:
		return h.trailers(b, at)
	case stResync:
		return h.resync(b, at)
	case stDoubt:
		return h.doubtful(b, at)
	case stEnded:
		return h.goOn(b, at)
	}
	if h.state == stHold {
		if h.held == 0 {
			h.begin(at)
		}
		if !h.cut {
			h.collect(b)
		}
		h.held += uint64(len(b))
	}
	if h.state == stOff {
		h.conn.after.Tail = len(b)
	}
	h.conn.led.SkippedBytes += uint64(len(b))
	return len(b)
}

// goOn reads behind an end that was none.
func (h *half) goOn(b []byte, at event.Stamp) int {
	switch h.resume {
	case stStart:
		h.state = stStart
	case stResync:
		h.hole()
	default:
		h.conn.led.SkippedBytes += uint64(len(b))
		return len(b)
	}
	return h.step(b, at)
}

// start passes empty lines before a message.
func (h *half) start(b []byte, at event.Stamp) int {
	n := 0
	for n < len(b) && (b[n] == '\r' || b[n] == '\n') {
		n++
	}
	if n > 0 {
		h.conn.led.SkippedBytes += uint64(n)
		h.note(AnomalyLeadingLine)
	}
	if n < len(b) {
		h.begin(at)
		h.headAt = h.pos + uint64(n)
		h.state = stHead
	}
	return n
}

// counted reads a body or a chunk of known length.
func (h *half) counted(b []byte, at event.Stamp) int {
	n := h.keep(b[:min(uint64(len(b)), h.remain)], at)
	if h.remain -= uint64(n); h.remain == 0 {
		h.fullLength(true, at)
	}
	return n
}

// fullLength goes on after the last byte of a body or chunk; seen is false
// when that byte was in a hole.
func (h *half) fullLength(seen bool, at event.Stamp) {
	if h.state == stChunk {
		h.state = stTail
		return
	}
	h.done(seen, at)
}

// keep counts body bytes and keeps them below the caps.
func (h *half) keep(b []byte, at event.Stamp) int {
	h.conn.led.BodyBytes += uint64(len(b))
	if h.call == nil {
		return len(b)
	}
	m := h.message(h.call)
	m.BodyBytes += uint64(len(b))
	m.End, m.LastFrame = at.Time, at.Frame
	if !m.RawGap && !m.RawCut {
		room := max(0, min(h.conn.pool.cfg.BodyCap-len(m.Raw), pendingRaw-h.conn.raw))
		m.RawCut = len(b) > room
		b2 := b[:min(len(b), room)]
		m.Raw = append(m.Raw, b2...)
		h.conn.raw += len(b2)
		h.conn.bodies += len(b2)
	}
	return len(b)
}

// touch notes that bytes of the message's framing came.
func (h *half) touch(n int, at event.Stamp) {
	h.conn.led.HeadBytes += uint64(n)
	if h.call != nil {
		m := h.message(h.call)
		m.End, m.LastFrame = at.Time, at.Frame
	}
}

// mark puts an anomaly on the call that is read.
func (h *half) mark(name string) {
	if h.call != nil {
		h.call.Mark(name)
	}
}

// detach lets go of a call that is emitted; its bytes are counted only.
func (h *half) detach() { h.call, h.busy = nil, false }

// done ends the message; complete says that its last byte was seen.
func (h *half) done(complete bool, at event.Stamp) {
	h.state = stStart
	if h.tape != nil {
		h.tape.over = true
	}
	if h.call != nil {
		m := h.message(h.call)
		m.Complete = complete
		if complete {
			m.End, m.LastFrame = at.Time, at.Frame
		}
	}
	if h.busy {
		h.conn.settleEntry(h, at)
	}
	h.call, h.busy = nil, false
}

// lose ends the message before its end; the next one must be looked for.
func (h *half) lose(at event.Stamp) {
	h.done(false, at)
	h.seek()
}

// gap passes n bytes that were never seen.
func (h *half) gap(n uint64, at event.Stamp) {
	h.lossy = true
	h.resolve(at)
	skipped := h.misses(n)
	defer func() {
		h.pos += n
		h.conn.skippedRequests = h.conn.skippedRequests || skipped
	}()
	h.stop() // nothing is glued across a hole
	switch h.state {
	case stOff, stEnded, stHold:
		return
	case stStart, stResync:
		h.drop()
		h.hole()
		h.conn.missed(h, n)
		return
	case stHead:
		before := h.msgs
		if h.partial(event.FlagGap, at); h.state != stClose {
			if h.hole(); h.msgs == before {
				h.conn.missed(h, max(n, 1))
			}
			return
		}
	}
	if h.call != nil {
		h.call.Flags |= event.FlagGap
		if m := h.message(h.call); h.state != stTrail {
			m.RawGap = true
		}
	}
	switch {
	case h.state == stClose:
	case (h.state == stFixed || h.state == stChunk) && n > 0 && n <= h.remain:
		if h.remain -= n; h.remain == 0 {
			h.fullLength(false, at)
		}
	default:
		h.done(false, at)
		h.hole()
	}
}

// resolve decides what was left open, since no byte will say.
func (h *half) resolve(at event.Stamp) {
	if h.state == stDoubt {
		h.believe(at)
	}
	if h.state == stSize && h.looking {
		h.badChunk(at)
	}
}

// hole looks for the next message after bytes were lost between messages.
func (h *half) hole() {
	h.seek()
	if h.dir == event.ToClient {
		h.conn.lost()
	} else {
		h.conn.unclaim()
	}
}

// finish ends the direction; orderly says that its last byte was seen.
func (h *half) finish(orderly bool, at event.Stamp) {
	h.resolve(at)
	switch h.resume = stResync; h.state {
	case stStart:
		h.resume = stStart
	case stOff, stHold:
		h.resume = stEnded
	}
	switch h.state {
	case stEnded:
		return
	case stHead:
		h.partial(0, at)
		if h.state == stClose {
			h.done(orderly, at)
		}
	case stClose:
		if h.call != nil {
			orderly = orderly && !h.message(h.call).RawGap
		}
		h.done(orderly, at)
	case stStart, stResync, stHold, stOff:
		h.drop()
	default:
		h.done(false, at)
	}
	if t := h.tape; t != nil {
		t.over = true
		t.end()
		h.tape = nil
	}
	h.drop()
	h.late = nil
	h.blame(at)
	if h.state = stEnded; orderly && h.dir == event.ToClient {
		h.conn.missing()
	}
}

// lineOf returns b's first line without its end, and its length with it; n is
// 0 when the line does not end in b.
func lineOf(b []byte) (line []byte, n int) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, 0
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), i + 1
}
