package detect

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// wantAny asks for a value of any type.
const wantAny want = 0xff

// maxShown bounds the steps of one condition and the bytes of a value in one.
const (
	maxStepCount = 400
	maxStepText  = 200
)

// What a step's State may be.
const (
	StepTrue      = "true"
	StepFalse     = "false"
	StepValue     = "value"      // no condition, but a part of one
	StepNotNeeded = "not needed" // what stands before it has decided
	StepFailed    = "failed"     // it cannot be evaluated, Note says why
)

// A Step is one sub-expression of a condition with its value, in the order of
// evaluation. Depth is how far inside it stands, 0 for the whole. Value is
// empty where it was not needed. Note tells more: what was found, and where.
type Step struct {
	Depth int    `json:"depth"`
	Text  string `json:"text"`
	State string `json:"state"`
	Value string `json:"value,omitempty"`
	Note  string `json:"note,omitempty"`
}

// stepper walks an expression and evaluates each of its parts by itself, on a
// call (scope) or on a window (frame).
type stepper struct {
	*language
	scope *scope
	frame *frame
	// config is that of window expressions, with the names lifted into them, once made.
	config *conf.Config
	lifted map[string]bool
	lets   string // the variables around what is walked
	steps  []Step
}

// explain evaluates a condition and its parts. It says whether the condition
// holds, and if not, which part it fails by.
func (st *stepper) explain(p *program) (holds bool, why string) {
	v, why := st.walk(p.tree, 0)
	return v == true, why
}

// walk adds the step of n and of its parts. why is the part that makes n false.
func (st *stepper) walk(n ast.Node, depth int) (v any, why string) {
	if len(st.steps) >= maxStepCount {
		return nil, ""
	}
	at := len(st.steps)
	st.steps = append(st.steps, Step{Depth: depth, Text: st.text(n)})
	v, err := st.value(n)
	step := &st.steps[at]
	switch b, isBool := v.(bool); {
	case err != nil:
		step.State, step.Note = StepFailed, firstLine(err.Error())
		why = step.Text + " failed: " + step.Note
	case isBool:
		step.State, step.Value = strconv.FormatBool(b), strconv.FormatBool(b)
		step.Note = st.found(n)
		why = step.Text + " is false"
	default:
		step.State, step.Value = StepValue, cut(st.show(n, v), maxStepText)
	}
	if inner := st.parts(n, depth+1); inner != "" {
		why = inner
	}
	return v, why
}

// parts walks what n is made of, and says which of them makes n false where
// that says more than n itself.
func (st *stepper) parts(n ast.Node, depth int) (why string) {
	switch n := n.(type) {
	case *ast.BinaryNode:
		if op := logical(n.Operator); op != "" {
			return st.logical(flatten(n, op, nil), op, depth)
		}
		st.operands(depth, n.Left, n.Right)
	case *ast.UnaryNode:
		st.operands(depth, n.Node)
	case *ast.ConditionalNode:
		v, _ := st.walk(n.Cond, depth)
		first, second := n.Exp1, n.Exp2
		if v != true {
			first, second = second, first
		}
		_, why = st.walk(first, depth)
		st.skip(second, depth)
		return why
	case *ast.VariableDeclaratorNode:
		st.walk(n.Value, depth)
		before := st.lets
		st.lets += "let " + n.Name + " = " + n.Value.String() + "; "
		_, why = st.walk(n.Expr, depth)
		st.lets = before
		return why
	case *ast.BuiltinNode:
		if len(n.Arguments) == 2 {
			if p, ok := n.Arguments[1].(*ast.PredicateNode); ok {
				st.elements(n.Arguments[0], p.Node, depth)
				return ""
			}
		}
		st.operands(depth, n.Arguments...)
	case *ast.CallNode:
		st.operands(depth, n.Arguments...)
	}
	return ""
}

// logical walks the operands of && or || until one has decided.
func (st *stepper) logical(list []ast.Node, op string, depth int) (why string) {
	var all []string
	decided := false
	for _, n := range list {
		if decided {
			st.skip(n, depth)
			continue
		}
		v, part := st.walk(n, depth)
		if v == (op == "||") {
			decided = true
		}
		if v != true {
			all = append(all, part)
		}
	}
	switch {
	case op == "&&" && len(all) > 0:
		return all[0]
	case op == "||" && !decided && len(all) > 1 && len(all) <= 3:
		return strings.Join(all, ", and ")
	}
	return ""
}

// skip notes a part that was not needed.
func (st *stepper) skip(n ast.Node, depth int) {
	if len(st.steps) < maxStepCount {
		st.steps = append(st.steps, Step{Depth: depth, Text: st.text(n), State: StepNotNeeded})
	}
}

// operands walks what is no literal, and no group of fields.
func (st *stepper) operands(depth int, list ...ast.Node) {
	for _, n := range list {
		switch n := n.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BoolNode, *ast.NilNode, *ast.ArrayNode, *ast.PredicateNode:
			continue
		case *ast.IdentifierNode:
			if st.groups[n.Value] {
				continue
			}
		case *ast.UnaryNode:
			if _, number := n.Node.(*ast.IntegerNode); number {
				continue
			}
		}
		st.walk(n, depth)
	}
}

// elements says of how many elements of a list each part of a predicate is
// true.
func (st *stepper) elements(list, predicate ast.Node, depth int) {
	v, _ := st.walk(list, depth)
	n := reflect.ValueOf(v)
	if n.Kind() != reflect.Slice {
		return
	}
	for _, part := range flatten(predicate, "&&", nil) {
		if len(st.steps) >= maxStepCount {
			return
		}
		step := Step{Depth: depth, Text: st.text(part), State: StepValue}
		switch count, err := st.source("count(" + list.String() + ", " + part.String() + ")"); {
		case err != nil:
			step.State, step.Note = StepFailed, firstLine(err.Error())
		default:
			step.Value = fmt.Sprintf("true for %v of %d", count, n.Len())
		}
		st.steps = append(st.steps, step)
	}
}

// logical is && or || for an operator that is one, however it is written.
func logical(op string) string {
	switch op {
	case "&&", "and":
		return "&&"
	case "||", "or":
		return "||"
	}
	return ""
}

// flatten lists the operands of a chain of the same operator.
func flatten(n ast.Node, op string, to []ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && logical(b.Operator) == op {
		return flatten(b.Right, op, flatten(b.Left, op, to))
	}
	return append(to, n)
}

// value evaluates one part.
func (st *stepper) value(n ast.Node) (any, error) { return st.source(n.String()) }

// source compiles and runs an expression beside the variables around it.
func (st *stepper) source(src string) (any, error) {
	c := &checker{lang: st.language, fields: true, lets: map[string]int{}}
	cfg := st.language.config
	if st.frame != nil {
		if st.config == nil {
			st.config, st.lifted = st.frame.plan.config(st.language)
		}
		c.fields, c.plan, c.extra = false, st.frame.plan, st.lifted
		cfg = st.config
	}
	p, faults := compileWith(st.lets+src, wantAny, c, cfg)
	if len(faults) > 0 {
		return nil, fmt.Errorf("this part cannot stand alone: %s", faults[0].message)
	}
	return st.run(p)
}

// text is the source of a part, with aggregates as their author wrote them.
func (st *stepper) text(n ast.Node) string {
	src := n.String()
	if st.frame == nil {
		return src
	}
	return regexp.MustCompile(aggregatePrefix+`\d+`).ReplaceAllStringFunc(src, func(name string) string {
		if i, err := strconv.Atoi(name[len(aggregatePrefix):]); err == nil && i < len(st.frame.plan.aggregates) {
			return st.frame.plan.aggregates[i].text
		}
		return name
	})
}

// found says what the matchers of a part found, as evidence would show it.
func (st *stepper) found(n ast.Node) string {
	switch n.(type) {
	case *ast.BuiltinNode, *ast.CallNode:
	default:
		return ""
	}
	if st.scope == nil || len(st.scope.finds) == 0 {
		return ""
	}
	f := &st.scope.finds[0]
	note := fmt.Sprintf("found in %s: %s", f.place, cut(st.scope.shown(f), maxStepText))
	if f.chain != "" {
		note += " (after " + f.chain + ")"
	}
	return note
}

// show is a value as it may be printed.
func (st *stepper) show(n ast.Node, v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		if st.scope != nil {
			v = st.safe(n, v)
		}
		return strconv.Quote(v)
	case int, float64:
		return display(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return v.String()
	case *Leaf:
		if v == nil {
			return "no leaf"
		}
		return "the leaf " + v.Place
	case *HeaderField:
		if v == nil {
			return "no header"
		}
		return "the header " + v.Name
	case *Token:
		if v == nil || !v.OK {
			return "no token"
		}
		return "a token"
	case []string:
		return strconv.Quote(strings.Join(v, ", "))
	case []*Leaf:
		return fmt.Sprintf("%d leaves", len(v))
	case []*HeaderField:
		return fmt.Sprintf("%d headers", len(v))
	case []*Token:
		return fmt.Sprintf("%d tokens", len(v))
	}
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Slice || rv.Kind() == reflect.Map {
		return fmt.Sprintf("%d elements", rv.Len())
	}
	return fmt.Sprintf("a value of type %T", v)
}
