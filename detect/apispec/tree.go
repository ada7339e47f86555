package apispec

import (
	"net/url"
	"strings"
)

// branch is a place in a tree of paths, a level for each segment. Letters are
// small: who differs by case alone is the same on some servers, and not there
// on others.
type branch struct {
	words  map[string]*branch
	shapes []shape
	any    *branch // behind {parameter}
	ops    []operation
	// rest are the operations of a path whose last parameter takes all segments
	// that are left.
	rest []operation
}

// shape is a segment of parameters and text: {id}.json, {from}-{to}, {id}:archive.
type shape struct {
	parts []string // texts that stand around the parameters
	to    *branch
}

// operation is one as an answer shows it.
type operation struct {
	method, shown string
	deprecated    bool
}

// add puts a path's operation into the tree.
func (b *branch) add(path string, op operation) {
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	for {
		var segment string
		if segment, path = cutSegment(path); segment == "" {
			b.ops = append(b.ops, op)
			return
		}
		if path == "" && greedy(segment) {
			b.rest = append(b.rest, op)
			return
		}
		b = b.child(segment)
	}
}

// greedy reports a parameter that gateways and frameworks let take a whole
// path: {proxy+}, {path*}, {path:.*}, {**path}.
func greedy(segment string) bool {
	inner, ok := strings.CutPrefix(segment, "{")
	if !ok || strings.IndexByte(inner, '}') != len(inner)-1 {
		return false
	}
	inner = strings.TrimSuffix(inner, "}")
	return strings.HasSuffix(inner, "+") || strings.HasSuffix(inner, "*") || strings.HasPrefix(inner, "*")
}

// child is the branch behind a segment of a template.
func (b *branch) child(segment string) *branch {
	parts := partsOf(segment)
	switch {
	case len(parts) == 1:
		word := plain(segment)
		if b.words == nil {
			b.words = map[string]*branch{}
		}
		if b.words[word] == nil {
			b.words[word] = &branch{}
		}
		return b.words[word]
	case len(parts) == 2 && parts[0] == "" && parts[1] == "":
		if b.any == nil {
			b.any = &branch{}
		}
		return b.any
	}
	for _, s := range b.shapes {
		if strings.Join(s.parts, "{}") == strings.Join(parts, "{}") {
			return s.to
		}
	}
	if len(b.shapes) == maxShapes {
		return b.child("{}")
	}
	to := &branch{}
	b.shapes = append(b.shapes, shape{parts, to})
	return to
}

// partsOf are the texts around the parameters of a segment; one without any.
func partsOf(segment string) (parts []string) {
	text := ""
	for {
		from := strings.IndexByte(segment, '{')
		to := strings.IndexByte(segment, '}')
		if from < 0 || to < from {
			return append(parts, plain(text+segment))
		}
		parts = append(parts, plain(text+segment[:from]))
		segment = segment[to+1:]
	}
}

// plain is a text without escapes and capitals.
func plain(s string) string {
	if strings.IndexByte(s, '%') >= 0 {
		if u, err := url.PathUnescape(s); err == nil {
			s = u
		}
	}
	return strings.ToLower(s)
}

// fits reports a segment that a shape's texts stand in, with something for
// each parameter.
func (s *shape) fits(segment string) bool {
	rest, ok := strings.CutPrefix(segment, s.parts[0])
	last := s.parts[len(s.parts)-1]
	if !ok || !strings.HasSuffix(rest, last) {
		return false
	}
	rest = rest[:len(rest)-len(last)]
	for _, p := range s.parts[1 : len(s.parts)-1] {
		if len(rest) == 0 {
			return false
		}
		i := strings.Index(rest[1:], p)
		if i < 0 {
			return false
		}
		rest = rest[1+i+len(p):]
	}
	return rest != ""
}

// cutSegment cuts the first segment that is not empty, and what the parameters
// of a matrix add to it (;v=1).
func cutSegment(path string) (segment, rest string) {
	path = strings.TrimLeft(path, "/")
	segment, rest = path, ""
	if i := strings.IndexByte(path, '/'); i >= 0 {
		segment, rest = path[:i], path[i:]
	}
	if i := strings.IndexByte(segment, ';'); i > 0 {
		segment = segment[:i]
	}
	return segment, rest
}

// found is the best of what a path leads to.
type found struct {
	status Status
	op     *operation
}

// look visits all that a path may lead to, words before parameters; each branch
// is visited once at most, since one way leads to it.
func (b *branch) look(path, method string, best *found) {
	segment, rest := cutSegment(path)
	if segment == "" {
		best.of(b.ops, method)
		best.of(b.rest, method)
		return
	}
	if segment = plain(segment); b.words != nil {
		if to := b.words[segment]; to != nil {
			to.look(rest, method, best)
		}
	}
	for i := range b.shapes {
		if b.shapes[i].fits(segment) {
			b.shapes[i].to.look(rest, method, best)
		}
	}
	if b.any != nil {
		b.any.look(rest, method, best)
	}
	best.of(b.rest, method)
}

// of keeps the operation with that method if it says more than what was found
// before; HEAD is GET without a body. A path that names no operation, as some
// write, says nothing of methods.
func (f *found) of(ops []operation, method string) {
	for i := range ops {
		o := &ops[i]
		status := OtherMethod
		switch {
		case o.method != method && (method != "HEAD" || o.method != "GET"):
		case o.deprecated:
			status = Deprecated
		default:
			status = Documented
		}
		if status > f.status {
			f.status, f.op = status, o
		}
	}
}
