package http1

import (
	"bytes"
	"unsafe"

	"spaniel/event"
)

// head gathers the lines of a head, or of trailers, until the empty one. A
// head that lies within one slice is never copied here.
type head struct {
	buf   []byte // what came before the current slice, up to the cap
	lines int    // whole lines so far
	seen  uint64 // bytes so far, those over the cap too
	blank uint8  // of the current line: 0 nothing yet, 1 a CR, 2 more
	junk  bool   // resync: the current line begins nothing
	torn  bool   // resync: of the current line the beginning may be lost
	first event.Stamp
	// late are the framing fields of lines that begin beyond the cap.
	late []byte
	over bool // the current line begins beyond the cap
	owed int  // responses owed to the client when it began
	cut  bool // its end will not come
}

// begin starts a head at the stamp of its first byte.
func (h *half) begin(at event.Stamp) {
	h.first, h.owed = at, h.conn.waiting()
	h.buf, h.late = h.buf[:0], nil
	h.lines, h.seen, h.blank, h.junk, h.over, h.cut = 0, 0, 0, false, false, false
}

// keepBuf is up to which size a buffer is used again for another head.
const keepBuf = 4 << 10

// drop forgets what was gathered. Its memory goes back to the pool: thousands
// of connections that each keep some would add up.
func (h *half) drop() {
	h.conn.pool.putBuf(h.buf)
	h.buf, h.junk = nil, false
}

// collect appends b to the buffer, up to the cap.
func (h *half) collect(b []byte) {
	if h.buf == nil && len(b) > 0 {
		h.buf = h.conn.pool.buf()
	}
	room := max(0, h.conn.pool.cfg.HeadCap-len(h.buf))
	h.buf = append(h.buf, b[:min(len(b), room)]...)
}

// scan looks for the empty line that ends a head in b. It returns how many
// bytes belong to the head, and whether the end was found. With first, it
// stops after the first line ever.
func (h *half) scan(b []byte, first bool) (n int, end, line bool) {
	limit := uint64(h.conn.pool.cfg.HeadCap)
	for n < len(b) {
		i := bytes.IndexByte(b[n:], '\n')
		if i > 1 && h.blank == 0 && !h.over { // a whole line, as nearly all are
			h.seen += uint64(i + 1)
			n += i + 1
			h.lines++
			h.over = h.seen >= limit
			if first && h.lines == 1 {
				return n, false, true
			}
			continue
		}
		part := b[n:]
		if i >= 0 {
			part = b[n : n+i]
		}
		if h.over {
			h.keepLate(part, i >= 0)
		}
		switch {
		case len(part) == 0:
		case h.blank == 0 && len(part) == 1 && part[0] == '\r':
			h.blank = 1
		default:
			h.blank = 2
		}
		if i < 0 {
			h.seen += uint64(len(part))
			return len(b), false, false
		}
		h.seen += uint64(i + 1)
		n += i + 1
		end = h.blank < 2
		h.blank = 0
		h.lines++
		h.over = h.seen >= limit
		if end || first && h.lines == 1 {
			return n, end, true
		}
	}
	return n, false, false
}

// lateLine is how much of a line beyond the cap is looked at.
const lateLine = 128

// keepLate keeps the beginning of a line beyond the cap while it may be a
// framing field: a body hidden behind a long head must still be found.
func (h *half) keepLate(part []byte, end bool) {
	start := bytes.LastIndexByte(h.late, '\n') + 1
	room := max(0, lateLine-(len(h.late)-start))
	h.late = append(h.late, part[:min(len(part), room)]...)
	if !end {
		return
	}
	line := string(bytes.TrimSuffix(h.late[start:], []byte("\r")))
	if len(h.late) < 4<<10 && (hasPrefix(line, "content-length") || hasPrefix(line, "transfer-encoding")) {
		h.late = append(h.late, '\n')
		return
	}
	h.late = h.late[:start]
}

// soFar returns the head up to b's end, at most the cap: b itself when nothing
// came before it.
func (h *half) soFar(b []byte) []byte {
	if len(h.buf) == 0 {
		return b[:min(len(b), h.conn.pool.cfg.HeadCap)]
	}
	h.collect(b)
	return h.buf
}

// readHead reads a head: its first line, which must be one, then the others.
func (h *half) readHead(b []byte, at event.Stamp) int {
	n, kept := 0, 0
	if h.lines == 0 {
		var line bool
		if n, _, line = h.scan(b, true); !line {
			h.collect(b)
			h.touch(n, at)
			return n
		}
		whole := h.soFar(b[:n])
		if len(h.buf) > 0 {
			kept = n
		}
		if !h.firstLine(whole) {
			h.touch(n, at)
			h.reject(whole, at)
			return n
		}
	}
	m, end := h.pass(b[n:])
	if !end {
		m, end, _ = h.scan(b[n:], false)
	}
	n += m
	h.touch(n, at)
	if !end {
		h.collect(b[kept:n])
		return n
	}
	h.headEnd = h.pos + uint64(n)
	h.complete(h.soFar(b[kept:n]), at)
	return n
}

// pass passes over the rest of a head whose first line alone was read, if b has
// all of it and it is as nearly all are. Its fields are marked then.
func (h *half) pass(b []byte) (n int, end bool) {
	if h.lines != 1 || len(h.buf) > 0 || h.over || h.conn.reading == otherReading {
		return 0, false
	}
	m := &h.conn.pool.marks
	if n = m.pass(b); n == 0 || h.seen+uint64(n) > uint64(h.conn.pool.cfg.HeadCap) {
		m.n = -1
		return 0, false
	}
	h.seen += uint64(n)
	h.lines += m.n + 1
	return n, true
}

// firstLine reports whether line begins a message. An HTTP/0.9 request is
// whole with it, so that it may only begin a connection.
func (h *half) firstLine(line []byte) bool {
	text, n := lineOf(line)
	if h.dir == event.ToClient {
		if bytes.HasPrefix(text, []byte("HTTP/")) {
			return true
		}
		_, ok := parseStatusLine(view(text))
		return ok
	}
	if n > 0 && plainRequestLine(view(text)) {
		return true
	}
	r, ok := parseRequestLine(view(text))
	if n == 0 { // longer than the cap: its version lies beyond
		return knownMethod(r.method)
	}
	return ok && !r.old
}

// reject handles a first line that begins no message.
func (h *half) reject(line []byte, at event.Stamp) {
	if h.dir == event.ToServer && h.isOld(line) {
		h.headEnd = nowhere
		h.complete(line, at)
		return
	}
	if h.dir == event.ToClient && h.conn.oldWaits() {
		h.oldBody(line, at)
		return
	}
	h.conn.led.HeadBytes -= h.seen
	h.conn.led.SkippedBytes += h.seen
	h.desync(h.seen, h.first)
	if h.dir == event.ToClient {
		h.note(AnomalyStatus)
	}
	h.msgs++
	h.seek()
	h.conn.flush(at) // no answer waits for this any more
}

// partial makes what it can of a head whose end will not come; flags say why.
func (h *half) partial(flags event.Flags, at event.Stamp) {
	whole := h.buf
	switch {
	case h.lines > 0:
		whole = whole[:bytes.LastIndexByte(whole, '\n')+1]
	case h.dir == event.ToClient && h.conn.oldWaits() && !bytes.HasPrefix(whole, []byte("HTTP/")):
		h.oldBody(whole, at)
		return
	case flags == event.FlagCapped && h.firstLine(whole):
	case !h.certain(view(bytes.TrimSuffix(whole, []byte("\r")))) && !(flags != 0 && h.dir == event.ToServer && h.cutLine(whole)):
		h.drop()
		h.unread(flags)
		return
	}
	text := string(whole)
	h.drop()
	h.cut, h.headEnd = true, h.pos
	if h.dir == event.ToServer {
		h.request(text, at)
	} else if _, ok := h.response(text, at); !ok { // an interim one
		h.unread(flags)
		return
	}
	if h.call != nil {
		h.call.Flags |= flags
	}
	h.done(false, at)
}

// unread counts the bytes of a head that ended too early as none of a call's. Where
// a gap ended it that tells of them.
func (h *half) unread(flags event.Flags) {
	h.conn.led.HeadBytes -= h.seen
	h.conn.led.SkippedBytes += h.seen
	if flags != event.FlagGap {
		h.desync(h.seen, h.first)
	}
}

// cutLine reports whether b is the beginning of a request line.
func (h *half) cutLine(b []byte) bool {
	_, ok := cutRequestLine(view(b))
	return ok
}

// complete reads a whole head and goes on to its body.
func (h *half) complete(whole []byte, at event.Stamp) {
	text := string(whole)
	h.drop()
	if h.dir == event.ToServer {
		f := h.request(text, at)
		h.conn.pool.marks.n = -1
		h.requestBody(f, at)
		return
	}
	f, ok := h.response(text, at)
	h.conn.pool.marks.n = -1
	if ok {
		h.responseBody(f, at)
	}
}

// view returns b as a string without copying it, for functions that keep
// nothing of it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
