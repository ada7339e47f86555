package detect

import (
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"

	"spaniel/detect/window"
)

// aggregatePrefix begins the names that stand for aggregates in the source
// that is compiled; rules cannot write such names.
const aggregatePrefix = "__"

// aggregateOp describes an aggregate of window expressions.
type aggregateOp struct {
	known bool
	op    window.Op
	args  int
	takes string // bool, number, value: what its first argument must be
	gives string // int, float, same (as its argument)
}

func aggregateOps() map[string]aggregateOp {
	return map[string]aggregateOp{
		"count":    {true, window.Count, 0, "", "int"},
		"rate":     {true, window.Rate, 0, "", "float"},
		"gap_cv":   {true, window.GapCV, 0, "", "float"},
		"count_if": {true, window.CountIf, 1, "bool", "int"},
		"ratio":    {true, window.Ratio, 1, "bool", "float"},
		"sum":      {true, window.Sum, 1, "number", "float"},
		"mean":     {true, window.Mean, 1, "number", "float"},
		"stddev":   {true, window.Stddev, 1, "number", "float"},
		"min":      {true, window.Min, 1, "number", "float"},
		"max":      {true, window.Max, 1, "number", "float"},
		"quantile": {true, window.Quantile, 2, "number", "float"},
		"distinct": {true, window.Distinct, 1, "value", "int"},
		"first":    {true, window.First, 1, "value", "same"},
		"last":     {true, window.Last, 1, "value", "same"},
	}
}

// aggregate is one aggregate of a rule; equal ones are shared.
type aggregate struct {
	text  string // as written: distinct(req.user)
	kind  window.Kind
	whole bool // the result is a whole number
}

// plan is all that a rule's window expressions measure: per call the args,
// per window the aggregates.
type plan struct {
	aggregates []aggregate
	measures   []window.Aggregate
	args       []*program
	argSafe    []bool // the value needs no redaction
	argField   []string
	byText     map[string]int
	argByText  map[string]int
}

func newPlan() *plan { return &plan{byText: map[string]int{}, argByText: map[string]int{}} }

// lift finds the aggregates of a window expression, adds them to the plan and
// returns the source with a name in the place of each, padded to the same
// length so that every offset stays what it was.
func (p *plan) lift(l *language, src string) (string, []fault) {
	runes := []rune(src)
	ops := aggregateOps()
	var faults []fault
	for i := 0; i < len(runes); {
		r := runes[i]
		if r == '"' || r == '\'' || r == '`' {
			i = skipQuote(runes, i)
			continue
		}
		if !isWord(r) || r >= '0' && r <= '9' {
			i++
			continue
		}
		end := i
		for end < len(runes) && isWord(runes[end]) {
			end++
		}
		name := string(runes[i:end])
		if strings.HasPrefix(name, aggregatePrefix) {
			faults = append(faults, fault{from: i, width: end - i, message: fmt.Sprintf("names may not begin with %s", aggregatePrefix)})
		}
		open := end
		for open < len(runes) && (runes[open] == ' ' || runes[open] == '\t' || runes[open] == '\n') {
			open++
		}
		op, ok := ops[name]
		if !ok || open == len(runes) || runes[open] != '(' || i > 0 && runes[i-1] == '.' {
			i = end
			continue
		}
		args, closing := splitArgs(runes, open)
		if closing < 0 {
			return src, append(faults, fault{from: open, width: 1, message: "a bracket is not closed"})
		}
		n, fs := p.add(l, name, op, args, i)
		faults = append(faults, fs...)
		short := []rune(aggregatePrefix + strconv.Itoa(n))
		for k := i; k <= closing; k++ {
			runes[k] = ' '
			if k-i < len(short) {
				runes[k] = short[k-i]
			}
		}
		i = closing + 1
	}
	return string(runes), faults
}

// arg is one argument's source and where it begins.
type arg struct {
	src  string
	from int
}

// add puts an aggregate into the plan, or finds it there.
func (p *plan) add(l *language, name string, op aggregateOp, args []arg, at int) (int, []fault) {
	if len(args) != op.args {
		remedy := "it takes none"
		switch {
		case op.args == 1:
			remedy = "it takes one: " + name + "(x)"
		case op.args == 2:
			remedy = "it takes two: " + name + "(x, 0.9)"
		case name == "count":
			remedy = "to count some calls write count_if(…)"
		}
		return 0, []fault{{from: at, width: len(name), message: fmt.Sprintf("%s has %d arguments", name, len(args)), remedy: remedy}}
	}
	m := window.Aggregate{Op: op.op, Arg: -1}
	agg := aggregate{text: name + "()", kind: window.Number, whole: op.gives == "int"}
	if op.args > 0 {
		text := strings.TrimSpace(args[0].src)
		prog, fs := l.compile(args[0].src, wantText)
		if len(fs) > 0 {
			return 0, shift(fs, args[0].from)
		}
		typ := valueType(prog.typ)
		if op.takes != "value" && typ != op.takes {
			return 0, []fault{{from: args[0].from, width: len([]rune(args[0].src)), message: fmt.Sprintf("%s needs %s, but this is %s", name, article(op.takes), typeName(prog.typ))}}
		}
		if op.gives == "same" {
			agg.kind = map[string]window.Kind{"string": window.Text, "number": window.Number, "bool": window.Bool}[typ]
		}
		m.Arg = p.arg(l, text, prog)
		agg.text = name + "(" + text + ")"
	}
	if op.op == window.Quantile {
		q, err := strconv.ParseFloat(strings.TrimSpace(args[1].src), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0, []fault{{from: args[1].from, width: len([]rune(args[1].src)), message: "the quantile must be a literal from 0 to 1"}}
		}
		m.Q = q
		agg.text = name + "(" + strings.TrimSpace(args[0].src) + ", " + strings.TrimSpace(args[1].src) + ")"
	}
	n, ok := p.byText[agg.text]
	if !ok {
		n = len(p.aggregates)
		p.byText[agg.text] = n
		p.aggregates = append(p.aggregates, agg)
		p.measures = append(p.measures, m)
	}
	return n, nil
}

func article(typ string) string {
	if typ == "bool" {
		return "true or false"
	}
	return "a " + typ
}

// arg puts an argument into the plan, or finds it there.
func (p *plan) arg(l *language, text string, prog *program) int {
	if n, ok := p.argByText[text]; ok {
		return n
	}
	n := len(p.args)
	p.argByText[text] = n
	p.args = append(p.args, prog)
	safe := false
	if i, ok := l.index[text]; ok {
		safe = l.fields[i].safe
	}
	p.argSafe = append(p.argSafe, safe || valueType(prog.typ) != "string")
	p.argField = append(p.argField, text)
	return n
}

// shift moves faults of a part to their place in the whole.
func shift(fs []fault, by int) []fault {
	out := make([]fault, len(fs))
	for i, f := range fs {
		f.from += by
		out[i] = f
	}
	return out
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r >= 0x80
}

// skipQuote returns the index after the quoted text that begins at i.
func skipQuote(runes []rune, i int) int {
	q := runes[i]
	for i++; i < len(runes); i++ {
		if runes[i] == '\\' && q != '`' {
			i++
		} else if runes[i] == q {
			return i + 1
		}
	}
	return len(runes)
}

// splitArgs splits the arguments between the bracket at open and the one that
// closes it, whose index it returns, -1 if there is none.
func splitArgs(runes []rune, open int) (args []arg, closing int) {
	depth, start := 0, open+1
	for i := open; i < len(runes); {
		switch runes[i] {
		case '"', '\'', '`':
			i = skipQuote(runes, i)
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				if last := string(runes[start:i]); len(args) > 0 || strings.TrimSpace(last) != "" {
					args = append(args, arg{last, start})
				}
				return args, i
			}
		case ',':
			if depth == 1 {
				args = append(args, arg{string(runes[start:i]), start})
				start = i + 1
			}
		}
		i++
	}
	return nil, -1
}

// windowProgram is a compiled window expression.
type windowProgram struct {
	*program
	// bounds are the comparisons of an aggregate with a literal: what goes
	// into the evidence when the window fires.
	bounds []bound
}

// bound is `aggregate op want`.
type bound struct {
	aggregate int
	op        string
	want      float64
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
	extra := map[string]bool{}
	opts := []expr.Option{expr.Env(struct{}{}), expr.MaxNodes(4 << 10), expr.Patch(windowPatcher{extra})}
	for i, a := range p.aggregates {
		name := aggregatePrefix + strconv.Itoa(i)
		extra[name] = true
		opts = append(opts, expr.Function(name, aggregateCall(i), aggregateType(a)))
	}
	for _, name := range bannedBuiltins() {
		opts = append(opts, expr.DisableBuiltin(name))
	}
	prog, faults := compileWith(lifted, w, &checker{lang: l, extra: extra, lets: map[string]int{}}, config(opts))
	if len(faults) > 0 {
		return nil, faults
	}
	prog.source = src
	wp := &windowProgram{program: prog}
	wp.bounds, faults = p.boundsOf(prog.tree)
	return wp, faults
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
	eval func(i int) window.Value
	plan *plan
	memo []any
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

// boundsOf collects the comparisons with literals; a bound that a window can
// never reach, since it holds only so many calls, is a fault.
func (p *plan) boundsOf(n ast.Node) (list []bound, faults []fault) {
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
			m := p.measures[bd.aggregate]
			if counts(m.Op) && bd.want > window.MaxEntries && (bd.op == ">" || bd.op == ">=" || bd.op == "==") {
				faults = append(faults, fault{from: b.Location().From, width: len(b.Operator), message: fmt.Sprintf("%s never exceeds %d, which is what a window holds", p.aggregates[bd.aggregate].text, window.MaxEntries), remedy: "shorten over: and lower the bound"})
			}
			return
		}
		walk(b.Left)
		walk(b.Right)
	}
	walk(n)
	sort.SliceStable(list, func(i, j int) bool { return list[i].aggregate < list[j].aggregate })
	return list, faults
}

func counts(op window.Op) bool {
	return op == window.Count || op == window.CountIf || op == window.Distinct
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
		if math.IsNaN(v) || math.IsInf(v, 0) {
			v = 0
		}
		return window.NumberOf(v), nil
	}
	if rv := reflect.ValueOf(v); rv.CanInt() {
		return window.NumberOf(float64(rv.Int())), nil
	} else if rv.CanUint() {
		return window.NumberOf(float64(rv.Uint())), nil
	}
	return window.Value{}, fmt.Errorf("a value of type %T cannot go into a window", v)
}
