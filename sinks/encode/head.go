package encode

import (
	"bytes"
	"encoding/json"
	"unsafe"
)

// A Head is what stands at the start of an alert's JSON: enough to send it on
// without taking it apart.
type Head struct{ Schema, ID, DedupKey, Severity, Sensor string }

// AlertHead reads the head of what AppendAlert wrote. It looks no further, and
// reports false for anything that AppendAlert would not begin so, JSON or not.
// What it says lies in b: it is good for as long as b is, and does not change.
func AlertHead(b []byte) (h Head, ok bool) {
	if len(b) < 2 || b[0] != '{' || b[len(b)-1] != '}' {
		return Head{}, false
	}
	c := cutter{b: b[1:]}
	for _, f := range []struct {
		name string
		into *string
	}{{`"schema":`, &h.Schema}, {`,"id":`, &h.ID}, {`,"dedup_key":`, &h.DedupKey}, {`,"ts":`, nil}, {`,"first_seen":`, nil}, {`,"last_seen":`, nil}, {`,"count":`, nil}, {`,"state":`, nil},
		{`,"severity":`, &h.Severity}, {`,"severity_num":`, nil}, {`,"confidence":`, nil}, {`,"outcome":`, nil}, {`,"rule":`, nil}, {`,"sensor":{"name":`, &h.Sensor}} {
		c.literal(f.name)
		if v := c.value(); f.into != nil && !c.bad {
			*f.into = c.text(v)
		}
		if c.bad {
			return Head{}, false
		}
	}
	return h, true
}

// A cutter takes JSON apart from its start; bad says that it could not.
type cutter struct {
	b   []byte
	bad bool
}

func (c *cutter) literal(s string) {
	if len(c.b) < len(s) || string(c.b[:len(s)]) != s {
		c.bad = true
		return
	}
	c.b = c.b[len(s):]
}

// value cuts off one value: a text, a number or word, or what brackets enclose.
func (c *cutter) value() []byte {
	n, depth := 0, 0
	for {
		if c.bad || n >= len(c.b) {
			c.bad = true
			return nil
		}
		switch c.b[n] {
		case '"':
			n += quotedLen(c.b[n:])
		case '{', '[':
			depth++
			n++
		case '}', ']':
			if depth == 0 { // what ends the value that encloses this one
				return c.cut(n)
			}
			depth--
			n++
		case ',':
			if depth == 0 {
				return c.cut(n)
			}
			n++
			continue
		default:
			n++
			continue
		}
		if depth == 0 {
			return c.cut(n)
		}
	}
}

func (c *cutter) cut(n int) []byte {
	if n > len(c.b) || n == 0 {
		c.bad = true
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

// quotedLen is the length of the text that b begins with, more than b's if it
// has no end.
func quotedLen(b []byte) int {
	for n := 1; ; {
		i := bytes.IndexByte(b[n:], '"')
		if i < 0 {
			return len(b) + 1
		}
		end, slashes := n+i, 0
		for b[end-1-slashes] == '\\' {
			slashes++
		}
		if n = end + 1; slashes%2 == 0 {
			return n
		}
	}
}

// text is what a quoted text says.
func (c *cutter) text(v []byte) (s string) {
	switch {
	case len(v) < 2 || v[0] != '"':
		c.bad = true
	case bytes.IndexByte(v, '\\') < 0:
		return unsafe.String(unsafe.SliceData(v[1:]), len(v)-2)
	default:
		c.bad = json.Unmarshal(v, &s) != nil
	}
	return s
}
