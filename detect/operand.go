package detect

import "github.com/expr-lang/expr/ast"

func isAnd(n ast.Node) bool {
	b, ok := n.(*ast.BinaryNode)
	return ok && (b.Operator == "&&" || b.Operator == "and")
}

// operandsOf are the operands in their order.
func operandsOf(n ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && isAnd(n) {
		return append(operandsOf(b.Left), operandsOf(b.Right)...)
	}
	return []ast.Node{n}
}

// conjunction makes the condition of its operands: those that are understood, if
// not all are, guard what the machine runs.
func (p *program) conjunction(t *translator) {
	nodes := operandsOf(p.tree)
	for _, n := range nodes {
		if f := t.expr(n).truth; f != nil {
			p.guard = append(p.guard, f)
		}
	}
	if len(p.guard) == len(nodes) {
		p.native.truth, p.guard = all(p.guard), nil
	}
}

// all is whether all of them hold, asked in their order.
func all(list []func(*eval) bool) func(*eval) bool {
	return func(ev *eval) bool {
		for _, f := range list {
			if !f(ev) {
				return false
			}
		}
		return true
	}
}
