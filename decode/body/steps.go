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
// stands for, with the form's length; or the first byte of s and 1.
func overlong(s string) (byte, int) {
	tail := func(i int) bool { return i < len(s) && s[i]&0xc0 == 0x80 }
	switch c := s[0]; {
	case c&0xfe == 0xc0 && tail(1):
		return c<<6 | s[1]&0x3f, 2
	case c == 0xe0 && tail(1) && tail(2) && s[1]&0x3e == 0:
		return s[1]<<6 | s[2]&0x3f, 3
	case c == 0xf0 && tail(1) && tail(2) && tail(3) && s[1] == 0x80 && s[2]&0x3e == 0:
		return s[2]<<6 | s[3]&0x3f, 4
	}
	return s[0], 1
}

// stepFullwidth turns the full-width forms U+FF01 to U+FF5E into ASCII.
func stepFullwidth(r *reader, s string) {
	e := r.e
	if !strings.Contains(s, "\xef\xbc") && !strings.Contains(s, "\xef\xbd") {
		return
	}
	e.step = e.step[:0]
	for _, c := range s {
		if 0xff01 <= c && c <= 0xff5e {
			c -= 0xff01 - '!'
		}
		e.step = utf8.AppendRune(e.step, c)
	}
	r.addScratch("fullwidth", e.step)
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
	if out, ok := r.e.base64(token); ok {
		r.addScratch("basic", out)
	}
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
