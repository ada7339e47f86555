package prefilter

import "github.com/expr-lang/expr/ast"

// maxLegs bounds the alternatives of a condition; what would be more stays an
// operand as it is.
const maxLegs = 8

// alternatives takes a condition apart into conjunctions of which one must hold,
// each given by its operands. An operand that is a choice is taken apart where as a
// whole it says nothing: (a || b) && c is a && c, or b && c.
func (r *Reader) alternatives(n ast.Node) (list [][]ast.Node) {
	if b, ok := n.(*ast.BinaryNode); ok && isOr(b) && r.splits(n) {
		list = append(r.alternatives(b.Left), r.alternatives(b.Right)...)
	} else if ok && isAnd(b) {
		left, right := r.alternatives(b.Left), r.alternatives(b.Right)
		for _, a := range left {
			for _, c := range right {
				list = append(list, append(a[:len(a):len(a)], c...))
			}
		}
	}
	if len(list) == 0 || len(list) > maxLegs {
		return [][]ast.Node{operands(n, nil)}
	}
	return list
}

// splits reports a choice that as a whole says nothing of a call.
func (r *Reader) splits(n ast.Node) bool {
	return (r.Whole == nil || !r.Whole(n)) && r.leaves(n) == 0 && len(r.bodies(n)) == 0
}

// operands adds the operands of a conjunction.
func operands(n ast.Node, list []ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && isAnd(b) {
		return operands(b.Right, operands(b.Left, list))
	}
	return append(list, n)
}

func isAnd(b *ast.BinaryNode) bool { return b.Operator == "&&" || b.Operator == "and" }

func isOr(b *ast.BinaryNode) bool { return b.Operator == "||" || b.Operator == "or" }
