package encode

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// plain marks the ASCII bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// AppendString appends s as a quoted JSON string. Beyond what JSON asks for
// it escapes what could break a line or fool a terminal: DEL, the C1 controls,
// line and paragraph separators, bidirectional marks and the byte order mark.
// Each byte that is not UTF-8 becomes U+FFFD.
func AppendString(b []byte, s string) []byte {
	return append(appendText(append(b, '"'), s), '"')
}

// appendText is AppendString without the quotes. It copies eight bytes at a
// time, for as long as they stand for themselves.
func appendText(b []byte, s string) []byte {
	n := len(b)
	if cap(b)-n < len(s)+8 {
		b = slices.Grow(b, len(s)+8)
	}
	to := b[n : n+len(s)+8] // beyond its end stands nothing yet
	i := 0
	for ; i+8 <= len(s); i += 8 {
		v := word(s[i:])
		if !plainWord(v) {
			return appendEscaped(b, s, i)
		}
		binary.LittleEndian.PutUint64(to[i:], v)
	}
	if i == len(s) {
		return b[:n+i]
	}
	v, ok := uint64(0), true
	switch rest := s[i:]; {
	case i > 0: // the last eight: some of them are looked at again
		v = word(s[len(s)-8:])
		if ok = plainWord(v); ok {
			binary.LittleEndian.PutUint64(to[len(s)-8:], v)
		}
	case len(rest) >= 4: // likewise four and four
		low, high := halfWord(rest), halfWord(rest[len(rest)-4:])
		if ok = plainWord(low | high<<32); ok {
			binary.LittleEndian.PutUint32(to, uint32(low))
			binary.LittleEndian.PutUint32(to[len(rest)-4:], uint32(high))
		}
	default:
		if ok = plainBytes(rest) == len(rest); ok {
			copy(to, rest)
		}
	}
	if !ok {
		return appendEscaped(b, s, i)
	}
	return b[:n+len(s)]
}

// appendEscaped is appendText of what holds something that may need an escape,
// not before n.
func appendEscaped(b []byte, s string, n int) []byte {
	start := 0
	for i := n; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[start:i]...)
			b = appendASCII(b, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if bad := r == utf8.RuneError && n == 1; bad || Deceives(r) {
			b = append(b, s[start:i]...)
			b = appendEscape(b, r)
			start = i + n
		}
		i += n
	}
	return append(b, s[start:]...)
}

// plainBytes returns how many bytes at the start of s stand for themselves.
func plainBytes(s string) (n int) {
	for n < len(s) && plain[s[n]] {
		n++
	}
	return n
}

// ones and highs are the lowest and the highest bit of eight bytes.
const ones, highs = 0x0101010101010101, 0x8080808080808080

// word is the first eight bytes of s.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// halfWord is the first four.
func halfWord(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// plainWord reports that all eight bytes stand for themselves. With their second
// bit turned, a quote lies beside the control bytes.
func plainWord(v uint64) bool {
	low, slash := v^ones*2, v^ones*'\\'
	// A byte with its high bit set is one, or lies below what is taken off, or,
	// of DEL and what is above it, is there once one is added.
	return (v|(v+ones)|(low-ones*0x21)|(slash-ones))&highs == 0
}

func appendASCII(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return appendEscape(b, rune(c))
}

// appendEscape writes r, which lies below U+10000, as \uXXXX.
func appendEscape(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// Deceives reports control characters and other runes that end lines, drive
// terminals or reorder text.
func Deceives(r rune) bool {
	switch {
	case r < 0x20, r == 0x7f, r >= 0x80 && r <= 0x9f, // C1 controls: some terminals obey them
		r == 0x061c, r >= 0x200e && r <= 0x200f, // direction marks
		r >= 0x2028 && r <= 0x202e, // separators, embeddings, overrides
		r >= 0x2066 && r <= 0x2069, // isolates
		r == 0xfeff:
		return true
	}
	return false
}
