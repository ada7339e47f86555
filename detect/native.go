package detect

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/window"
	"spaniel/event"
)

// native is an expression as plain Go functions; exactly one is set, or none
// when a part of the expression is not understood: then only the virtual
// machine can run it. What a native expression gives, and the evidence it
// notes on the way, is what the machine would have given.
//
// Most of what rules ask is a field compared with a literal, or a matcher over
// the leaves. For those a machine that boxes every value costs more than the
// question does.
type native struct {
	truth func(*eval) bool
	whole func(*eval) int
	real  func(*eval) float64
	text  func(*eval) string
}

// eval is what native expressions run on: the call or the window, and the
// element a predicate is about.
type eval struct {
	scope  *scope
	frame  *frame
	leaf   *event.Leaf
	token  *Token
	header *HeaderField
}

// evalOf returns what native expressions run on for the machine's environment.
func evalOf(env any) *eval {
	switch env := env.(type) {
	case *scope:
		return &env.own
	case *frame:
		return &env.own
	}
	return &eval{}
}

// element says what # is where an expression stands.
type element uint8

const (
	noElement element = iota
	leafElement
	tokenElement
	headerElement
)

// translator turns trees, as parsed, into native expressions.
type translator struct {
	lang *language
	// plan is that of a window expression, nil for one about a call.
	plan *plan
	elem element
}

func (t *translator) expr(n ast.Node) native {
	switch n := n.(type) {
	case *ast.BoolNode:
		v := n.Value
		return native{truth: func(*eval) bool { return v }}
	case *ast.IntegerNode:
		v := n.Value
		return native{whole: func(*eval) int { return v }}
	case *ast.FloatNode:
		v := n.Value
		return native{real: func(*eval) float64 { return v }}
	case *ast.StringNode:
		v := n.Value
		return native{text: func(*eval) string { return v }}
	case *ast.IdentifierNode:
		return t.name(n.Value)
	case *ast.MemberNode:
		return t.member(n)
	case *ast.UnaryNode:
		return t.unary(n)
	case *ast.BinaryNode:
		return t.binary(n)
	case *ast.ConditionalNode:
		return choice(t.expr(n.Cond).truth, t.expr(n.Exp1), t.expr(n.Exp2))
	case *ast.BuiltinNode:
		return t.builtin(n)
	case *ast.CallNode:
		return t.call(n)
	}
	return native{}
}

// choice is one of two of a kind, as a condition says.
func choice(first func(*eval) bool, a, b native) native {
	switch {
	case first == nil:
	case a.text != nil && b.text != nil:
		return native{text: func(ev *eval) string { return either(first(ev), a.text, b.text)(ev) }}
	case a.whole != nil && b.whole != nil:
		return native{whole: func(ev *eval) int { return either(first(ev), a.whole, b.whole)(ev) }}
	case a.truth != nil && b.truth != nil:
		return native{truth: func(ev *eval) bool { return either(first(ev), a.truth, b.truth)(ev) }}
	}
	return native{}
}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

func (t *translator) unary(n *ast.UnaryNode) native {
	x := t.expr(n.Node)
	switch {
	case (n.Operator == "!" || n.Operator == "not") && x.truth != nil:
		f := x.truth
		return native{truth: func(ev *eval) bool { return !f(ev) }}
	case n.Operator == "-" && x.whole != nil:
		f := x.whole
		return native{whole: func(ev *eval) int { return -f(ev) }}
	case n.Operator == "-" && x.real != nil:
		f := x.real
		return native{real: func(ev *eval) float64 { return -f(ev) }}
	}
	return native{}
}

func (t *translator) binary(n *ast.BinaryNode) native {
	if n.Operator == "in" {
		return t.in(n)
	}
	a, b := t.expr(n.Left), t.expr(n.Right)
	switch n.Operator {
	case "contains":
		if half, word := t.lang.bodyHolds(n); word != "" && t.plan == nil {
			return t.behindSieve(half, t.lang.bodyFinder(containsKey+word, []string{word}), compareAny(n.Operator, a, b))
		}
	case ">=", ">":
		return t.reaches(n, compareAny(n.Operator, a, b))
	case "&&", "and":
		if x, y := a.truth, b.truth; x != nil && y != nil {
			if t.plan != nil && t.dear(n.Left) && !t.dear(n.Right) {
				x, y = y, x
			}
			return native{truth: func(ev *eval) bool { return x(ev) && y(ev) }}
		}
	case "||", "or":
		if x, y := a.truth, b.truth; x != nil && y != nil {
			return native{truth: func(ev *eval) bool { return x(ev) || y(ev) }}
		}
	case "+", "-", "*":
		return arithmetic(n.Operator, a, b)
	}
	return compareAny(n.Operator, a, b)
}

// dear reports a window expression that walks the whole window. Aggregates
// have no effects, so that what is kept up to date may be asked before them.
func (t *translator) dear(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		i, err := strconv.Atoi(strings.TrimPrefix(n.Value, aggregatePrefix))
		if err != nil || i >= len(t.plan.measures) {
			return false
		}
		switch t.plan.measures[i].Op {
		case window.GapCV, window.Quantile, window.Stddev, window.Min, window.Max:
			return true
		}
	case *ast.BinaryNode:
		return t.dear(n.Left) || t.dear(n.Right)
	case *ast.UnaryNode:
		return t.dear(n.Node)
	case *ast.BuiltinNode:
		return len(n.Arguments) == 1 && t.dear(n.Arguments[0])
	}
	return false
}

// number is the expression as a fraction, nil if it is no number.
func (x native) number() func(*eval) float64 {
	if f := x.whole; f != nil {
		return func(ev *eval) float64 { return float64(f(ev)) }
	}
	return x.real
}

func arithmetic(op string, a, b native) native {
	if x, y := a.text, b.text; x != nil && y != nil && op == "+" {
		return native{text: func(ev *eval) string { return x(ev) + y(ev) }}
	}
	if x, y := a.whole, b.whole; x != nil && y != nil {
		switch op {
		case "+":
			return native{whole: func(ev *eval) int { return x(ev) + y(ev) }}
		case "-":
			return native{whole: func(ev *eval) int { return x(ev) - y(ev) }}
		}
		return native{whole: func(ev *eval) int { return x(ev) * y(ev) }}
	}
	x, y := a.number(), b.number()
	if x == nil || y == nil {
		return native{}
	}
	switch op {
	case "+":
		return native{real: func(ev *eval) float64 { return x(ev) + y(ev) }}
	case "-":
		return native{real: func(ev *eval) float64 { return x(ev) - y(ev) }}
	}
	return native{real: func(ev *eval) float64 { return x(ev) * y(ev) }}
}

// pieces are the texts that one of them is joined of, with +.
func (t *translator) pieces(n ast.Node) []func(*eval) string {
	if b, ok := n.(*ast.BinaryNode); ok && b.Operator == "+" {
		return append(t.pieces(b.Left), t.pieces(b.Right)...)
	}
	return []func(*eval) string{t.expr(n).text}
}

// in understands x in a literal list, and "name" in the headers of a message.
func (t *translator) in(n *ast.BinaryNode) native {
	if msg := headersOf(n.Right); msg != "" && t.plan == nil {
		return t.hasHeader(msg, t.expr(n.Left))
	}
	x := t.expr(n.Left)
	if name := listName(n.Right); t.plan == nil && x.text != nil && (name == "call.anomalies" || name == "anomalies") {
		f := x.text
		return native{truth: func(ev *eval) bool { return contains(ev.scope.call.Anomalies, f(ev)) }}
	}
	list, ok := n.Right.(*ast.ArrayNode)
	if !ok || len(list.Nodes) == 0 {
		return native{}
	}
	if texts, ok := stringList(list); ok && x.text != nil {
		f := x.text
		return native{truth: func(ev *eval) bool { return contains(texts, f(ev)) }}
	}
	var numbers []int
	for _, e := range list.Nodes {
		i, ok := e.(*ast.IntegerNode)
		if !ok {
			return native{}
		}
		numbers = append(numbers, i.Value)
	}
	if f := x.whole; f != nil {
		return native{truth: func(ev *eval) bool {
			v := f(ev)
			for _, n := range numbers {
				if n == v {
					return true
				}
			}
			return false
		}}
	}
	return native{}
}

// builtin understands quantifiers over the lists of a call, len of a text, and
// float and int of a number.
func (t *translator) builtin(n *ast.BuiltinNode) native {
	if len(n.Arguments) == 2 {
		if p, ok := n.Arguments[1].(*ast.PredicateNode); ok {
			return t.quantifier(n.Name, n.Arguments[0], p.Node)
		}
	}
	if len(n.Arguments) != 1 {
		return native{}
	}
	if n.Name == "len" && t.plan == nil && isAnomalies(n.Arguments[0]) {
		return native{whole: func(ev *eval) int { return len(ev.scope.call.Anomalies) }}
	}
	x := t.expr(n.Arguments[0])
	switch {
	case n.Name == "len" && x.text != nil:
		f := x.text
		return native{whole: func(ev *eval) int { return utf8.RuneCountInString(f(ev)) }}
	case n.Name == "lower" && x.text != nil:
		f := x.text
		return native{text: func(ev *eval) string { return strings.ToLower(f(ev)) }}
	case n.Name == "float" && x.number() != nil:
		return native{real: x.number()}
	case n.Name == "int" && x.whole != nil:
		return x
	}
	return native{}
}

// quantifier understands any, all and none.
func (t *translator) quantifier(name string, list, predicate ast.Node) native {
	if t.plan != nil || t.elem != noElement || name != "any" && name != "all" && name != "none" {
		return native{}
	}
	walk, elem := t.list(list)
	if walk == nil {
		return native{}
	}
	inner := translator{lang: t.lang, elem: elem}
	p := inner.expr(predicate).truth
	if p == nil {
		return native{}
	}
	// The walk ends at the first element for which the predicate is stop.
	stop := name != "all"
	ends := name == "any"
	if elem == leafElement && stop {
		set, _ := inner.screen(predicate)
		keys := inner.keyScreen(predicate)
		walk = func(ev *eval, p func(*eval) bool, _ bool) bool {
			if v := ev.scope.view; keys != 0 && v != nil && !v.MayName(keys) {
				return false
			}
			return walkHot(ev, set, p)
		}
	}
	return native{truth: func(ev *eval) bool {
		if walk(ev, p, stop) {
			return ends
		}
		return !ends
	}}
}

// list understands the lists of a call. The function it returns walks one
// until p is stop, and reports whether it was.
func (t *translator) list(n ast.Node) (walk func(ev *eval, p func(*eval) bool, stop bool) bool, elem element) {
	switch listName(n) {
	case "req.leaves", "leaves":
		return walkLeaves, leafElement
	case "jwts":
		return walkTokens, tokenElement
	case "req.headers", "resp.headers":
		i := t.lang.index[listName(n)]
		return func(ev *eval, p func(*eval) bool, stop bool) bool {
			list, _ := ev.scope.field(i).([]*HeaderField)
			for _, h := range list {
				if ev.header = h; p(ev) == stop {
					return true
				}
			}
			return false
		}, headerElement
	}
	return nil, noElement
}

func listName(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.MemberNode:
		return dotted(n)
	case *ast.CallNode:
		if len(n.Arguments) == 0 {
			return calleeName(n)
		}
	}
	return ""
}

func walkLeaves(ev *eval, p func(*eval) bool, stop bool) bool {
	leaves := ev.scope.call.Leaves()
	for i := range leaves {
		if ev.leaf = &leaves[i]; p(ev) == stop {
			return true
		}
	}
	return false
}

func walkTokens(ev *eval, p func(*eval) bool, stop bool) bool {
	for _, tk := range ev.scope.tokens() {
		if ev.token = tk; p(ev) == stop {
			return true
		}
	}
	return false
}
