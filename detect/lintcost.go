package detect

import (
	"github.com/expr-lang/expr/ast"
)

// maxStaticCost is what a condition may cost on an ordinary call before lint
// calls it slow: bytes of text that are compared once. The measured weights:
// Go's regular expressions look at 50 MB in a second where a search for words
// looks at 1,200, so a byte of theirs counts for 20; lowering copies. A regular
// expression over one body, 40 KiB, is still let pass, over two is not.
const maxStaticCost = 64 << 10

// What an ordinary call holds, in bytes.
const (
	usualBody    = 2048
	usualText    = 60
	usualLeaves  = 12
	usualHeaders = 10
)

// costOf is what evaluating an expression costs on an ordinary call. What
// stands behind a cheap comparison that few calls pass counts for a fifth.
func costOf(n ast.Node) int {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return binaryCost(n)
	case *ast.UnaryNode:
		return costOf(n.Node)
	case *ast.ConditionalNode:
		return costOf(n.Cond) + max(costOf(n.Exp1), costOf(n.Exp2))
	case *ast.VariableDeclaratorNode:
		return costOf(n.Value) + costOf(n.Expr)
	case *ast.MemberNode:
		return textSize(n) / 8
	case *ast.BuiltinNode:
		if len(n.Arguments) == 2 {
			if p, ok := n.Arguments[1].(*ast.PredicateNode); ok {
				return elementsOf(n.Arguments[0]) * (8 + costOf(p.Node))
			}
		}
		return argumentsCost(n.Arguments, 2)
	case *ast.CallNode:
		return callCost(n)
	}
	return 1
}

func binaryCost(n *ast.BinaryNode) int {
	switch op := logical(n.Operator); {
	case op == "&&":
		left, right := costOf(n.Left), costOf(n.Right)
		if left < 1024 {
			return left + right/5
		}
		return left + right
	case op == "||":
		return costOf(n.Left) + costOf(n.Right)
	}
	weight := 1
	if n.Operator == "matches" {
		weight = 20
	}
	return costOf(n.Left) + costOf(n.Right) + weight*textSize(n.Left)
}

// callCost is that of a function: a matcher reads a text a few times over, and
// each reading of a leaf.
func callCost(n *ast.CallNode) int {
	weight := 5
	switch calleeName(n) {
	case "reads":
		weight = 20
	case "contains_any", "cidr", "in_list", "wildcard":
		weight = 2
	}
	return argumentsCost(n.Arguments, weight)
}

func argumentsCost(list []ast.Node, weight int) (cost int) {
	for _, a := range list {
		switch a.(type) {
		case *ast.StringNode, *ast.ArrayNode, *ast.IntegerNode:
			continue
		}
		cost += costOf(a) + weight*textSize(a)
	}
	return cost
}

// textSize is how much text an expression gives to who looks at it.
func textSize(n ast.Node) int {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if n.Value == "resp" {
			return usualBody
		}
		if n.Value == "leaves" {
			return usualLeaves * usualText
		}
	case *ast.MemberNode:
		switch dotted(n) {
		case "req.body", "resp.body":
			return usualBody
		case "req.leaves":
			return usualLeaves * usualText
		}
		return usualText
	case *ast.BuiltinNode:
		if len(n.Arguments) > 0 {
			return textSize(n.Arguments[0])
		}
	case *ast.BinaryNode:
		return textSize(n.Left) + textSize(n.Right)
	case *ast.CallNode, *ast.PointerNode:
		return usualText
	}
	return 0
}

// elementsOf is how many elements a list of an ordinary call has.
func elementsOf(n ast.Node) int {
	switch listName(n) {
	case "req.headers", "resp.headers":
		return usualHeaders
	case "jwts":
		return 1
	}
	return usualLeaves
}
