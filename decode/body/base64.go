package body

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// minBase64 is the shortest text taken for base64.
const minBase64 = 8

// isBase64 marks the bytes of both alphabets, with padding.
var isBase64 = func() (t [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n" {
		t[c] = true
	}
	return t
}()

// base64 decodes s into scratch memory when it is plausible: its alphabet is
// one of the two, and what it says is text.
func (e *Expander) base64(s string) ([]byte, bool) {
	s, enc := plausible(s)
	if enc == nil {
		return nil, false
	}
	if need := enc.DecodedLen(len(s)); cap(e.step) < need {
		e.step = make([]byte, need)
	}
	n, err := enc.Decode(e.step[:cap(e.step)], []byte(s))
	if err != nil || !printable(e.step[:n]) && !wide(e.step[:n]) {
		return nil, false
	}
	return e.step[:n], true
}

// plausible returns s without its padding, and the alphabet to try; nil where the
// length or the first bytes say that it is no base64, as they do of nearly all else.
func plausible(s string) (string, *base64.Encoding) {
	for s != "" && (s[len(s)-1] == '=' || s[len(s)-1] == '\r' || s[len(s)-1] == '\n') {
		s = s[:len(s)-1]
	}
	if len(s) < minBase64-2 || len(s)%4 == 1 && strings.IndexByte(s, '\n') < 0 {
		return "", nil
	}
	enc := base64.RawStdEncoding
	if strings.IndexByte(s, '-') >= 0 || strings.IndexByte(s, '_') >= 0 {
		enc = base64.RawURLEncoding
	}
	var probe [12]byte
	head := s[:min(len(s), 16)&^3]
	if n, err := enc.Decode(probe[:], []byte(head)); err != nil || !textual(probe[:n]) {
		return "", nil
	}
	return s, enc
}

func stepBase64(r *reader, s string) {
	if i := strings.Index(s, ";base64,"); i >= 0 && strings.HasPrefix(s, "data:") {
		if out, ok := r.e.base64(s[i+len(";base64,"):]); ok {
			r.addScratch("base64", out)
		}
		return
	}
	if len(s) < minBase64 || len(s) > maxReadBytes {
		return
	}
	for i := 0; i < len(s); i++ {
		if !isBase64[s[i]] {
			return
		}
	}
	if out, ok := r.e.base64(s); ok {
		r.addScratch("base64", out)
	}
}

// textual is printable for a beginning, which may cut a rune, and lets NUL
// pass, which wide judges.
func textual(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0 || c == 0x7f {
			return false
		}
	}
	return true
}

// printable reports whether b is UTF-8 text with hardly any control bytes.
func printable(b []byte) bool {
	bad := 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 || r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			bad++
		}
		i += n
	}
	return len(b) > 0 && bad*20 <= len(b)
}

// wide reports whether b looks like UTF-16 of western text.
func wide(b []byte) bool {
	zero := 0
	for _, c := range b {
		if c == 0 {
			zero++
		}
	}
	return len(b) >= 8 && zero*10 >= len(b)*4 && zero*10 <= len(b)*6
}
