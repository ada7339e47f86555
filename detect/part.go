package detect

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/prefilter"
)

// maxParts bounds the parts of a set; further conditions are asked as a whole.
const maxParts = 4096

// partsOf numbers the parts of a conjunction: the operands that ask no more of a
// call than its heads tell. The prefilter asks each once for all rules that have
// it.
func (l *language) partsOf(operands []ast.Node) (parts []prefilter.Part) {
	for _, o := range operands {
		cost := l.partCost(o)
		if cost == noPart || len(l.parts) == maxParts || isTrue(o) {
			continue
		}
		key := o.String()
		if _, known := l.partIDs[key]; !known {
			t := translator{lang: l}
			truth := t.expr(o).truth
			if truth == nil {
				continue
			}
			l.parts = append(l.parts, truth)
		}
		parts = append(parts, prefilter.Part{Number: number(l.partIDs, key), Cost: int(cost), Trait: l.traitOf(o)})
	}
	return parts
}

// isTrue reports what holds of every call: that it is no note.
func isTrue(n ast.Node) bool {
	b, ok := n.(*ast.BinaryNode)
	if !ok || b.Operator != "==" || listName(b.Left) != "note.kind" {
		return false
	}
	s, ok := b.Right.(*ast.StringNode)
	return ok && s.Value == ""
}

// Holds implements prefilter.Answers: what cannot be said at a rule's price may
// hold.
func (s *scope) Holds(n int) bool {
	s.finds, s.steps = s.finds[:0], 0
	return s.lang.parts[n](&s.own) || s.exhausted()
}

// partCost is what asking a part costs.
type partCost int

const (
	noPart    partCost = iota - 1
	readyPart          // it compares what is there
	foundPart          // it looks through a short text
	madePart           // it asks for what is made of the call once
)

// partCost is the cost of an expression as a part of a condition, noPart if it
// asks for a body, or for more of leaves than whether one has a certain name.
func (l *language) partCost(n ast.Node) partCost {
	switch n := n.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		return readyPart
	case *ast.ArrayNode:
		return l.partCosts(readyPart, n.Nodes...)
	case *ast.UnaryNode:
		return l.partCost(n.Node)
	case *ast.BinaryNode:
		if headersOf(n.Right) != "" || isAnomalies(n.Right) {
			return l.partCost(n.Left)
		}
		return l.partCosts(readyPart, n.Left, n.Right)
	case *ast.IdentifierNode, *ast.MemberNode:
		return fieldCost(listName(n))
	case *ast.BuiltinNode:
		switch {
		case len(n.Arguments) != 1:
		case isAnomalies(n.Arguments[0]):
			return readyPart
		case n.Name == "len" || n.Name == "lower" || n.Name == "float" || n.Name == "int":
			return l.partCosts(foundPart, n.Arguments...)
		}
	case *ast.CallNode:
		switch name := calleeName(n); name {
		case "req.header", "resp.header", "req.has_header", "resp.has_header", "known_bot", "tool_agent", "scanner_agent", "note.field":
			return l.partCosts(readyPart, n.Arguments...)
		case "one_in":
			return l.partCosts(readyPart, n.Arguments...)
		case "spec_status", "spec_operation":
			return madePart
		case "reads", "contains_any", "cidr", "weak_secret", "signature_misfit":
			return l.partCosts(foundPart, n.Arguments...)
		}
	}
	return noPart
}

// partCosts is the most that one of them costs, at least so much.
func (l *language) partCosts(least partCost, list ...ast.Node) partCost {
	for _, n := range list {
		c := l.partCost(n)
		if c == noPart {
			return noPart
		}
		least = max(least, c)
	}
	return least
}

func isAnomalies(n ast.Node) bool {
	return slices.Contains([]string{"call.anomalies", "anomalies"}, listName(n))
}

// fieldCost is what asking for a field costs, noPart for one that is long, or made
// at length.
func fieldCost(name string) partCost {
	switch name {
	case "req.password_place":
		return madePart
	case "req.seen", "resp.seen", "req.complete", "resp.complete", "call.failed", "call.incomplete", "call.ttfb_us", "call.duration_us", "req.duration_us", "resp.duration_us",
		"req.content_type", "resp.content_type", "client.ip", "server.ip", "client.port", "server.port", "req.version", "client.bot", "client.agent_family", "client.country", "client.asn",
		"note.kind", "note.name", "req.http_version", "resp.http_version", "call.alt":
		return readyPart
	}
	if prefilter.Text(name) != nil || prefilter.Number(name) != nil {
		return readyPart
	}
	return noPart
}
