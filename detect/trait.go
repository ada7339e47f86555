package detect

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// traits are the fields of which calls have few values, or the same again and
// again; their numbers are their places here, from 1 on.
func traits() []string {
	return []string{"resp.status", "req.method", "principal.kind", "call.kind", "call.style", "call.depth", "call.failed", "req.seen", "resp.seen",
		"req.content_type", "resp.content_type", "req.user_agent", "req.host", "client.ip", "server.ip"}
}

// traitOf is the number of the trait that alone decides a part, 0 if none does.
func (l *language) traitOf(n ast.Node) int {
	fields := fieldsIn(n, nil)
	if len(fields) == 0 || slices.ContainsFunc(fields, func(f string) bool { return f != fields[0] }) {
		return 0
	}
	return slices.Index(l.traits, fields[0]) + 1
}

// fieldsIn adds the fields that a part asks for, "" for what is none.
func fieldsIn(n ast.Node, list []string) []string {
	switch n := n.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		return list
	case *ast.IdentifierNode, *ast.MemberNode:
		return append(list, listName(n))
	case *ast.ArrayNode:
		return fieldsInAll(n.Nodes, list)
	case *ast.UnaryNode:
		return fieldsIn(n.Node, list)
	case *ast.BinaryNode:
		return fieldsIn(n.Right, fieldsIn(n.Left, list))
	case *ast.BuiltinNode:
		return fieldsInAll(n.Arguments, list)
	case *ast.CallNode:
		switch calleeName(n) {
		case "reads", "contains_any", "cidr", "known_bot", "tool_agent", "scanner_agent":
			return fieldsInAll(n.Arguments, list)
		}
	}
	return append(list, "")
}

func fieldsInAll(nodes []ast.Node, list []string) []string {
	for _, n := range nodes {
		list = fieldsIn(n, list)
	}
	return list
}

// Trait implements prefilter.Answers.
func (s *scope) Trait(n int) (text string, number int) {
	c := s.call
	switch s.lang.traits[n-1] {
	case "resp.status":
		return "", c.Resp.Status
	case "req.method":
		return c.Req.Method, 0
	case "principal.kind":
		return c.Principal.Kind, 0
	case "call.kind":
		return c.Kind, 0
	case "call.style":
		return c.Style, 0
	case "call.depth":
		return "", int(c.Depth)
	case "call.failed":
		return "", oneIf(c.Failed)
	case "req.seen":
		return "", oneIf(c.Req.Seen)
	case "resp.seen":
		return "", oneIf(c.Resp.Seen)
	case "req.host":
		return c.Req.Host, 0
	case "req.user_agent":
		return c.Req.Get("user-agent"), 0
	case "req.content_type":
		return s.makeText(reqTypeText), 0
	case "resp.content_type":
		return s.makeText(respTypeText), 0
	}
	return s.text(s.lang.traits[n-1]), 0
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
