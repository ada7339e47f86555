package decode

import (
	"bytes"
	"encoding/binary"
	"slices"

	"spaniel/event"
)

// proxySignature begins the binary PROXY header.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// proxyLine is the longest PROXY header of version 1, its line end included.
const proxyLine = 107

// preamble returns how many of the first bytes b of a client are a PROXY
// header, which load balancers put before the client's own bytes: version 1 is
// a line, version 2 has its length at offset 14. PROXY alone is a method like
// any other. more says that b may yet become one.
func preamble(b []byte) (n int, more bool) {
	if begun, whole := startsWith(b, proxySignature); begun {
		n := 16
		if len(b) >= n {
			n += int(binary.BigEndian.Uint16(b[14:]))
		}
		return fit(n, b, whole || len(b) < len(proxySignature))
	}
	for _, s := range []string{"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN\r", "PROXY UNKNOWN "} {
		switch begun, whole := startsWith(b, s); {
		case whole:
			if i := bytes.Index(b[:min(len(b), proxyLine)], []byte("\r\n")); i >= 0 {
				return i + 2, false
			}
			return 0, len(b) < proxyLine
		case begun:
			return 0, true
		}
	}
	return 0, false
}

// fit returns n when b holds so much, else whether more of b is to be awaited.
func fit(n int, b []byte, more bool) (int, bool) {
	if n <= len(b) {
		return n, false
	}
	return 0, more
}

// startsWith reports whether b begins as s does, and whether all of s is there.
func startsWith(b []byte, s string) (begun, whole bool) {
	n := min(len(b), len(s))
	return n > 0 && string(b[:n]) == s[:n], n == len(s) && string(b[:n]) == s
}

// before looks for a PROXY header at the beginning of a client's bytes, of
// which b are the next. It returns what of b stands behind one, and whether it
// is too early to tell: b then waits.
func (c *conn) before(d event.Direction, b []byte, at event.Stamp) (rest []byte, wait bool) {
	h := &c.sniff.half[d]
	if h.past || d != event.ToServer {
		return b, false
	}
	all := b
	if len(h.prefix) > 0 {
		all = append(h.prefix, b...)
	}
	n, more := preamble(all)
	if more && len(all) < maxSniffBytes && len(c.sniff.marks) < maxSniffMarks {
		h.prefix = append([]byte(nil), all...)
		c.keep(mark{kind: markData, d: d, at: at}, b)
		return nil, true
	}
	if h.past = true; n > 0 {
		c.p.led.SkippedBytes += uint64(n - len(h.prefix))
		h.prefix = nil
		c.sniff.marks = slices.DeleteFunc(c.sniff.marks, func(m mark) bool {
			if m.kind == markOther && m.d == d { // its place is counted from the header's bytes
				c.note(AnomalySecondLost, "", at)
			}
			return (m.kind == markData || m.kind == markOther) && m.d == d
		})
		b = all[n:]
	}
	return b, false
}
