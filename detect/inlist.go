package detect

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/list"
	"spaniel/event"
)

// listRef is what in_list's name of a list becomes: its place in the set.
type listRef struct{ place int }

// listNode turns in_list's literal into what is asked at run time.
func (l *language) listNode(n ast.Node) ast.Node {
	ref := l.listRef(n)
	if ref == nil {
		return literalNode(wordsLiteral, n)
	}
	c := &ast.ConstantNode{Value: ref}
	c.SetLocation(n.Location())
	return c
}

// listRef is the list that n names, nil if it names none.
func (l *language) listRef(n ast.Node) *listRef {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return nil
	}
	place, known := l.lists[s.Value]
	if !known {
		return nil
	}
	return &listRef{place}
}

func isText(n ast.Node) bool {
	_, ok := n.(*ast.StringNode)
	return ok
}

// listName checks the second argument of in_list.
func (c *checker) listName(f *function, n ast.Node) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		if _, words := stringList(n); !words {
			c.fault(n, 1, `write ["a", "b"], or the name of a list between quotes`, "what %s looks in must be a literal list of strings, or the name of a list", f.name)
		}
		return
	}
	if _, ok := c.lang.lists[s.Value]; ok {
		return
	}
	names := slices.Sorted(maps.Keys(c.lang.lists))
	remedy := suggest(s.Value, names)
	switch {
	case remedy != "":
	case len(names) == 0:
		remedy = "there are no lists: put NAME.KIND.list among your rules, or name files in rules.lists"
	default:
		remedy = "the lists are " + joinSome(names)
	}
	c.fault(n, len(s.Value)+2, remedy, "there is no list %q", s.Value)
}

// turnedRound reports in_list("name", value), which others write so.
func (c *checker) turnedRound(n *ast.CallNode) bool {
	if len(n.Arguments) != 2 || !isText(n.Arguments[0]) || isText(n.Arguments[1]) {
		return false
	}
	if _, words := stringList(n.Arguments[1]); words {
		return false
	}
	c.fault(n.Arguments[0], 1, `write in_list(value, "name")`, "the list's name comes second")
	return true
}

// joinSome joins the first names.
func joinSome(names []string) string {
	const most = 8
	out := ""
	for i, n := range names {
		if i == most {
			return out + ", …"
		}
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out
}

// inList is the function in_list.
func inList(s *scope, a []any) any {
	switch in := a[1].(type) {
	case words:
		return in[lowerASCII(a[0].(string))]
	case *listRef:
		switch x := a[0].(type) {
		case *Leaf:
			return s.leafListed(x.leaf, in)
		case []*Leaf:
			return slices.ContainsFunc(x, func(l *Leaf) bool { return s.leafListed(l.leaf, in) })
		case string:
			return s.listed(x, in)
		}
	}
	return false
}

// leafListed reports whether a reading of the leaf is in the list.
func (s *scope) leafListed(leaf *event.Leaf, ref *listRef) bool {
	l := s.lists[ref.place]
	for _, r := range leaf.Readings() {
		if !s.spend(len(r.Text) * l.Cost) {
			return false
		}
		if off, text, ok := l.Find(r.Text, s.call.Time); ok {
			if l.Kind == list.CIDR { // the match is the network, the evidence the address
				text = r.Text
			}
			s.note(find{place: leaf.Place, chain: r.Chain, text: text, offset: off, whole: r.Text})
			return true
		}
	}
	return false
}

// listed reports whether a text is in the list. The evidence of a value that
// has no place in the request is the list's name, and for an address the
// network it is in: the value itself may be what the configuration hides.
func (s *scope) listed(x string, ref *listRef) bool {
	l := s.lists[ref.place]
	if !s.spend(len(x) * l.Cost) {
		return false
	}
	off, text, ok := l.Find(x, s.call.Time)
	if !ok {
		return false
	}
	f := find{place: "list." + l.Name}
	if l.Kind == list.CIDR {
		if p, err := netip.ParsePrefix(text); err == nil && !p.IsSingleIP() {
			f.text = text
		}
	} else if place := s.placeOf(x); place != "" && place != "value" {
		f = find{place: place, text: text, offset: off, whole: x}
	}
	s.note(f)
	return true
}

// inNamedList understands in_list(x, "name").
func (t *translator) inNamedList(x ast.Node, ref *listRef) native {
	if t.isElement(x) {
		if t.elem != leafElement {
			return native{}
		}
		return native{truth: func(ev *eval) bool { return ev.scope.leafListed(ev.leaf, ref) }}
	}
	if t.isLeaves(x) {
		each := func(ev *eval) bool { return ev.scope.leafListed(ev.leaf, ref) }
		return native{truth: func(ev *eval) bool { return walkLeaves(ev, each, true) }}
	}
	f := t.expr(x).text
	if f == nil {
		return native{}
	}
	return native{truth: func(ev *eval) bool { return ev.scope.listed(f(ev), ref) }}
}

// searchOf makes the search for the regular expression of a list.
func searchOf(expr string) (list.Search, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	return regexSearch(re).find, nil
}
