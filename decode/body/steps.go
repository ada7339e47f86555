package body

import (
	"html"
	"strings"
	"unicode/utf8"

	"spaniel/event"
)

func stepPercent(r *reader, s string) {
	e := r.e
	plus := r.first() && (r.leaf.Kind == event.LeafQuery || r.leaf.Kind == event.LeafForm) && strings.IndexByte(s, '+') >= 0
	if !plus && strings.IndexByte(s, '%') < 0 {
		return
	}
	var changed bool
	if e.step, changed = appendPercent(e.step[:0], s, plus); changed {
		r.addScratch("percent", e.step)
	}
}

func stepEntity(r *reader, s string) {
	if strings.IndexByte(s, '&') >= 0 {
		r.add("entity", html.UnescapeString(s))
	}
}

// stepEscape resolves \uHHHH, \xHH and their like. A lone \n or \\ is left
// alone: paths and regular expressions are full of them.
func stepEscape(r *reader, s string) {
	e := r.e
	if !strings.Contains(s, `\u`) && !strings.Contains(s, `\x`) {
		return
	}
	e.step = e.step[:0]
	for i := 0; i < len(s); {
		n := 1
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == 'u' || s[i+1] == 'x') {
			e.step, n = appendEscape(e.step, s[i:])
		} else {
			e.step = append(e.step, s[i])
		}
		i += n
	}
	r.addScratch("escape", e.step)
}

// stepOverlong turns overlong UTF-8 forms of ASCII into the ASCII bytes.
func stepOverlong(r *reader, s string) {
	e := r.e
	if utf8.ValidString(s) {
		return
	}
	e.step = e.step[:0]
	for i := 0; i < len(s); i++ {
		c, n := overlong(s[i:])
		e.step = append(e.step, c)
		i += n - 1
	}
	r.addScratch("overlong", e.step)
}

// overlong returns the ASCII byte that an overlong form at the start of s
// stands for, with the form's length; or the first byte of s and 1. Forms whose
// second byte is no tail are read as careless readers do: 0xc0 adds nothing.
func overlong(s string) (byte, int) {
	tail := func(i int) bool { return i < len(s) && s[i]&0xc0 == 0x80 }
	switch c := s[0]; {
	case c&0xfe == 0xc0 && tail(1):
		return c<<6 | s[1]&0x3f, 2
	case c&0xfe == 0xc0 && len(s) > 1 && s[1] < 0x80 && !alphanumeric(s[1]):
		return (c & 1 << 6) | s[1], 2
	case c == 0xe0 && tail(1) && tail(2) && s[1]&0x3e == 0:
		return s[1]<<6 | s[2]&0x3f, 3
	case c == 0xf0 && tail(1) && tail(2) && tail(3) && s[1] == 0x80 && s[2]&0x3e == 0:
		return s[2]<<6 | s[3]&0x3f, 4
	case c == 0xf8 && tail(1) && tail(2) && tail(3) && tail(4) && s[1] == 0x80 && s[2] == 0x80 && s[3]&0x3e == 0:
		return s[3]<<6 | s[4]&0x3f, 5
	case c == 0xfc && tail(1) && tail(2) && tail(3) && tail(4) && tail(5) && s[1] == 0x80 && s[2] == 0x80 && s[3] == 0x80 && s[4]&0x3e == 0:
		return s[4]<<6 | s[5]&0x3f, 6
	}
	return s[0], 1
}

func alphanumeric(c byte) bool {
	return plainName[c] && c != '_' && c != '-' && c != '.' && c != '[' && c != ']'
}

// stepFullwidth turns the full-width forms U+FF01 to U+FF5E into ASCII, and
// the other letters that readers of one byte take for a sign of ASCII.
func stepFullwidth(r *reader, s string) {
	e := r.e
	if !mayBeWide(s) {
		return
	}
	low := strings.Contains(s, "\u560a") || strings.Contains(s, "\u560d")
	lowLatin := strings.Contains(s, "\u010a")
	e.step = e.step[:0]
	for _, c := range s {
		switch {
		case 0xff01 <= c && c <= 0xff5e:
			c -= 0xff01 - '!'
		case low && 0x5600 <= c && c < 0x5680:
			c &= 0x7f // only the low byte is written to the head
		case lowLatin && (c == 0x010a || c == 0x010d):
			c &= 0x7f
		case c == 0x85, c == 0x2028, c == 0x2029:
			c = '\n'
		case c == 0x2024:
			c = '.'
		case c == 0x2025:
			e.step = append(e.step, '.')
			c = '.'
		case c == 0x2215, c == 0x2044:
			c = '/'
		case c == 0x2216, c == 0xf025:
			c = '\\'
		case c == 0x02bc, c == 0x02b9:
			c = '\''
		}
		e.step = utf8.AppendRune(e.step, c)
	}
	r.addScratch("fullwidth", e.step)
}

// mayBeWide reports whether s holds a byte that stepFullwidth's letters begin with
// and, but for rare ones, a second one.
func mayBeWide(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		switch s[i] {
		case 0xef:
			if s[i+1] == 0xbc || s[i+1] == 0xbd || s[i+1] == 0x80 {
				return true
			}
		case 0xe2:
			if s[i+1] == 0x88 || s[i+1] == 0x81 || s[i+1] == 0x80 && i+2 < len(s) && (s[i+2]&^1 == 0xa8 || s[i+2]&^1 == 0xa4) {
				return true
			}
		case 0xc2:
			if s[i+1] == 0x85 {
				return true
			}
		case 0xc4:
			if s[i+1] == 0x8a {
				return true
			}
		case 0xe5:
			if s[i+1] == 0x98 {
				return true
			}
		case 0xca:
			return true
		}
	}
	return false
}

// authLike reports whether s is a credential with its scheme.
func authLike(s string) bool { return hasFold(s, "basic ") || hasFold(s, "bearer ") }

// stepAuth opens an Authorization value: Basic credentials, a Bearer token.
func stepAuth(r *reader, s string) {
	if !r.first() || r.leaf.Kind != event.LeafHeader || !authLike(s) {
		return
	}
	scheme, token, _ := strings.Cut(s, " ")
	token = strings.TrimSpace(token)
	if strings.EqualFold(scheme, "bearer") {
		r.add("bearer", token)
		return
	}
	out, ok := r.e.base64(token)
	if !ok {
		return
	}
	pair := string(out)
	r.add("basic", pair)
	if user, password, ok := strings.Cut(pair, ":"); ok {
		r.add("basic.user", user)
		r.add("basic.password", password)
	}
}

// stepForm reads + as a space in what came out of another step, as where a
// form was encoded once more. Text that has spaces already, Base64 and
// arithmetic are left alone.
func stepForm(r *reader, s string) {
	if plusLike(s) {
		r.add("form", strings.ReplaceAll(s, "+", " "))
	}
}

func plusLike(s string) bool {
	if strings.IndexByte(s, '+') < 0 || strings.IndexByte(s, ' ') >= 0 || !strings.ContainsAny(s, "'\"=;|<(`-#&\n") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && (i > 0 && isLetter(s[i-1]) || i+1 < len(s) && isLetter(s[i+1])) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// minHex is the shortest text taken for bytes in hex digits.
const minHex = 16

// stepHex reads hex digits, with 0x before them or not, that say text.
func stepHex(r *reader, s string) {
	e := r.e
	if !hexLike(s) {
		return
	}
	if s[1] == 'x' || s[1] == 'X' {
		s = s[2:]
	}
	e.step = e.step[:0]
	for i := 0; i+1 < len(s); i += 2 {
		hi, lo := hexDigit(s[i]), hexDigit(s[i+1])
		if hi > 15 || lo > 15 {
			return
		}
		e.step = append(e.step, hi<<4|lo)
	}
	if printable(e.step) || wide(e.step) {
		r.addScratch("hex", e.step)
	}
}

// hexLike looks at the length and at the first bytes, which decide for nearly
// every hash and number.
func hexLike(s string) bool {
	if len(s) < minHex || len(s)%2 != 0 || len(s) > maxReadBytes {
		return false
	}
	i := 0
	if s[0] == '0' && s[1]|0x20 == 'x' {
		i = 2
	}
	for end := i + 8; i < end; i += 2 {
		hi, lo := hexDigit(s[i]), hexDigit(s[i+1])
		if c := hi<<4 | lo; hi > 15 || lo > 15 || c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0 || c > '~' {
			return false
		}
	}
	return true
}

// stepUTF16 reads little- and big-endian UTF-16, as PowerShell likes it.
func stepUTF16(r *reader, s string) {
	if len(s) < 8 || strings.IndexByte(s, 0) < 0 {
		return
	}
	if out := fromWide([]byte(s)); len(out) < len(s) && printable(out) {
		r.addScratch("utf16", out)
	}
}
