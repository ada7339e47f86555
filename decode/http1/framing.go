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

// ambiguity marks a head whose length two readers may take differently.
func (f *facts) ambiguity(c *event.Call, v version) {
	if f.hasTE && (f.hasLength || f.badLength || f.oddTE || v == v10 || v == v09) || f.split || f.badLength && f.hasLength {
		c.Mark(AnomalySmuggling)
	}
}

// requestLength decides by RFC 9112 section 6.3, Transfer-Encoding first.
func (f *facts) requestLength() (lengthKind, uint64) {
	switch {
	case f.chunked:
		return lenChunked, 0
	case f.hasLength && f.length > 0:
		return lenFixed, f.length
	case f.hasLength:
		return lenNone, 0
	case f.hasTE || f.badLength:
		return lenLost, 0
	}
	return lenNone, 0
}

// responseLength decides for a response with a status, to a HEAD or not.
func (f *facts) responseLength(status int, head bool) (lengthKind, uint64) {
	switch {
	case head || status == 204 || status == 304 || status/100 == 1:
		return lenNone, 0
	case f.chunked:
		return lenChunked, 0
	case f.hasTE:
		return lenClose, 0
	case f.hasLength && f.length > 0:
		return lenFixed, f.length
	case f.hasLength:
		return lenNone, 0
	}
	return lenClose, 0
}
