package detect

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"spaniel/detect/geo"
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
	gives string // int, float, bool, text, same (as its argument)
	// example is for aggregates of several arguments, or of special ones.
	example string
}

// special stands for arguments that are not just a value: track.go reads them.
const special = -1

// maxTop bounds the values that topk looks at.
const maxTop = 16

func aggregateOps() map[string]aggregateOp {
	return map[string]aggregateOp{
		"count":            {true, window.Count, 0, "", "int", ""},
		"rate":             {true, window.Rate, 0, "", "float", ""},
		"gap_cv":           {true, window.GapCV, 0, "", "float", ""},
		"count_if":         {true, window.CountIf, 1, "bool", "int", ""},
		"ratio":            {true, window.Ratio, 1, "bool", "float", ""},
		"sum":              {true, window.Sum, 1, "number", "float", ""},
		"mean":             {true, window.Mean, 1, "number", "float", ""},
		"stddev":           {true, window.Stddev, 1, "number", "float", ""},
		"min":              {true, window.Min, 1, "number", "float", ""},
		"max":              {true, window.Max, 1, "number", "float", ""},
		"quantile":         {true, window.Quantile, 2, "number", "float", "quantile(x, 0.9)"},
		"distinct":         {true, window.Distinct, 1, "value", "int", ""},
		"bucket":           {true, window.Bucket, special, "", "float", `bucket("5s")`},
		"sequence":         {true, window.Sequence, special, "", "bool", `sequence(resp.status == 401, "30s", resp.status == 200)`},
		"absent":           {true, window.Absent, special, "", "bool", `absent(call.kind == "login", call.kind == "otp", "2m")`},
		"odd_types":        {true, window.Outside, 0, "", "int", ""},
		"new_fields":       {true, window.Outside, 0, "", "int", ""},
		"new_returned":     {true, window.Outside, 0, "", "int", ""},
		"others_returned":  {true, window.Outside, 0, "", "int", ""},
		"foreign_ids":      {true, window.Outside, 0, "", "int", ""},
		"learned_calls":    {true, window.Outside, 0, "", "int", ""},
		"learned_hours":    {true, window.Outside, 0, "", "float", ""},
		"usual_auth":       {true, window.Outside, 0, "", "float", ""},
		"usual_ids":        {true, window.Outside, 0, "", "float", ""},
		"usual_role":       {true, window.Outside, 0, "", "float", ""},
		"new_ids":          {true, window.Outside, 0, "", "int", ""},
		"callers":          {true, window.Outside, 0, "", "int", ""},
		"new_caller":       {true, window.Outside, 0, "", "bool", ""},
		"read_only_fields": {true, window.Outside, 0, "", "int", ""},
		"learned_from":     {true, window.Outside, 0, "", "text", ""},
		"odd_syntax":       {true, window.Outside, 0, "", "int", ""},
		"usual_bytes":      {true, window.Outside, 0, "", "float", ""},
		"odd_alg":          {true, window.Outside, 0, "", "bool", ""},
		"other_signature":  {true, window.Outside, 0, "", "bool", ""},
		"stored_scripts":   {true, window.Outside, 0, "", "int", ""},
		"alerts":           {true, window.Alerts, special, "", "int", `alerts("sqli-in-input")`},
		"baseline":         {true, window.Baseline, special, "", "float", "baseline(count())"},
		"topk":             {true, window.TopShare, 2, "value", "float", "topk(x, 3)"},
		"top":              {true, window.Top, 1, "value", "same", ""},
		"speed":            {true, window.Speed, 1, "string", "float", ""},
		"first":            {true, window.First, 1, "value", "same", ""},
		"last":             {true, window.Last, 1, "value", "same", ""},
	}
}

// aggregate is one aggregate of a rule; equal ones are shared.
type aggregate struct {
	text  string // as written: distinct(req.user)
	kind  window.Kind
	whole bool // the result is a whole number
	fact  learnedFact
}

// plan is all that a rule's window expressions measure: per call the args,
// per window the aggregates.
type plan struct {
	aggregates []aggregate
	measures   []window.Aggregate
	args       []*program
	argSafe    []bool // the value needs no redaction
	argField   []string
	argIDs     []int // the numbers of args among those of all rules
	argMarks   []argMark
	alerts     []alertRef
	byText     map[string]int
	argByText  map[string]int
	learns     needs // what aggregates ask for of learned facts
}

func newPlan() *plan { return &plan{byText: map[string]int{}, argByText: map[string]int{}} }

// lift finds the aggregates of a window expression, adds them to the plan and
// returns the source with a name in the place of each, padded to the same
// length so that every offset stays what it was.
func (p *plan) lift(l *language, src string) (string, []fault) {
	runes := []rune(src)
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
		op, ok := l.aggregates[name]
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

// add reads an aggregate's arguments and puts it into the plan.
func (p *plan) add(l *language, name string, op aggregateOp, args []arg, at int) (int, []fault) {
	if op.args == special {
		return p.addTracker(l, name, op, args, at)
	}
	if len(args) != op.args {
		remedy := "it takes none"
		switch {
		case op.args == 1:
			remedy = "it takes one: " + name + "(x)"
		case op.args == 2:
			remedy = "it takes two: " + op.example
		case name == "count":
			remedy = "to count some calls write count_if(…)"
		}
		return 0, []fault{{from: at, width: len(name), message: fmt.Sprintf("%s has %d arguments", name, len(args)), remedy: remedy}}
	}
	m := window.Aggregate{Op: op.op, Arg: -1}
	agg := aggregate{text: name + "()", kind: window.Number, whole: op.gives == "int", fact: l.facts[name]}
	switch op.gives {
	case "bool":
		agg.kind = window.Bool
	case "text":
		agg.kind = window.Text
	}
	p.learns |= agg.fact.needs()
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
	if op.op == window.Speed {
		m.Far = farApart
	}
	if op.args == 2 {
		q, err := strconv.ParseFloat(strings.TrimSpace(args[1].src), 64)
		switch {
		case op.op == window.Quantile && (err != nil || !(q >= 0 && q <= 1)):
			return 0, []fault{{from: args[1].from, width: len([]rune(args[1].src)), message: "the quantile must be a literal from 0 to 1"}}
		case op.op == window.TopShare && (err != nil || q != math.Trunc(q) || q < 1 || q > maxTop):
			return 0, []fault{{from: args[1].from, width: len([]rune(args[1].src)), message: fmt.Sprintf("how many values must be a literal from 1 to %d", maxTop)}}
		}
		m.Q = q
		agg.text = name + "(" + strings.TrimSpace(args[0].src) + ", " + strings.TrimSpace(args[1].src) + ")"
	}
	return p.put(agg, m), nil
}

// put puts an aggregate into the plan, or finds it there.
func (p *plan) put(agg aggregate, m window.Aggregate) int {
	n, ok := p.byText[agg.text]
	if !ok {
		n = len(p.aggregates)
		p.byText[agg.text] = n
		p.aggregates = append(p.aggregates, agg)
		p.measures = append(p.measures, m)
		p.use(m)
	}
	return n
}

// farApart is how far two places are from one another, in kilometres; 0 of what is
// no place.
func farApart(from, to string) float64 {
	a, one := geo.ParsePlace(from)
	b, other := geo.ParsePlace(to)
	if !one || !other {
		return 0
	}
	return a.Km(b)
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
	p.argIDs = append(p.argIDs, l.valueID(text))
	p.argMarks = append(p.argMarks, newArgMark(l, text, prog))
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
