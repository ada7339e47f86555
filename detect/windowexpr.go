package detect

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"

	"spaniel/detect/learned"
	"spaniel/detect/window"
)

// windowProgram is a compiled window expression.
type windowProgram struct {
	*program
	// bounds are the comparisons of an aggregate with a literal: what goes
	// into the evidence when the window fires.
	bounds []bound
}

// compileWindow compiles an expression over the aggregates of a window.
func (l *language) compileWindow(p *plan, src string, w want) (*windowProgram, []fault) {
	if at, msg := scanSource(src); msg != "" {
		return nil, []fault{{from: at, width: 1, message: msg}}
	}
	lifted, faults := p.lift(l, src)
	if len(faults) > 0 {
		return nil, faults
	}
	cfg, extra := p.config(l)
	prog, faults := compileWith(lifted, w, &checker{lang: l, extra: extra, plan: p, lets: map[string]int{}}, cfg)
	if len(faults) > 0 {
		return nil, faults
	}
	prog.source = src
	return &windowProgram{program: prog, bounds: p.boundsOf(prog.tree)}, nil
}

// config is that of expressions in which the plan's aggregates are lifted, and the
// names of these.
func (p *plan) config(l *language) (*conf.Config, map[string]bool) {
	cfg, names := *l.windowConfig, map[string]bool{}
	cfg.Functions = maps.Clone(cfg.Functions)
	cfg.Visitors = append(slices.Clip(cfg.Visitors), windowPatcher{names})
	for i, a := range p.aggregates {
		name := aggregatePrefix + strconv.Itoa(i)
		names[name] = true
		expr.Function(name, aggregateCall(i), aggregateType(a))(&cfg)
	}
	return &cfg, names
}

// windowPatcher turns the names of aggregates into calls.
type windowPatcher struct {
	names map[string]bool
}

// Visit is called for each node after its children.
func (w windowPatcher) Visit(node *ast.Node) {
	if id, ok := (*node).(*ast.IdentifierNode); ok && w.names[id.Value] {
		(&patcher{}).replace(node, id.Value)
	}
}

// frame is what a window expression sees.
type frame struct {
	window *window.Window[firing]
	plan   *plan
	memo   []any
	own    eval
	// What was learned of the endpoint of the call under judgement.
	facts    *learned.Facts
	lesson   *learned.Lesson
	endpoint *learned.Endpoint
}

func newFrame(p *plan) *frame {
	f := &frame{plan: p, memo: make([]any, len(p.aggregates))}
	f.own.frame = f
	return f
}

// turn shows the frame another window.
func (f *frame) turn(w *window.Window[firing]) {
	f.window = w
	clear(f.memo)
}

func (f *frame) eval(i int) window.Value {
	if a := f.plan.aggregates[i].fact; a != noFact {
		return f.fact(a)
	}
	return f.window.Eval(i)
}

func (f *frame) value(i int) any {
	if f.memo[i] == nil {
		f.memo[i] = f.plan.box(i, f.eval(i))
	}
	return f.memo[i]
}

// box gives an aggregate's value the Go type its expressions were compiled for.
func (p *plan) box(i int, v window.Value) any {
	switch a := p.aggregates[i]; {
	case a.kind == window.Text:
		return v.Str
	case a.kind == window.Bool:
		return v.Num != 0
	case a.whole:
		return int(v.Num)
	}
	return v.Num
}

func aggregateCall(i int) func(...any) (any, error) {
	return func(a ...any) (any, error) {
		f, ok := a[0].(*frame)
		if !ok {
			return nil, fmt.Errorf("no window to look at")
		}
		return f.value(i), nil
	}
}

func aggregateType(a aggregate) any {
	switch {
	case a.kind == window.Text:
		return new(func(*frame) string)
	case a.kind == window.Bool:
		return new(func(*frame) bool)
	case a.whole:
		return new(func(*frame) int)
	}
	return new(func(*frame) float64)
}

// toValue makes what an argument's program gave into a window's value.
// Numbers that are not finite become 0: they would poison every sum.
func toValue(v any) (window.Value, error) {
	switch v := v.(type) {
	case string:
		return window.TextOf(v), nil
	case bool:
		return window.BoolOf(v), nil
	case int:
		return window.NumberOf(float64(v)), nil
	case float64:
		return window.NumberOf(finite(v)), nil
	}
	if rv := reflect.ValueOf(v); rv.CanInt() {
		return window.NumberOf(float64(rv.Int())), nil
	} else if rv.CanUint() {
		return window.NumberOf(float64(rv.Uint())), nil
	}
	return window.Value{}, fmt.Errorf("a value of type %T cannot go into a window", v)
}
