package prefilter

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"spaniel/event"
)

// comparison understands a field of the heads compared with a literal.
func comparison(b *ast.BinaryNode) test {
	if get := Text(dotted(b.Left)); get != nil {
		return textTest(b, get)
	}
	if get := Number(dotted(b.Left)); get != nil {
		return numberTest(b, get)
	}
	if name, ok := b.Left.(*ast.StringNode); ok && b.Operator == "in" {
		return headerTest(name.Value, dotted(b.Right))
	}
	return test{}
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
