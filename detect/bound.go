package detect

import (
	"sort"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// bound is `aggregate op want`.
type bound struct {
	aggregate int
	op        string
	want      float64
}

// boundsOf collects the comparisons with literals.
func (p *plan) boundsOf(n ast.Node) (list []bound) {
	var walk func(ast.Node)
	walk = func(n ast.Node) {
		b, ok := n.(*ast.BinaryNode)
		if !ok {
			for _, ch := range children(n) {
				walk(ch)
			}
			return
		}
		if bd, ok := boundOf(b); ok {
			list = append(list, bd)
			return
		}
		walk(b.Left)
		walk(b.Right)
	}
	walk(n)
	sort.SliceStable(list, func(i, j int) bool { return list[i].aggregate < list[j].aggregate })
	return list
}

func boundOf(b *ast.BinaryNode) (bound, bool) {
	mirror := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
	op, ok := mirror[b.Operator]
	if !ok {
		return bound{}, false
	}
	if i, ok := aggregateIndex(b.Left); ok {
		if w, ok := numberLiteral(b.Right); ok {
			return bound{i, b.Operator, w}, true
		}
	}
	if i, ok := aggregateIndex(b.Right); ok {
		if w, ok := numberLiteral(b.Left); ok {
			return bound{i, op, w}, true
		}
	}
	return bound{}, false
}

func aggregateIndex(n ast.Node) (int, bool) {
	id, ok := n.(*ast.IdentifierNode)
	if !ok || !strings.HasPrefix(id.Value, aggregatePrefix) {
		return 0, false
	}
	i, err := strconv.Atoi(id.Value[len(aggregatePrefix):])
	return i, err == nil
}

func numberLiteral(n ast.Node) (float64, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return float64(n.Value), true
	case *ast.FloatNode:
		return n.Value, true
	}
	return 0, false
}

// holds reports whether got op want.
func (b bound) holds(got float64) bool {
	switch b.op {
	case ">":
		return got > b.want
	case ">=":
		return got >= b.want
	case "<":
		return got < b.want
	case "<=":
		return got <= b.want
	case "==":
		return got == b.want
	}
	return got != b.want
}

// literalOf is where the number of a comparison stands in its expression.
func literalOf(tree ast.Node, want bound) (at int, ok bool) {
	v := &literalFinder{want: want}
	ast.Walk(&tree, v)
	return v.at, v.ok
}

type literalFinder struct {
	want bound
	at   int
	ok   bool
}

// Visit is called for each node after its children.
func (v *literalFinder) Visit(node *ast.Node) {
	b, isBinary := (*node).(*ast.BinaryNode)
	if !isBinary || v.ok {
		return
	}
	if got, ok := boundOf(b); !ok || got != v.want {
		return
	}
	n := b.Right
	if _, ok := numberLiteral(n); !ok {
		n = b.Left
	}
	v.at, v.ok = n.Location().From, true
}
