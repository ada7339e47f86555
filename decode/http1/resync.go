package http1

import (
	"bytes"
	"strings"

	"spaniel/event"
)

// seek makes the direction look for a line that begins a message. What comes
// next is taken as the beginning of a line: a hole often ends at a segment
// that begins one, and a wrong line is passed over.
func (h *half) seek() {
	h.state = stResync
	h.drop()
	h.torn = true
}

// resync reads on to the next line that surely begins a message. Its bytes
// are skipped until that line is whole.
func (h *half) resync(b []byte, at event.Stamp) int {
	if len(h.buf) == 0 && !h.junk {
		h.begin(at)
	}
	i := bytes.IndexByte(b, '\n')
	n := i + 1
	if i < 0 {
		n = len(b)
	}
	h.passed(n)
	if !h.junk {
		h.collect(b[:n])
		h.junk = len(h.buf) >= h.conn.pool.cfg.HeadCap || !h.maybe(h.buf)
	}
	if i < 0 {
		return n
	}
	line, whole := lineOf(h.buf)
	if h.junk || whole == 0 || !h.certain(view(line)) {
		h.drop()
		h.torn = false
		return n
	}
	h.torn = false
	h.unpassed(len(h.buf))
	h.conn.led.HeadBytes += uint64(len(h.buf))
	h.lines, h.seen, h.blank = 1, uint64(len(h.buf)), 0
	h.state = stHead
	return n
}

// maybe reports whether b can still become a line that begins a message.
func (h *half) maybe(b []byte) bool {
	if h.dir == event.ToClient {
		n := min(len(b), 7)
		return string(b[:n]) == "HTTP/1."[:n]
	}
	word, _, _ := bytes.Cut(b[:min(len(b), 33)], []byte(" "))
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			if c != '-' && c != '_' {
				return false
			}
		}
	}
	return len(word) < 33
}

// certain reports whether line can only be the first of a message.
func (h *half) certain(line string) bool {
	if h.dir == event.ToClient {
		s, ok := parseStatusLine(line)
		return ok && !s.bad && !s.slop && strictVersion(s.version)
	}
	r, ok := parseRequestLine(line)
	if !ok || !strictVersion(r.version) || !ordinaryMethod(r.method) || (r.odd || h.torn) && !knownMethod(r.method) {
		return false // what is left of a torn method is none
	}
	// Attack tools forget to encode spaces; a path of a known method is a request all the same.
	return cleanTarget(r.target) || knownMethod(r.method) && strings.HasPrefix(r.target, "/") && printable(r.target)
}
