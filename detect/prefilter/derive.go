package prefilter

import "github.com/expr-lang/expr/ast"

// Derive makes the filter of a condition, whose matchers have these names.
func Derive(n ast.Node, matchers map[string]*Matcher) *Filter {
	return &Filter{test: derive(n, matchers)}
}

// derive returns the empty test for what it does not understand.
func derive(n ast.Node, matchers map[string]*Matcher) test {
	switch n := n.(type) {
	case *ast.BoolNode:
		return cheap(func(*View) possible { return known(n.Value) })
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return not(derive(n.Node, matchers))
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			return and(derive(n.Left, matchers), derive(n.Right, matchers))
		case "||", "or":
			return or(derive(n.Left, matchers), derive(n.Right, matchers))
		}
		return comparison(n)
	case *ast.MemberNode:
		return boolField(n)
	case *ast.BuiltinNode:
		return anyOf(n, matchers)
	case *ast.CallNode:
		return matcherCall(n, matchers)
	}
	return test{}
}

func not(t test) test {
	if t.run == nil {
		return t
	}
	return test{opens: t.opens, run: func(v *View) possible {
		p := t.run(v)
		return p>>1&1 | p&1<<1
	}}
}

// inOrder puts the cheaper test first; the second is asked only while the
// first leaves it open, so that a filter opens a call only when it must.
func inOrder(a, b test) (test, test) {
	if a.run == nil || a.opens && b.run != nil && !b.opens {
		return b, a
	}
	return a, b
}

func and(a, b test) test {
	a, b = inOrder(a, b)
	if a.run == nil {
		return test{}
	}
	return test{opens: a.opens || b.opens, run: func(v *View) possible {
		p := a.run(v)
		if p == canBeFalse {
			return p
		}
		q := possible(unknown)
		if b.run != nil {
			q = b.run(v)
		}
		return p&q&canBeTrue | (p|q)&canBeFalse
	}}
}

func or(a, b test) test {
	if a.run == nil || b.run == nil {
		// One side may be true for all we know; that it must be false is
		// not worth knowing.
		return test{}
	}
	a, b = inOrder(a, b)
	return test{opens: a.opens || b.opens, run: func(v *View) possible {
		p := a.run(v)
		if p == canBeTrue {
			return p
		}
		q := b.run(v)
		return (p|q)&canBeTrue | p&q&canBeFalse
	}}
}

// boolField understands fields that are true or false.
func boolField(n *ast.MemberNode) test {
	switch dotted(n) {
	case "call.failed":
		return cheap(func(v *View) possible { return known(v.Call.Failed) })
	case "req.seen":
		return cheap(func(v *View) possible { return known(v.Call.Req.Seen) })
	case "resp.seen":
		return cheap(func(v *View) possible { return known(v.Call.Resp.Seen) })
	}
	return test{}
}

// anyOf understands any(req.leaves, …): it is false if its predicate is false
// for every leaf, which is known only through what the predicate needs. What
// the predicate says of the leaf itself (.place == …) is unknown here.
func anyOf(n *ast.BuiltinNode, matchers map[string]*Matcher) test {
	p := anyLeaf(n)
	if p == nil {
		return test{}
	}
	t := derive(p, matchers)
	if t.run == nil {
		return t
	}
	return test{opens: t.opens, run: func(v *View) possible {
		// With no leaf at all any() is false whatever the predicate says.
		return t.run(v) | canBeFalse
	}}
}

// anyLeaf returns the predicate of any(req.leaves, …), nil if n is none.
func anyLeaf(n *ast.BuiltinNode) ast.Node {
	if n.Name != "any" || len(n.Arguments) != 2 || !isLeaves(n.Arguments[0]) {
		return nil
	}
	if p, ok := n.Arguments[1].(*ast.PredicateNode); ok {
		return p.Node
	}
	return nil
}

func isLeaves(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.MemberNode:
		return dotted(n) == "req.leaves"
	case *ast.IdentifierNode:
		return n.Value == "leaves"
	}
	return false
}

// matcherCall understands matcher(#), matcher(req.leaves), and the like with
// literals behind: false if the
// matcher finds nothing in any reading of any leaf.
func matcherCall(n *ast.CallNode, matchers map[string]*Matcher) test {
	if len(n.Arguments) == 0 || matchers[Key(n)] == nil {
		return test{}
	}
	if !asksLeaves(n) {
		return test{}
	}
	m := matchers[Key(n)]
	return test{opens: true, run: func(v *View) possible { return v.matches(m) }}
}

// asksLeaves reports a call whose first argument is a leaf or all leaves.
func asksLeaves(n *ast.CallNode) bool {
	p, isPointer := n.Arguments[0].(*ast.PointerNode)
	return isLeaves(n.Arguments[0]) || isPointer && p.Name == ""
}

// Key names the matcher that a call of a function is: the function alone, or
// with the literals behind its first argument. "" if they are no literals.
func Key(n *ast.CallNode) string {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return ""
	}
	key := id.Value
	for _, a := range n.Arguments[min(1, len(n.Arguments)):] {
		switch a.(type) {
		case *ast.StringNode, *ast.ArrayNode:
			key += "\x00" + a.String()
		default:
			return ""
		}
	}
	return key
}

// dotted returns "req.method" for a plain member, else "".
func dotted(n ast.Node) string {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return ""
	}
	id, ok := m.Node.(*ast.IdentifierNode)
	prop, named := m.Property.(*ast.StringNode)
	if !ok || !named {
		return ""
	}
	return id.Value + "." + prop.Value
}
