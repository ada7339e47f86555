package corpus

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A written value: its text, and what its container has still to do.
type written struct {
	text   string
	layers int  // of percent encoding; a query's own is the last of them
	asIs   bool // the text must not be escaped further: %u0027, %c0%a7
	jsonU  bool // every character as \u0027
	utf16  bool // the whole body in UTF-16
}

// encodings are the ways to write a value, by name.
func encodings() []encoding {
	return []encoding{
		{"plain", func(_ *rand.Rand, s string) written { return written{text: s} }},
		{"url", func(_ *rand.Rand, s string) written { return written{text: s, layers: 1} }},
		{"double-url", func(_ *rand.Rand, s string) written { return written{text: s, layers: 2} }},
		{"triple-url", func(_ *rand.Rand, s string) written { return written{text: s, layers: 3} }},
		{"percent-u", func(_ *rand.Rand, s string) written { return written{text: percentU(s), asIs: true} }},
		{"html-entities", func(r *rand.Rand, s string) written { return written{text: entities(r, s)} }},
		{"base64", func(_ *rand.Rand, s string) written {
			return written{text: base64.StdEncoding.EncodeToString([]byte(s))}
		}},
		{"base64url", func(_ *rand.Rand, s string) written {
			return written{text: base64.RawURLEncoding.EncodeToString([]byte(s))}
		}},
		{"utf-16", func(_ *rand.Rand, s string) written { return written{text: s, utf16: true} }},
		{"overlong", func(_ *rand.Rand, s string) written { return written{text: overlong(s), asIs: true} }},
		{"json-u", func(_ *rand.Rand, s string) written { return written{text: s, jsonU: true} }},
		{"mixed", mixed},
	}
}

type encoding struct {
	name  string
	write func(*rand.Rand, string) written
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// percentAll encodes all but letters and digits.
func percentAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if alnum(s[i]) {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}

// percentSome encodes what a request line or the container cannot hold, and
// what is in more.
func percentSome(s, more string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '%' || strings.IndexByte(more, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func percentU(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && alnum(byte(r)) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "%%u%04x", r&0xffff)
		}
	}
	return b.String()
}

// overlong writes what attacks are made of in two bytes of UTF-8 where one
// would do.
func overlong(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case alnum(c):
			b.WriteByte(c)
		case c < 0x80:
			fmt.Fprintf(&b, "%%%02x%%%02x", 0xc0|c>>6, 0x80|c&0x3f)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

func entities(rng *rand.Rand, s string) string {
	named := map[rune]string{'<': "&lt;", '>': "&gt;", '"': "&quot;", '&': "&amp;", '\'': "&apos;", '(': "&lpar;", ')': "&rpar;", ':': "&colon;", '/': "&sol;", ';': "&semi;", '=': "&equals;"}
	style := rng.IntN(4)
	var b strings.Builder
	for _, r := range s {
		switch n, ok := named[r]; {
		case r < 0x80 && alnum(byte(r)) || r == ' ':
			b.WriteRune(r)
		case style == 0 && ok:
			b.WriteString(n)
		case style == 1:
			fmt.Fprintf(&b, "&#x%x;", r)
		case style == 2:
			fmt.Fprintf(&b, "&#%07d;", r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}

// mixed chains two ways, or encodes a part of the characters only.
func mixed(rng *rand.Rand, s string) written {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	switch rng.IntN(7) {
	case 0:
		return written{text: b64(s), layers: 2}
	case 1:
		return written{text: b64(percentAll(s))}
	case 2:
		return written{text: entities(rng, s), layers: 2}
	case 3:
		return written{text: b64(b64(s))}
	case 4:
		return written{text: b64(`{"v":"` + jsonText(s) + `"}`)}
	case 5: // each character plain, once or twice encoded
		var b strings.Builder
		for i := range len(s) {
			switch c := s[i]; {
			case alnum(c) && rng.IntN(4) > 0:
				b.WriteByte(c)
			case rng.IntN(3) == 0:
				fmt.Fprintf(&b, "%%25%02x", c)
			default:
				fmt.Fprintf(&b, "%%%02x", c)
			}
		}
		return written{text: b.String(), asIs: true}
	default: // each character plain, percent encoded or %u
		var b strings.Builder
		for i := range len(s) {
			switch c := s[i]; {
			case alnum(c) && rng.IntN(4) > 0:
				b.WriteByte(c)
			case c < 0x80 && rng.IntN(3) == 0:
				fmt.Fprintf(&b, "%%u00%02X", c)
			default:
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		return written{text: b.String(), asIs: true}
	}
}

// percent is the value in a container that decodes percent signs once; more is
// what the container cannot hold besides.
func (w written) percent(more string) string {
	if w.asIs {
		return w.text
	}
	if w.layers == 0 {
		return percentSome(w.text, more)
	}
	return w.raw()
}

// raw is the value in a container that decodes nothing.
func (w written) raw() string {
	s := w.text
	for range w.layers {
		s = percentAll(s)
	}
	return s
}

// json is the value as the inside of a JSON string.
func (w written) json() string {
	s := w.raw()
	if !w.jsonU {
		return jsonText(s)
	}
	var b strings.Builder
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			fmt.Fprintf(&b, "\\u%04x\\u%04x", 0xd800|r>>10, 0xdc00|r&0x3ff)
		} else {
			fmt.Fprintf(&b, "\\u%04x", r)
		}
	}
	return b.String()
}

// jsonText escapes what a JSON string must.
func jsonText(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ':
			fmt.Fprintf(&b, "\\u%04x", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// xmlText escapes what text of XML must.
func xmlText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// utf16LE is a text with its byte order mark.
func utf16LE(s string) string {
	b := []byte{0xff, 0xfe}
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			hi, lo := 0xd800|r>>10, 0xdc00|r&0x3ff
			b = append(b, byte(hi), byte(hi>>8), byte(lo), byte(lo>>8))
			continue
		}
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}
