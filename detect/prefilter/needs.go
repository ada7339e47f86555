package prefilter

import (
	"github.com/expr-lang/expr/ast"

	"spaniel/event"
)

// Needs is all that is derived of one rule's condition; read-only and shared.
type Needs struct {
	Filter *Filter
	// legs are the alternatives that the condition consists of: it holds where one
	// does. Each is looked for as if it were a rule.
	legs []*leg
}

// A leg is what one alternative needs.
type leg struct {
	filter *Filter
	head   signal
	// leaves are the matchers of which one must find something in a leaf; 0 if
	// that cannot be said.
	leaves uint64
	// bodies are what must be found in a body, one of them; none if that cannot
	// be said.
	bodies []BodyNeed
	// parts are what must hold, each.
	parts []Part
}

// A BodyNeed is a finder, by its number, and the half in whose body it is to
// find something. Slow ones are not among those that one look tells of.
type BodyNeed struct {
	Half   event.Direction
	Finder int
	Slow   bool
}

// oneHalf returns the half of all that is looked for, if it is one and none of
// that is slow.
func (n *leg) oneHalf() (half event.Direction, ok bool) {
	for _, b := range n.bodies {
		if b.Slow || b.Half != n.bodies[0].Half {
			return 0, false
		}
	}
	return n.bodies[0].Half, true
}

// Never are the needs of a rule that concerns no call.
func Never() *Needs { return &Needs{} }

// Read derives what a condition needs. parts says which parts of a conjunction,
// given by its operands, must hold.
func (r *Reader) Read(n ast.Node, parts func(operands []ast.Node) []Part) *Needs {
	need := &Needs{Filter: Derive(n, r.Matchers)}
	for _, operands := range r.alternatives(n) {
		l := &leg{parts: parts(operands)}
		var all test
		for i, o := range operands {
			if t := derive(o, r.Matchers); i == 0 {
				all = t
			} else {
				all = and(all, t)
			}
			if s := r.signal(o); s.worth > l.head.worth {
				l.head = s
			}
			if l.leaves == 0 {
				l.leaves = r.leaves(o)
			}
			if len(l.bodies) == 0 {
				l.bodies = r.bodies(o)
			}
		}
		if l.filter = (&Filter{test: all}); l.head.kind != never {
			need.legs = append(need.legs, l)
		}
	}
	return need
}

// leaves derives the set of matchers.
func (r *Reader) leaves(n ast.Node) uint64 {
	switch n := n.(type) {
	case *ast.BinaryNode:
		a, b := r.leaves(n.Left), r.leaves(n.Right)
		switch n.Operator {
		case "&&", "and":
			if a == 0 {
				return b
			}
			return a
		case "||", "or":
			if a != 0 && b != 0 {
				return a | b
			}
		}
	case *ast.BuiltinNode:
		if p := anyLeaf(n); p != nil {
			return r.leaves(p)
		}
	case *ast.CallNode:
		if m := r.Matchers[Key(n)]; m != nil && m.Index < maxTests && asksLeaves(n) {
			return 1 << m.Index
		}
	}
	return 0
}

// bodies derives what must be found in a body.
func (r *Reader) bodies(n ast.Node) []BodyNeed {
	switch n := n.(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			if a := r.bodies(n.Left); len(a) > 0 {
				return a
			}
			return r.bodies(n.Right)
		case "||", "or":
			a, b := r.bodies(n.Left), r.bodies(n.Right)
			if len(a) > 0 && len(b) > 0 {
				return append(append([]BodyNeed(nil), a...), b...)
			}
		}
	}
	if r.Body != nil {
		if need, ok := r.Body(n); ok {
			return []BodyNeed{need}
		}
	}
	return nil
}
