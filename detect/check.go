package detect

import (
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/text"
)

// outsideAggregate ends what is said of a call's own in an expression on a window.
const outsideAggregate = "stands outside an aggregate"

// Static limits of an expression: what it may cost is known before it runs.
const (
	maxPredicates = 2       // predicates inside one another
	maxCalls      = 8       // function calls inside one another: the library's own functions are typed in time exponential in it
	maxRange      = 1000    // elements of a constant range a..b
	maxRegex      = 1 << 10 // bytes of a regular expression
	maxRegexProg  = 2 << 10 // instructions of its compiled program
)

// A fault is something wrong at a place of an expression. from counts runes.
type fault struct {
	from, width     int
	message, remedy string
}

// checker walks a parsed expression before it is compiled: every name must be
// known, every literal must be one, every loop must be bounded.
type checker struct {
	lang  *language
	extra map[string]bool // further plain names: the aggregates of a window
	plan  *plan           // of a window expression
	// fields says whether fields of the call may be named.
	fields bool
	lets   map[string]int
	depth  int // predicates around what is walked
	calls  int // function calls around it
	faults []fault
}

func (c *checker) fault(n ast.Node, width int, remedy, format string, args ...any) {
	c.faults = append(c.faults, fault{from: startOf(n).Location().From, width: max(1, width), message: fmt.Sprintf(format, args...), remedy: remedy})
}

// startOf is the node whose place is where n begins: that of a member access
// is its dot.
func startOf(n ast.Node) ast.Node {
	for {
		m, ok := n.(*ast.MemberNode)
		if !ok {
			return n
		}
		n = m.Node
	}
}

func (c *checker) walk(n ast.Node) {
	switch n := n.(type) {
	case nil:
	case *ast.IdentifierNode:
		c.identifier(n)
	case *ast.MemberNode:
		c.member(n)
	case *ast.CallNode, *ast.BuiltinNode:
		c.nested(n)
	case *ast.BinaryNode:
		c.binary(n)
	case *ast.VariableDeclaratorNode:
		c.declare(n)
	default:
		for _, ch := range children(n) {
			c.walk(ch)
		}
	}
}

// nested walks a call, unless it is inside too many others.
func (c *checker) nested(n ast.Node) {
	if c.calls == maxCalls {
		c.fault(n, 1, "name a part with let", "calls nest deeper than %d", maxCalls)
		return
	}
	c.calls++
	switch n := n.(type) {
	case *ast.CallNode:
		c.callNode(n)
	case *ast.BuiltinNode:
		c.builtin(n)
	}
	c.calls--
}

func (c *checker) identifier(n *ast.IdentifierNode) {
	name := n.Value
	_, isField := c.lang.index[name]
	switch {
	case c.lets[name] > 0 || c.extra[name]:
	case isField && c.fields:
	case isField:
		c.fault(n, len(name), "put it into an aggregate: last("+name+")", "field %q "+outsideAggregate, name)
	case c.lang.groups[name]:
		c.fault(n, len(name), "name one of its fields: "+strings.Join(c.fieldsOf(name), ", "), "%q is a group of fields, not a value", name)
	default:
		c.fault(n, utf8.RuneCountInString(name), suggest(name, c.words()), "unknown name %q", name)
	}
}

func (c *checker) words() []string {
	w := c.lang.names()
	for n := range c.extra {
		if !strings.HasPrefix(n, aggregatePrefix) {
			w = append(w, n)
		}
	}
	sort.Strings(w)
	return w
}

// fieldsOf lists the first few fields of a group.
func (c *checker) fieldsOf(group string) []string {
	var out []string
	for i := range c.lang.fields {
		if strings.HasPrefix(c.lang.fields[i].Name, group+".") && len(out) < 4 {
			out = append(out, c.lang.fields[i].Name)
		}
	}
	return append(out, "…")
}

func (c *checker) member(n *ast.MemberNode) {
	id, ok := n.Node.(*ast.IdentifierNode)
	if !ok || !c.lang.groups[id.Value] {
		c.walk(n.Node)
		c.walk(n.Property)
		return
	}
	prop, ok := n.Property.(*ast.StringNode)
	if !ok {
		c.fault(n.Property, 1, "", "a field of %s must be named, not computed", id.Value)
		return
	}
	name := id.Value + "." + prop.Value
	if _, ok := c.lang.index[name]; ok {
		if !c.fields {
			c.fault(id, len(name), "put it into an aggregate: last("+name+")", "field %q "+outsideAggregate, name)
		}
		return
	}
	if f, ok := c.lang.functions[name]; ok {
		c.fault(id, utf8.RuneCountInString(name), "call it: "+f.example, "%q is a function", name)
		return
	}
	c.fault(id, utf8.RuneCountInString(name), suggest(name, c.words()), "unknown field %q", name)
}

func (c *checker) callNode(n *ast.CallNode) {
	name := calleeName(n)
	f, ok := c.lang.functions[name]
	if !ok {
		if m, isMember := n.Callee.(*ast.MemberNode); isMember && !c.isGroup(m.Node) {
			c.walk(m.Node) // a method of a value: the types decide
			for _, a := range n.Arguments {
				c.walk(a)
			}
			return
		}
		remedy := suggest(name, c.words())
		if disabled(name) {
			remedy = "rules may not use it: its cost or its result is not bounded"
		} else if aggregateOps()[name].known {
			remedy = "aggregates belong into having, escalate and the clauses of a rule with a window"
			if learnedFacts()[name] != noFact {
				remedy = "what was learned is asked beside an aggregate, or in when: so that the window holds only such calls"
			}
		}
		c.fault(n, utf8.RuneCountInString(name), remedy, "unknown function %q", name)
		return
	}
	if !c.fields {
		c.fault(n, len(name), "put it into an aggregate: count_if("+f.example+")", "function %q looks at one call, and "+outsideAggregate, name)
		return
	}
	if f.literal == listLiteral && c.turnedRound(n) {
		return
	}
	for i, a := range n.Arguments {
		if id, ok := a.(*ast.IdentifierNode); ok && c.lang.groups[id.Value] {
			if !takesScope(f, i) || id.Value != "resp" {
				c.walk(a)
			}
			continue
		}
		if f.literal != anyValue && i >= f.lit {
			c.literal(f, a)
			continue
		}
		c.walk(a)
	}
}

func (c *checker) isGroup(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && c.lang.groups[id.Value]
}

// takesScope reports whether f's argument i may be the whole response.
func takesScope(f *function, i int) bool {
	_, ok := f.types[0].(*func(*scope, *scope) bool)
	return ok && i == 0
}

func disabled(name string) bool {
	for _, b := range bannedBuiltins() {
		if b == name {
			return true
		}
	}
	return false
}

func (c *checker) literal(f *function, n ast.Node) {
	switch f.literal {
	case regexLiteral:
		if s, ok := n.(*ast.StringNode); ok {
			c.regex(s)
			return
		}
		c.fault(n, 1, "write it between quotes", "the regular expression of %s must be a literal", f.name)
	case prefixLiteral:
		s, ok := n.(*ast.StringNode)
		if !ok {
			c.fault(n, 1, `write it between quotes: "10.0.0.0/8"`, "a network of %s must be a literal", f.name)
		} else if _, err := netip.ParsePrefix(s.Value); err != nil {
			c.fault(n, utf8.RuneCountInString(s.Value)+2, `write address/bits: "10.0.0.0/8"`, "%q is not a network", s.Value)
		}
	case wildcardLiteral:
		s, ok := n.(*ast.StringNode)
		if !ok {
			c.fault(n, 1, `write it between quotes: "*.example"`, "the pattern of %s must be a literal", f.name)
		} else if _, err := text.NewWildcard(s.Value); err != nil {
			c.fault(n, utf8.RuneCountInString(s.Value)+2, "", "%v", err)
		}
	case piiLiteral:
		c.piiKinds(n)
	case listLiteral:
		c.listName(f, n)
	case needleLiteral, wordsLiteral:
		if _, ok := stringList(n); !ok {
			c.fault(n, 1, `write ["a", "b"]`, "the words of %s must be a literal list of strings", f.name)
		}
	}
}

// regex checks a regular expression's size; its program is what evaluation
// and memory cost, and a short source can make a large one.
func (c *checker) regex(n *ast.StringNode) {
	width := utf8.RuneCountInString(n.Value) + 2
	if len(n.Value) > maxRegex {
		c.fault(n, width, "", "the regular expression has %d bytes, at most %d are allowed", len(n.Value), maxRegex)
		return
	}
	if _, err := regexp.Compile(n.Value); err != nil {
		c.fault(n, width, "", "%s", strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	re, err := syntax.Parse(n.Value, syntax.Perl)
	if err != nil {
		c.fault(n, width, "", "%v", err)
		return
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		c.fault(n, width, "", "%v", err)
	} else if len(prog.Inst) > maxRegexProg {
		c.fault(n, width, "lower its repetition counts", "the regular expression compiles to %d steps, at most %d are allowed", len(prog.Inst), maxRegexProg)
	}
}

func (c *checker) builtin(n *ast.BuiltinNode) {
	if !allowedBuiltins()[n.Name] {
		c.fault(n, len(n.Name), "rules may not use it: its cost or its result is not bounded", "function %q is not available", n.Name)
		return
	}
	for _, a := range n.Arguments {
		if p, ok := a.(*ast.PredicateNode); ok {
			c.depth++
			if c.depth > maxPredicates {
				c.fault(n, len(n.Name), "split the rule", "predicates nest deeper than %d", maxPredicates)
			} else {
				c.walk(p.Node)
			}
			c.depth--
			continue
		}
		c.walk(a)
	}
}

func (c *checker) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "matches":
		c.walk(n.Left)
		if s, ok := n.Right.(*ast.StringNode); ok {
			c.regex(s)
		} else {
			c.fault(n.Right, 1, "write it between quotes", "the regular expression of matches must be a literal")
		}
		return
	case "..":
		a, okA := n.Left.(*ast.IntegerNode)
		b, okB := n.Right.(*ast.IntegerNode)
		if !okA || !okB || b.Value-a.Value >= maxRange || b.Value-a.Value < 0 {
			c.fault(n, 2, "", "a range must be of two literals, with at most %d elements", maxRange)
			return
		}
	}
	c.walk(n.Left)
	c.walk(n.Right)
}

func (c *checker) declare(n *ast.VariableDeclaratorNode) {
	_, isField := c.lang.index[n.Name]
	_, isFunc := c.lang.functions[n.Name]
	if isField || isFunc || c.lang.groups[n.Name] || c.extra[n.Name] || strings.HasPrefix(n.Name, aggregatePrefix) {
		c.fault(n, len(n.Name), "choose another name", "variable %q hides a field or function", n.Name)
		return
	}
	c.walk(n.Value)
	c.lets[n.Name]++
	c.walk(n.Expr)
	c.lets[n.Name]--
}

// children lists the parts of a node that need no care of their own.
func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.SliceNode:
		out := []ast.Node{n.Node}
		if n.From != nil {
			out = append(out, n.From)
		}
		if n.To != nil {
			out = append(out, n.To)
		}
		return out
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}
