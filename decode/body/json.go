package body

import (
	"strings"

	"spaniel/event"
)

// jsonReader walks JSON text and appends a leaf for each scalar. It keeps
// duplicate keys, numbers as text, and what it has when the text breaks off.
// Several documents in a row are read one after the other.
type jsonReader struct {
	*collector
	s     string
	i     int
	depth int
	root  string
}

// json appends the leaves of JSON text below place.
func (k *collector) json(place, s string) {
	r := jsonReader{collector: k, s: s, root: place}
	r.s = strings.TrimPrefix(s, "\ufeff")
	for {
		r.space()
		if r.i >= len(r.s) {
			return
		}
		start, had := r.i, len(r.dst)
		if !r.value(place, "") || r.i == start {
			if r.see != nil {
				r.given = true
				return
			}
			if len(r.dst) == had {
				r.i = start // nothing of it was JSON: {{7*7}}
			}
			if !r.nextLine(place) {
				return
			}
		}
	}
}

// nextLine appends what is no JSON as one leaf, up to the next line that
// begins an object: one bad line of many does not hide the others. It reports
// whether there is such a line.
func (r *jsonReader) nextLine(place string) bool {
	rest := r.s[r.i:]
	end := -1
	if r.left > 1 {
		end = strings.Index(rest, "\n{")
	}
	if end < 0 {
		r.rest(place, event.LeafBody, rest)
		return false
	}
	r.rest(place, event.LeafBody, rest[:end])
	r.i, r.depth = r.i+end, 0
	return true
}

// space passes white space, comments and the commas between documents.
func (r *jsonReader) space() {
	for r.i < len(r.s) {
		switch c := r.s[r.i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x1e || c == ',' && r.depth == 0:
			r.i++
		case strings.HasPrefix(r.s[r.i:], "//"):
			r.until("\n")
		case strings.HasPrefix(r.s[r.i:], "/*"):
			r.until("*/")
		default:
			return
		}
	}
}

// until passes everything up to and including end, and keeps it as a leaf: a
// comment is client data too.
func (r *jsonReader) until(end string) {
	start := r.i
	if j := strings.Index(r.s[r.i:], end); j >= 0 {
		r.i += j + len(end)
	} else {
		r.i = len(r.s)
	}
	if !r.full() {
		r.rest(r.root, event.LeafJSON, r.s[start:r.i])
	}
}

// value reads one value; false when the text is no JSON from here on, or the
// leaves are used up.
func (r *jsonReader) value(place, key string) bool {
	if r.space(); r.i >= len(r.s) {
		return true
	}
	if r.full() {
		return false
	}
	switch c := r.s[r.i]; {
	case c == '{':
		return r.nested(place, key, r.object)
	case c == '[':
		return r.nested(place, key, r.array)
	case c == '"':
		v, _ := r.text()
		r.leaf(place, key, "string", v)
		r.inside(place, key, v)
		return true
	default:
		return r.bare(place, key)
	}
}

// nested reads an object or array within the depth cap.
func (r *jsonReader) nested(place, key string, read func(place, key string) bool) bool {
	if r.depth >= r.e.cfg.MaxDepth || r.see != nil && r.depth >= maxShownDepth {
		r.capped()
		return false
	}
	r.depth++
	r.i++
	ok := read(place, key)
	r.depth--
	return ok
}

func (r *jsonReader) object(place, key string) bool {
	for n := 0; ; n++ {
		if r.space(); r.i >= len(r.s) {
			return true
		}
		switch r.s[r.i] {
		case '}':
			if r.i++; n == 0 {
				r.leaf(place, key, "object", "{}")
			}
			return true
		case ',':
			r.i++
			continue
		case '"':
		default:
			return false
		}
		name, whole := r.text()
		r.told = 0
		at := r.collector.place(place, name)
		if r.full() {
			return false
		}
		r.collector.name(at, name)
		if r.space(); !whole || r.i >= len(r.s) {
			return true
		}
		if r.s[r.i] != ':' {
			return false
		}
		r.i++
		if !r.value(at, name) {
			return false
		}
	}
}

func (r *jsonReader) array(place, key string) bool {
	for n := 0; ; {
		if r.space(); r.i >= len(r.s) {
			return true
		}
		switch r.s[r.i] {
		case ']':
			if r.i++; n == 0 {
				r.leaf(place, key, "array", "[]")
			}
			return true
		case ',':
			r.i++
			continue
		}
		if !r.value(r.collector.numbered(place, n), key) {
			return false
		}
		n++
	}
}

// endsBare marks the bytes that end a word or number.
var endsBare = func() (t [256]bool) {
	for _, c := range ",]}[{\" \t\r\n" {
		t[c] = true
	}
	return t
}()

// bare reads a number, a word, or anything up to the next delimiter.
func (r *jsonReader) bare(place, key string) bool {
	start := r.i
	for r.i < len(r.s) && !endsBare[r.s[r.i]] {
		r.i++
	}
	word := r.s[start:r.i]
	kind := "number"
	switch word {
	case "true", "false":
		kind = "bool"
	case "null":
		kind = "null"
	default:
		if word == "" || strings.IndexByte("-0123456789", word[0]) < 0 {
			if r.i < len(r.s) || !strings.HasPrefix("true false null", word) {
				r.i = start
				return false
			}
			kind = ""
		}
	}
	r.leaf(place, key, kind, word)
	return true
}

// text reads a string at i, escapes resolved; whole is false when its end is
// missing.
func (r *jsonReader) text() (v string, whole bool) {
	start := r.i + 1
	told := toldAll
	for j := start; j < len(r.s); j++ {
		c := r.s[j]
		if c == '"' {
			r.i, r.told = j+1, told
			return r.s[start:j], true
		}
		if told |= tells[c]; c == '\\' {
			return r.escaped(start, j)
		}
	}
	r.i = len(r.s)
	return r.s[start:], false
}

// escaped goes on with a string whose first backslash is at j.
func (r *jsonReader) escaped(start, j int) (v string, whole bool) {
	b := append([]byte(nil), r.s[start:j]...)
	for j < len(r.s) {
		switch c := r.s[j]; c {
		case '"':
			r.i = j + 1
			return string(b), true
		case '\\':
			var n int
			b, n = appendEscape(b, r.s[j:])
			j += n
		default:
			b = append(b, c)
			j++
		}
	}
	r.i = len(r.s)
	return string(b), false
}

func (r *jsonReader) leaf(place, key, kind, value string) {
	if r.see != nil && r.left > 0 {
		r.left--
		r.added++
		r.e.shown = event.Leaf{Key: key, Kind: event.LeafJSON, Type: kind, Value: value, Expand: r.e.read}
		r.showIt()
		return
	}
	r.add(event.Leaf{Place: place, Key: key, Kind: event.LeafJSON, Type: kind, Value: value})
}
