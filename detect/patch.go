package detect

import (
	"net/netip"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/text"
)

// patcher turns the names of an expression into calls that receive the scope:
// `req.method` becomes the function "req.method" of the scope, `sqli(x)` gets
// the scope as first argument. So an expression needs no environment object,
// fields are computed only when they are reached, and matchers can note what
// they found. It is told apart from user text by being run after the check.
type patcher struct {
	lang *language
}

// Visit is called for each node after its children.
func (p *patcher) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if i, ok := p.lang.index[n.Value]; ok {
			p.replace(node, p.lang.fields[i].Name)
		}
	case *ast.MemberNode:
		p.member(node, n)
	case *ast.CallNode:
		p.call(node, n)
	case *ast.BinaryNode:
		if msg := headersOf(n.Right); n.Operator == "in" && msg != "" {
			p.replace(node, msg+".has_header", n.Left)
		}
	}
}

// replace puts a call of the named function in the node's place.
func (p *patcher) replace(node *ast.Node, name string, args ...ast.Node) {
	loc := (*node).Location()
	env := &ast.IdentifierNode{Value: "$env"}
	env.SetLocation(loc)
	callee := &ast.IdentifierNode{Value: name}
	callee.SetLocation(loc)
	ast.Patch(node, &ast.CallNode{Callee: callee, Arguments: append([]ast.Node{env}, args...)})
}

func (p *patcher) member(node *ast.Node, n *ast.MemberNode) {
	if msg := headersOf(n.Node); msg != "" {
		p.replace(node, msg+".header", n.Property)
		return
	}
	if name := dotted(n); name != "" {
		if _, ok := p.lang.index[name]; ok {
			p.replace(node, name)
		}
	}
}

func (p *patcher) call(node *ast.Node, n *ast.CallNode) {
	name := calleeName(n)
	f, ok := p.lang.functions[name]
	if !ok || hasScope(n) {
		return
	}
	args := make([]ast.Node, len(n.Arguments))
	for i, a := range n.Arguments {
		if id, ok := a.(*ast.IdentifierNode); ok && p.lang.groups[id.Value] {
			env := &ast.IdentifierNode{Value: "$env"}
			env.SetLocation(a.Location())
			a = env
		}
		switch {
		case f.literal == listLiteral && i >= f.lit:
			a = p.lang.listNode(a)
		case f.literal != anyValue && i >= f.lit:
			a = literalNode(f.literal, a)
		}
		args[i] = a
	}
	p.replace(node, name, args...)
}

// hasScope tells a call that was patched from one of the user's.
func hasScope(n *ast.CallNode) bool {
	if len(n.Arguments) == 0 {
		return false
	}
	id, ok := n.Arguments[0].(*ast.IdentifierNode)
	return ok && id.Value == "$env"
}

// dotted returns "group.name" for a member access on a plain name, else "".
func dotted(n *ast.MemberNode) string {
	id, ok := n.Node.(*ast.IdentifierNode)
	prop, named := n.Property.(*ast.StringNode)
	if !ok || !named {
		return ""
	}
	return id.Value + "." + prop.Value
}

// headersOf returns req or resp when the node, patched or not, is its headers.
func headersOf(n ast.Node) string {
	name := ""
	switch n := n.(type) {
	case *ast.MemberNode:
		name = dotted(n)
	case *ast.CallNode:
		if hasScope(n) {
			name = calleeName(n)
		}
	}
	switch name {
	case "req.headers":
		return "req"
	case "resp.headers":
		return "resp"
	}
	return ""
}

// calleeName is the name of the function a node calls, "" if it has none.
func calleeName(n *ast.CallNode) string {
	switch c := n.Callee.(type) {
	case *ast.IdentifierNode:
		return c.Value
	case *ast.MemberNode:
		return dotted(c)
	}
	return ""
}

// literalNode turns a literal into what the function wants at run time; what
// is no such literal stays, and the check before has refused it.
func literalNode(kind literal, n ast.Node) ast.Node {
	var v any
	switch kind {
	case regexLiteral:
		if s, ok := n.(*ast.StringNode); ok {
			if p, err := newPattern(s.Value); err == nil {
				v = p
			}
		}
	case prefixLiteral:
		if s, ok := n.(*ast.StringNode); ok {
			if p, err := netip.ParsePrefix(s.Value); err == nil {
				v = p.Masked()
			}
		}
	case needleLiteral:
		if list, ok := stringList(n); ok {
			nd := &needles{}
			for _, w := range list {
				nd.lower = append(nd.lower, lowerASCII(w))
			}
			v = nd
		}
	case wildcardLiteral:
		if s, ok := n.(*ast.StringNode); ok {
			if w, err := text.NewWildcard(s.Value); err == nil {
				v = w
			}
		}
	case piiLiteral:
		if kinds, _ := piiNode(n); kinds != nil {
			v = kinds
		}
	case wordsLiteral:
		if list, ok := stringList(n); ok {
			set := words{}
			for _, w := range list {
				set[lowerASCII(w)] = true
			}
			v = set
		}
	}
	if v == nil {
		return n
	}
	c := &ast.ConstantNode{Value: v}
	c.SetLocation(n.Location())
	return c
}

// stringList reads a literal list of strings.
func stringList(n ast.Node) ([]string, bool) {
	a, ok := n.(*ast.ArrayNode)
	if !ok || len(a.Nodes) == 0 {
		return nil, false
	}
	var out []string
	for _, e := range a.Nodes {
		s, ok := e.(*ast.StringNode)
		if !ok {
			return nil, false
		}
		out = append(out, s.Value)
	}
	return out, true
}
