package detect

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// hidden stands for a text that was made of one that holds a secret: what was
// made of it need not look like a secret any more.
const hidden = "[hidden: made of a text that holds a secret]"

// safe is the value of n as it may leave: a field or a header is redacted as
// everywhere; what was made of several, or by functions, is hidden as soon as
// one of the texts it is made of has something to redact.
func (st *stepper) safe(n ast.Node, text string) string {
	s := st.scope
	if name, i := st.fieldOf(n); name != "" {
		return s.outgoing(name, text, st.fields[i].safe)
	}
	if name := headerOf(n); name != "" {
		return s.redact("header."+name, text)
	}
	if m, ok := n.(*ast.MemberNode); ok {
		// What names a token's kind is none of its secrets.
		if p, ok := m.Property.(*ast.StringNode); ok && (p.Value == "alg" || p.Value == "typ") {
			return s.redact("", text)
		}
	}
	if st.hides(n) || st.lets != "" && st.letsHide() {
		return hidden
	}
	return s.redact("", text)
}

// letsHide reports whether the variables around hold a text with a secret.
func (st *stepper) letsHide() bool {
	tree, err := parse(st.lets+"true", st.language.config)
	if err != nil {
		return true
	}
	return st.hides(tree.Node)
}

// fieldOf is the field that n names, "" if it names none.
func (st *stepper) fieldOf(n ast.Node) (name string, index int) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		name = n.Value
	case *ast.MemberNode:
		name = dotted(n)
	}
	index, ok := st.index[name]
	if !ok {
		return "", 0
	}
	return name, index
}

// headerOf is the header that n reads, "" if it reads none.
func headerOf(n ast.Node) string {
	var arg ast.Node
	switch n := n.(type) {
	case *ast.CallNode:
		if name := calleeName(n); (name == "req.header" || name == "resp.header") && len(n.Arguments) == 1 {
			arg = n.Arguments[0]
		}
	case *ast.MemberNode:
		if headersOf(n.Node) != "" {
			arg = n.Property
		}
	}
	if s, ok := arg.(*ast.StringNode); ok {
		return lowerASCII(s.Value)
	}
	return ""
}

// secretFinder looks for parts of an expression whose texts have something to
// redact.
type secretFinder struct {
	st    *stepper
	found bool
	// named are the lists of headers of which one header is read.
	named map[ast.Node]bool
}

// hides reports whether a text of which n is made has something to redact.
func (st *stepper) hides(n ast.Node) bool {
	f := &secretFinder{st: st, named: map[ast.Node]bool{}}
	ast.Walk(&n, headerLists(f.named))
	ast.Walk(&n, f)
	return f.found
}

// headerLists collects the lists of headers of which one header is read.
type headerLists map[ast.Node]bool

// Visit is called for each node after its children.
func (h headerLists) Visit(node *ast.Node) {
	if m, ok := (*node).(*ast.MemberNode); ok && headerOf(m) != "" {
		h[m.Node] = true
	}
}

// Visit is called for each node after its children.
func (f *secretFinder) Visit(node *ast.Node) {
	n := *node
	if f.found || f.named[n] {
		return
	}
	if c, ok := n.(*ast.CallNode); ok && calleeName(c) == "jwts" {
		f.found = true // all that is in a token, but for what show lets through
		return
	}
	name, i := f.st.fieldOf(n)
	header := headerOf(n)
	if name == "" && header == "" {
		return
	}
	v, err := f.st.source(n.String())
	f.found = err != nil || f.redacted(v, name, header, i)
}

// redacted reports whether the redactor changes a value.
func (f *secretFinder) redacted(v any, name, header string, field int) bool {
	s := f.st.scope
	switch v := v.(type) {
	case string:
		if header != "" {
			return s.redact("header."+header, v) != v
		}
		return s.outgoing(name, v, f.st.fields[field].safe) != v
	case []*Leaf:
		return slices.ContainsFunc(v, func(l *Leaf) bool { return s.redact(l.Place, l.Value) != l.Value })
	case []*HeaderField:
		return slices.ContainsFunc(v, func(h *HeaderField) bool { return s.redact("header."+h.Name, h.Value) != h.Value })
	}
	return false
}
