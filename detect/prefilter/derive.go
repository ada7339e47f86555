package prefilter

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"spaniel/event"
)

// Derive makes the filter of a condition. needs maps a matcher to bytes of
// which a text must hold one for the matcher to find anything in it.
func Derive(n ast.Node, needs map[string]string) *Filter {
	return &Filter{test: derive(n, needs)}
}

// derive returns the empty test for what it does not understand.
func derive(n ast.Node, needs map[string]string) test {
	switch n := n.(type) {
	case *ast.BoolNode:
		return cheap(func(*View) possible { return known(n.Value) })
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return not(derive(n.Node, needs))
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			return and(derive(n.Left, needs), derive(n.Right, needs))
		case "||", "or":
			return or(derive(n.Left, needs), derive(n.Right, needs))
		}
		return comparison(n)
	case *ast.MemberNode:
		return boolField(n)
	case *ast.BuiltinNode:
		return anyOf(n, needs)
	case *ast.CallNode:
		return matcherCall(n, needs)
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
func anyOf(n *ast.BuiltinNode, needs map[string]string) test {
	if n.Name != "any" || len(n.Arguments) != 2 || !isLeaves(n.Arguments[0]) {
		return test{}
	}
	p, ok := n.Arguments[1].(*ast.PredicateNode)
	if !ok {
		return test{}
	}
	t := derive(p.Node, needs)
	if t.run == nil {
		return t
	}
	return test{opens: t.opens, run: func(v *View) possible {
		// With no leaf at all any() is false whatever the predicate says.
		return t.run(v) | canBeFalse
	}}
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

// matcherCall understands matcher(#) and matcher(req.leaves): false if no
// reading of any leaf holds a byte the matcher needs.
func matcherCall(n *ast.CallNode, needs map[string]string) test {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || len(n.Arguments) != 1 || needs[id.Value] == "" {
		return test{}
	}
	if p, isPointer := n.Arguments[0].(*ast.PointerNode); !isLeaves(n.Arguments[0]) && !(isPointer && p.Name == "") {
		return test{}
	}
	var set [4]uint64
	addBytes(&set, needs[id.Value])
	return test{opens: true, run: func(v *View) possible {
		have := v.bytes()
		if have[0]&set[0]|have[1]&set[1]|have[2]&set[2]|have[3]&set[3] == 0 {
			return canBeFalse
		}
		return unknown
	}}
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

// comparison understands a field of the heads compared with a literal.
func comparison(b *ast.BinaryNode) test {
	if get := textOf(b.Left); get != nil {
		return textTest(b, get)
	}
	if get := numberOf(b.Left); get != nil {
		return numberTest(b, get)
	}
	if name, ok := b.Left.(*ast.StringNode); ok && b.Operator == "in" {
		return headerTest(name.Value, dotted(b.Right))
	}
	return test{}
}

func textOf(n ast.Node) func(c *event.Call) string {
	switch dotted(n) {
	case "req.method":
		return func(c *event.Call) string { return c.Req.Method }
	case "req.host":
		return func(c *event.Call) string { return c.Req.Host }
	case "req.path":
		return func(c *event.Call) string { return c.Req.Path }
	case "req.query":
		return func(c *event.Call) string { return c.Req.Query }
	case "req.target":
		return func(c *event.Call) string { return c.Req.Target }
	case "req.route":
		return func(c *event.Call) string { return c.Route }
	case "req.user_agent":
		return func(c *event.Call) string { return c.Req.Get("user-agent") }
	case "call.kind":
		return func(c *event.Call) string { return c.Kind }
	case "call.style":
		return func(c *event.Call) string { return c.Style }
	case "call.proto":
		return func(c *event.Call) string { return c.Proto }
	case "principal.kind":
		return func(c *event.Call) string { return c.Principal.Kind }
	case "principal.id":
		return func(c *event.Call) string { return c.Principal.ID }
	}
	return nil
}

func textTest(b *ast.BinaryNode, get func(*event.Call) string) test {
	if list, ok := b.Right.(*ast.ArrayNode); ok && b.Operator == "in" {
		set := map[string]bool{}
		for _, e := range list.Nodes {
			s, ok := e.(*ast.StringNode)
			if !ok {
				return test{}
			}
			set[s.Value] = true
		}
		return cheap(func(v *View) possible { return known(set[get(v.Call)]) })
	}
	s, ok := b.Right.(*ast.StringNode)
	if !ok {
		return test{}
	}
	want := s.Value
	switch b.Operator {
	case "==":
		return cheap(func(v *View) possible { return known(get(v.Call) == want) })
	case "!=":
		return cheap(func(v *View) possible { return known(get(v.Call) != want) })
	case "contains":
		return cheap(func(v *View) possible { return known(strings.Contains(get(v.Call), want)) })
	case "startsWith":
		return cheap(func(v *View) possible { return known(strings.HasPrefix(get(v.Call), want)) })
	case "endsWith":
		return cheap(func(v *View) possible { return known(strings.HasSuffix(get(v.Call), want)) })
	}
	return test{}
}

func numberOf(n ast.Node) func(c *event.Call) int {
	switch dotted(n) {
	case "resp.status":
		return func(c *event.Call) int { return c.Resp.Status }
	case "req.body_bytes":
		return func(c *event.Call) int { return int(c.Req.BodyBytes) }
	case "resp.body_bytes":
		return func(c *event.Call) int { return int(c.Resp.BodyBytes) }
	case "call.depth":
		return func(c *event.Call) int { return int(c.Depth) }
	}
	return nil
}

func numberTest(b *ast.BinaryNode, get func(*event.Call) int) test {
	if list, ok := b.Right.(*ast.ArrayNode); ok && b.Operator == "in" {
		set := map[int]bool{}
		for _, e := range list.Nodes {
			i, ok := e.(*ast.IntegerNode)
			if !ok {
				return test{}
			}
			set[i.Value] = true
		}
		return cheap(func(v *View) possible { return known(set[get(v.Call)]) })
	}
	i, ok := b.Right.(*ast.IntegerNode)
	if !ok {
		return test{}
	}
	want := i.Value
	switch b.Operator {
	case "==":
		return cheap(func(v *View) possible { return known(get(v.Call) == want) })
	case "!=":
		return cheap(func(v *View) possible { return known(get(v.Call) != want) })
	case "<":
		return cheap(func(v *View) possible { return known(get(v.Call) < want) })
	case "<=":
		return cheap(func(v *View) possible { return known(get(v.Call) <= want) })
	case ">":
		return cheap(func(v *View) possible { return known(get(v.Call) > want) })
	case ">=":
		return cheap(func(v *View) possible { return known(get(v.Call) >= want) })
	}
	return test{}
}

// headerTest understands "name" in req.headers.
func headerTest(name, of string) test {
	var message func(c *event.Call) *event.Message
	switch of {
	case "req.headers":
		message = func(c *event.Call) *event.Message { return &c.Req.Message }
	case "resp.headers":
		message = func(c *event.Call) *event.Message { return &c.Resp.Message }
	default:
		return test{}
	}
	return cheap(func(v *View) possible {
		m := message(v.Call)
		for i := range m.Headers {
			if sameName(m.Headers[i].Name, name) {
				return canBeTrue
			}
		}
		return canBeFalse
	})
}

// sameName compares header names without regard to ASCII case, and only that.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
