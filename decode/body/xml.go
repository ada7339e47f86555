package body

import (
	"strings"

	"spaniel/event"
)

// xmlReader walks XML-like text and appends attributes, text, comments and
// declarations. It checks nothing and expands no entity: the text is as sent,
// and a DOCTYPE is a leaf, whole.
type xmlReader struct {
	*collector
	s      string
	i      int
	root   string
	stack  []string // places of the open elements
	key    []string
	run    string // text since the last tag, across comments and CDATA marks
	pieces []byte // the same, once it is of more than one piece
}

// xml appends the leaves of XML text below place.
func (k *collector) xml(place, s string) {
	r := xmlReader{collector: k, s: s, root: place}
	for r.i < len(s) {
		if k.full() {
			k.rest(place, event.LeafXML, s[r.i:])
			return
		}
		r.next()
	}
	r.flush()
}

// at returns the place and the name of the element that is open.
func (r *xmlReader) at() (place, key string) {
	if n := len(r.stack); n > 0 {
		return r.stack[n-1], r.key[n-1]
	}
	return r.root, ""
}

// next reads one piece: text or a tag.
func (r *xmlReader) next() {
	s := r.s[r.i:]
	if s[0] != '<' {
		j := strings.IndexByte(s, '<')
		if j < 0 {
			j = len(s)
		}
		r.i += j
		r.text(s[:j])
		return
	}
	switch {
	case strings.HasPrefix(s, "<!--"):
		r.comment(r.upTo("<!--", "-->"))
	case strings.HasPrefix(s, "<![CDATA["):
		r.text(r.upTo("<![CDATA[", "]]>"))
	case strings.HasPrefix(s, "<!"):
		r.flush()
		r.doctype()
	case strings.HasPrefix(s, "<?xml "):
		r.upTo("<?", "?>")
	case strings.HasPrefix(s, "<?"):
		r.comment(r.upTo("<?", "?>"))
	case strings.HasPrefix(s, "</"):
		r.flush()
		r.upTo("</", ">")
		if n := len(r.stack); n > 0 {
			r.stack, r.key = r.stack[:n-1], r.key[:n-1]
		}
	case len(s) == 1 || strings.IndexByte(notName, s[1]) >= 0:
		r.text("<") // no tag
		r.i++
	default:
		r.flush()
		r.element()
	}
}

// text takes a piece of text: what comments and CDATA marks cut apart is one
// value to a server.
func (r *xmlReader) text(s string) {
	if r.run == "" {
		r.run = s
		return
	}
	if len(r.pieces) == 0 {
		r.pieces = append(r.pieces, r.run...)
	}
	r.pieces = append(r.pieces, s...)
}

// flush appends the text since the last tag, if it is not only white space.
func (r *xmlReader) flush() {
	s := r.run
	if len(r.pieces) > 0 {
		s = string(r.pieces)
	}
	if r.run, r.pieces = "", r.pieces[:0]; s != "" {
		r.comment(s)
	}
}

// comment appends a value of its own at the open element.
func (r *xmlReader) comment(s string) {
	if t := strings.TrimSpace(s); t != "" {
		place, key := r.at()
		r.add(event.Leaf{Place: place, Key: key, Kind: event.LeafXML, Value: t})
		r.inside(place, key, t)
	}
}

// upTo passes open and everything to end, and returns what lies between.
func (r *xmlReader) upTo(open, end string) string {
	s := r.s[r.i+len(open):]
	j := strings.Index(s, end)
	if j < 0 {
		r.i = len(r.s)
		return s
	}
	r.i += len(open) + j + len(end)
	return s[:j]
}

// doctype appends a declaration, its internal subset included.
func (r *xmlReader) doctype() {
	s := r.s[r.i:]
	depth, j := 0, 0
	for ; j < len(s); j++ {
		switch s[j] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				r.i += j + 1
				r.add(event.Leaf{Place: r.e.place(r.root, "doctype"), Key: "doctype", Kind: event.LeafXML, Value: s[:j+1]})
				return
			}
		}
	}
	r.i = len(r.s)
	r.add(event.Leaf{Place: r.e.place(r.root, "doctype"), Key: "doctype", Kind: event.LeafXML, Value: s})
}

// element reads a start tag with its attributes.
func (r *xmlReader) element() {
	r.i++
	name := r.word()
	local := name[strings.IndexByte(name, ':')+1:]
	place, _ := r.at()
	if len(r.stack) < r.e.cfg.MaxDepth {
		place = r.e.place(place, local)
	} else {
		r.capped()
	}
	r.collector.name(place, local)
	if len(r.stack) < 8*r.e.cfg.MaxDepth {
		r.stack, r.key = append(r.stack, place), append(r.key, local)
	}
	if r.attributes(place) {
		r.stack, r.key = r.stack[:len(r.stack)-1], r.key[:len(r.key)-1]
	}
}

// notName is what ends a name.
const notName = " \t\r\n/><=\"'"

// word passes a name.
func (r *xmlReader) word() string {
	start := r.i
	for r.i < len(r.s) && strings.IndexByte(notName, r.s[r.i]) < 0 {
		r.i++
	}
	return r.s[start:r.i]
}

// attributes reads up to the tag's end and reports whether it closes itself.
func (r *xmlReader) attributes(place string) (closed bool) {
	for r.i < len(r.s) {
		switch c := r.s[r.i]; c {
		case '>':
			r.i++
			return closed
		case '<':
			return closed
		case ' ', '\t', '\r', '\n', '=', '"', '\'':
			r.i++
			continue
		case '/':
			r.i++
			closed = true
			continue
		}
		closed = false
		name := r.word()
		value := r.quoted()
		if r.full() || plainSpace(name, value) {
			continue
		}
		at := r.e.place(place, name)
		r.collector.name(at, name[strings.IndexByte(name, ':')+1:])
		r.add(event.Leaf{Place: at, Key: name, Kind: event.LeafXML, Value: value})
		r.inside(at, name, value)
	}
	return closed
}

// plainSpace reports whether an attribute declares a name space, and no more.
func plainSpace(name, value string) bool {
	if name != "xmlns" && !strings.HasPrefix(name, "xmlns:") {
		return false
	}
	for i := 0; i < len(value); i++ {
		if c := value[i]; !plainName[c] && c != ':' && c != '/' && c != '#' {
			return false
		}
	}
	return true
}

// quoted reads ="value" after a name, "" where there is none.
func (r *xmlReader) quoted() string {
	rest := strings.TrimLeft(r.s[r.i:], " \t\r\n")
	if !strings.HasPrefix(rest, "=") {
		return ""
	}
	rest = strings.TrimLeft(rest[1:], " \t\r\n")
	r.i = len(r.s) - len(rest)
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return r.word()
	}
	j := strings.IndexByte(rest[1:], rest[0])
	if j < 0 {
		r.i = len(r.s)
		return rest[1:]
	}
	r.i += j + 2
	return rest[1 : j+1]
}
