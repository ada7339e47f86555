package http1

import (
	"strings"

	"spaniel/event"
)

// noteLength reads a Content-Length value, which may be a list of lengths.
func (f *facts) noteLength(value string, c *event.Call) {
	for more := true; more; {
		var word string
		word, value, more = strings.Cut(value, ",")
		n, plain, ok := parseLength(trim(word))
		if !plain {
			c.Mark(AnomalyContentLength)
		}
		if f.last, f.hasLast = n, true; !ok || n >= 1<<59 {
			f.last = laxLength(trim(word))
		}
		if !ok {
			f.badLength = true
			continue
		}
		if f.hasLength {
			f.split = f.split || n != f.length
			c.Mark(AnomalySmuggling)
			continue
		}
		f.length, f.hasLength = n, true
	}
}

// parseLength reads a decimal number below 2^63. plain is false for what an
// honest peer does not send: a sign, leading zeros, other bytes, no digits.
func parseLength(s string) (n uint64, plain, ok bool) {
	plain = len(s) == 1 || s != "" && s[0] != '0'
	if s == "" {
		return 0, false, false
	}
	for i := 0; i < len(s); i++ {
		d := uint64(s[i] - '0')
		if d > 9 || n > (1<<63-1-d)/10 {
			return 0, false, false
		}
		n = n*10 + d
	}
	return n, plain, true
}

// laxLength reads the number that s begins with, behind signs and quotes, as
// readers do that check nothing; 0 without.
func laxLength(s string) (n uint64) {
	for s != "" && (s[0] == '+' || s[0] == '"' || s[0] == '\'' || s[0] <= ' ') {
		s = s[1:]
	}
	for ; s != "" && isDigit(s[0]) && n < 1<<59; s = s[1:] {
		n = n*10 + uint64(s[0]-'0')
	}
	return n
}

// noteEncoding reads a Transfer-Encoding value.
func (f *facts) noteEncoding(value string, c *event.Call) {
	if f.hasTE { // a second field: two readers may each see another one
		f.oddTE = true
	}
	f.hasTE = true
	last, n := "", 0
	for more := true; more; n++ {
		var word string
		word, value, more = strings.Cut(value, ",")
		word = trim(word)
		if is(word, "chunked") && more || !isToken(word) || is(word, "identity") {
			f.oddTE = true
		}
		last = word
	}
	clean := strings.Trim(last, "\v\f\r\x00\" \t")
	f.chunked = is(clean, "chunked")
	if !f.chunked || clean != last {
		f.oddTE = true
	}
	if f.oddTE {
		c.Mark(AnomalyTransferEncoding)
	}
}

// lengthKind says how a message's end is found.
type lengthKind uint8

const (
	lenNone lengthKind = iota
	lenFixed
	lenChunked
	lenClose // until the direction ends
	lenLost  // cannot be known: look for the next message
)

// ambiguity marks a head whose length two readers may take differently, and
// decides whether the body itself must say if it is chunked.
func (f *facts) ambiguity(c *event.Call, v version, head string) {
	if f.hasTE && (f.hasLength || f.badLength || f.oddTE || v == v10 || v == v09) || f.split || f.badLength && f.hasLength {
		c.Mark(AnomalySmuggling)
	}
	f.look = f.oddTE || !f.chunked && len(c.Anomalies) > 0 && mentionsChunked(c, head)
}

// mentionsChunked reports whether a head that is odd anyway may hide a
// Transfer-Encoding from some reader: by a fold, a NUL, a bad name.
func mentionsChunked(c *event.Call, head string) bool {
	for _, a := range c.Anomalies {
		if a == AnomalyNUL {
			return true
		}
	}
	for i := strings.IndexAny(head, "cC"); i >= 0 && i < len(head); {
		if hasPrefix(head[i:], "chunked") {
			return true
		}
		next := strings.IndexAny(head[i+1:], "cC")
		if next < 0 {
			return false
		}
		i += next + 1
	}
	return false
}

// requestLength decides by RFC 9112 section 6.3, Transfer-Encoding first.
func (f *facts) requestLength() (lengthKind, uint64) {
	if f.chunked || f.look {
		return lenChunked, 0
	}
	return f.otherwise(lenNone)
}

// otherLength decides for the second reading of a request that is doubtful:
// without Transfer-Encoding, by the last of several lengths.
func (f *facts) otherLength(c *event.Call) (kind lengthKind, n uint64, look bool) {
	doubtful := f.look || f.hasTE && f.oddTE
	for _, a := range c.Anomalies {
		doubtful = doubtful || a == AnomalySmuggling || a == AnomalyContentLength
	}
	switch {
	case !doubtful:
		kind, n = f.requestLength()
		return kind, n, false
	case f.hasLast && f.last > 0:
		return lenFixed, f.last, false
	}
	return lenNone, 0, false
}

// responseLength decides for a response with a status, to a HEAD or not.
func (f *facts) responseLength(status int, head bool) (lengthKind, uint64) {
	switch {
	case head || status == 204 || status == 304 || status/100 == 1:
		return lenNone, 0
	case f.chunked || f.look:
		return lenChunked, 0
	case f.hasTE:
		return lenClose, 0
	}
	return f.otherwise(lenClose)
}

// otherwise decides without Transfer-Encoding: by Content-Length, else none is
// what a message without both means.
func (f *facts) otherwise(none lengthKind) (lengthKind, uint64) {
	switch {
	case f.hasLength && f.length > 0:
		return lenFixed, f.length
	case f.hasLength:
		return lenNone, 0
	case f.badLength && none == lenNone:
		return lenLost, 0
	}
	return none, 0
}
