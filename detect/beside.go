package detect

import (
	"strings"

	"spaniel/event"
)

// besideName returns the name that stands beside the value at a place, as in
// {"name":"password","value":"…"} and <p name="password">…</p>, "" if there is
// none: the place alone does not tell the redactor that it holds a secret.
func (s *scope) besideName(place string) string {
	if s.call == nil { // in tests of parts
		return ""
	}
	leaves := s.call.Leaves()
	for i := range leaves {
		l := &leaves[i]
		if l.Place != place || l.Kind != event.LeafJSON && l.Kind != event.LeafXML {
			continue
		}
		parent := place // of an attribute, where this is an element
		switch lowerASCII(l.Key) {
		case "value", "val", "text", "content":
			parent = strings.TrimSuffix(place, "."+l.Key)
		default:
			if l.Kind == event.LeafJSON {
				continue
			}
		}
		for j := max(0, i-4); j < min(len(leaves), i+4); j++ {
			if n := &leaves[j]; n.Place == parent+"."+n.Key && namesBeside(n.Key) {
				return n.Value
			}
		}
	}
	return ""
}

// namesBeside reports whether a member of this name names another.
func namesBeside(key string) bool {
	switch lowerASCII(key) {
	case "name", "key", "field", "param", "header", "property", "parameter", "fieldname":
		return true
	}
	return false
}
