package redact

import (
	"strings"

	"spaniel/event"
)

// Some formats put a name and its value side by side: {"name":"password",
// "value":"…"}, <p name="password">…</p>. Either may come first.

// besideName reports whether a member of this name holds the name of another.
func besideName(name string) bool {
	switch len(name) {
	case 3:
		return fold(name, "key")
	case 4:
		return fold(name, "name")
	case 5:
		return fold(name, "field") || fold(name, "param")
	case 6:
		return fold(name, "header")
	case 8:
		return fold(name, "property")
	case 9:
		return fold(name, "parameter") || fold(name, "fieldname")
	}
	return false
}

// besideValue reports whether a member of this name holds the value of one
// that is named beside it.
func besideValue(name string) bool {
	switch len(name) {
	case 3:
		return fold(name, "val")
	case 4:
		return fold(name, "text")
	case 5:
		return fold(name, "value")
	case 7:
		return fold(name, "content")
	}
	return false
}

// besideWord is nameKind of a name that stands as a value: a title of several
// words names nothing.
func (r *Redactor) besideWord(name string) string {
	if strings.IndexByte(name, ' ') >= 0 {
		return ""
	}
	return r.nameKind(name)
}

// besideLook is how far a value may stand from its name.
const besideLook = 256

// beside judges the value at i by the name that stands before it in the same
// object or tag, or behind it.
func (sc *scanner) beside(name string, sep byte) string {
	s, i := sc.s, sc.i
	if besideName(name) {
		start, end := valueAt(s[:min(len(s), i+softLook)], i, sep)
		sc.aside, sc.asideAt = sc.r.besideWord(s[start:end]), i
		return ""
	}
	if !besideValue(name) {
		return ""
	}
	if kind := sc.aside; kind != "" && i-sc.asideAt < besideLook && !strings.ContainsAny(s[sc.asideAt:i], "{}<>") {
		sc.aside = ""
		return kind
	}
	look := s[:min(len(s), i+besideLook)]
	_, end := valueAt(look, i, sep)
	rest := strings.TrimLeft(look[end:], "\\\"'`, \t\r\n")
	n := 0
	for n < len(rest) && alnum(rest[n]) {
		n++
	}
	if !besideName(rest[:n]) {
		return ""
	}
	at := strings.IndexByte(rest[n:], sep)
	if at < 0 || strings.Trim(rest[n:n+at], "\\\"'` \t\r\n") != "" {
		return ""
	}
	start, end := valueAt(rest, n+at+1, sep)
	return sc.r.besideWord(rest[start:end])
}

// attributeKind judges a tag by what its attribute name or key says.
func (r *Redactor) attributeKind(tag string) string {
	for rest := tag; ; {
		eq := strings.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		name := rest[:eq]
		name = name[strings.LastIndexAny(name, " \t\r\n\"'")+1:]
		if besideName(name) {
			start, end := valueAt(rest, eq+1, '=')
			return r.besideWord(rest[start:end])
		}
		rest = rest[eq+1:]
	}
}

// besideKind judges a leaf by one close to it that holds its name: a sibling,
// or the attribute of an element.
func (r *Redactor) besideKind(all []event.Leaf, i int) string {
	l := &all[i]
	if l.Kind != event.LeafJSON && l.Kind != event.LeafXML {
		return ""
	}
	parent := l.Place // of an attribute, where this is an element
	if besideValue(l.Key) && strings.HasSuffix(l.Place, "."+l.Key) {
		parent = l.Place[:len(l.Place)-len(l.Key)-1]
	} else if l.Kind != event.LeafXML {
		return ""
	}
	for j := max(0, i-4); j < min(len(all), i+4); j++ {
		n := &all[j]
		if besideName(n.Key) && len(n.Place) == len(parent)+1+len(n.Key) && strings.HasPrefix(n.Place, parent) {
			if kind := r.besideWord(n.Value); kind != "" {
				return kind
			}
		}
	}
	return ""
}
