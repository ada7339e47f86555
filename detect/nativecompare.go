package detect

import (
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/window"
)

// compareAny compares two of a kind.
func compareAny(op string, a, b native) native {
	switch {
	case a.text != nil && b.text != nil:
		return compareText(op, a.text, b.text)
	case a.whole != nil && b.whole != nil:
		return compare(op, a.whole, b.whole)
	case a.number() != nil && b.number() != nil:
		return compare(op, a.number(), b.number())
	case a.truth != nil && b.truth != nil:
		return compareTruth(op, a.truth, b.truth)
	}
	return native{}
}

// reaches puts a look at the number of calls before the question whether so
// many of them, or of their different values, reach a literal: what only few
// windows come to need is then kept for few.
func (t *translator) reaches(n *ast.BinaryNode, asked native) native {
	id, named := n.Left.(*ast.IdentifierNode)
	least, isWhole := n.Right.(*ast.IntegerNode)
	if t.plan == nil || !named || !isWhole || asked.truth == nil {
		return asked
	}
	i, err := strconv.Atoi(strings.TrimPrefix(id.Value, aggregatePrefix))
	if err != nil || i >= len(t.plan.measures) || t.plan.measures[i].Op != window.Distinct && t.plan.measures[i].Op != window.CountIf {
		return asked
	}
	f, calls := asked.truth, least.Value
	return native{truth: func(ev *eval) bool { return !ev.frame.window.Fewer(calls) && f(ev) }}
}

// compare compares numbers; NaN behaves as everywhere in Go.
func compare[T int | float64](op string, x, y func(*eval) T) native {
	switch op {
	case "==":
		return native{truth: func(ev *eval) bool { return x(ev) == y(ev) }}
	case "!=":
		return native{truth: func(ev *eval) bool { return x(ev) != y(ev) }}
	case "<":
		return native{truth: func(ev *eval) bool { return x(ev) < y(ev) }}
	case "<=":
		return native{truth: func(ev *eval) bool { return x(ev) <= y(ev) }}
	case ">":
		return native{truth: func(ev *eval) bool { return x(ev) > y(ev) }}
	case ">=":
		return native{truth: func(ev *eval) bool { return x(ev) >= y(ev) }}
	}
	return native{}
}

func compareText(op string, x, y func(*eval) string) native {
	switch op {
	case "==":
		return native{truth: func(ev *eval) bool { return x(ev) == y(ev) }}
	case "!=":
		return native{truth: func(ev *eval) bool { return x(ev) != y(ev) }}
	case "contains":
		return native{truth: func(ev *eval) bool { return strings.Contains(x(ev), y(ev)) }}
	case "startsWith":
		return native{truth: func(ev *eval) bool { return strings.HasPrefix(x(ev), y(ev)) }}
	case "endsWith":
		return native{truth: func(ev *eval) bool { return strings.HasSuffix(x(ev), y(ev)) }}
	}
	return native{}
}

func compareTruth(op string, x, y func(*eval) bool) native {
	switch op {
	case "==":
		return native{truth: func(ev *eval) bool { return x(ev) == y(ev) }}
	case "!=":
		return native{truth: func(ev *eval) bool { return x(ev) != y(ev) }}
	}
	return native{}
}
