package prefilter

import "github.com/expr-lang/expr/ast"

// A signal is something seen in the heads of a call, without which a rule
// cannot fire. Rules are found by their signals, so that a call costs what the
// rules cost that it may concern and not what all of them would.
type signal struct {
	kind  signalKind
	name  string // of the field or header
	texts []string
	whole []int
	// worth is how much is won by looking for it: few calls have what is rare.
	worth int
}

type signalKind uint8

const (
	noSignal signalKind = iota
	oneOfTexts
	oneOfNumbers
	hasHeader // texts lists names
	hasWord   // texts lists words of which the field holds one
	never     // nothing makes the condition true
)

// A Reader says what a condition's functions look for.
type Reader struct {
	// Matchers are those of leaves, by name; see Key.
	Matchers map[string]*Matcher
	// Words returns words, in lower case, of which the first argument of a call
	// must hold one, without regard to ASCII case, for it to be true; none if
	// that cannot be said.
	Words func(*ast.CallNode) []string
	// Body returns what a call looks for in a body; ok is false if it does not.
	Body func(ast.Node) (need BodyNeed, ok bool)
	// Whole reports an operand that is better asked as it is than taken apart into
	// alternatives.
	Whole func(ast.Node) bool
}

// signal derives what must be seen in the heads for n to be true.
func (r *Reader) signal(n ast.Node) signal {
	switch n := n.(type) {
	case *ast.BoolNode:
		if !n.Value {
			return signal{kind: never, worth: 100}
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			a, b := r.signal(n.Left), r.signal(n.Right)
			if b.worth > a.worth {
				return b
			}
			return a
		case "||", "or":
			return either(r.signal(n.Left), r.signal(n.Right))
		}
		return compared(n)
	case *ast.CallNode:
		return r.called(n)
	}
	return signal{}
}

// either is the signal of which one or the other must be seen, none if they
// are not alike.
func either(a, b signal) signal {
	switch {
	case a.kind == never:
		return b
	case b.kind == never:
		return a
	case a.kind == noSignal || a.kind != b.kind || a.name != b.name:
		return signal{}
	}
	return signal{kind: a.kind, name: a.name, texts: append(append([]string(nil), a.texts...), b.texts...), whole: append(append([]int(nil), a.whole...), b.whole...), worth: min(a.worth, b.worth)}
}

func compared(n *ast.BinaryNode) signal {
	if name, ok := n.Left.(*ast.StringNode); ok && n.Operator == "in" && dotted(n.Right) == "req.headers" {
		return headerSignal(name.Value)
	}
	if c, ok := n.Left.(*ast.CallNode); ok && n.Operator == "==" {
		return headerEquals(c, n.Right)
	}
	field := dotted(n.Left)
	values := []ast.Node{n.Right}
	if list, ok := n.Right.(*ast.ArrayNode); ok && n.Operator == "in" {
		values = list.Nodes
	} else if n.Operator == "in" {
		return signal{}
	}
	switch {
	case (field == "note.kind" || field == "note.name") && n.Operator == "==":
		if s, ok := n.Right.(*ast.StringNode); ok && s.Value != "" {
			return signal{kind: never, worth: 100} // of a call both are empty
		}
	case Text(field) != nil:
		return textSignal(field, n.Operator, values)
	case Number(field) != nil && (n.Operator == "==" || n.Operator == "in"):
		s := signal{kind: oneOfNumbers, name: field, worth: 8}
		for _, v := range values {
			i, ok := v.(*ast.IntegerNode)
			if !ok {
				return signal{}
			}
			if s.whole = append(s.whole, i.Value); i.Value == 200 || field != "resp.status" {
				s.worth = 1
			}
		}
		return s
	}
	return signal{}
}

func textSignal(field, op string, values []ast.Node) signal {
	s := signal{kind: oneOfTexts, name: field, worth: 10}
	if field == "req.method" || field == "call.proto" || field == "call.style" || field == "req.host" || field == "principal.kind" {
		s.worth = 2
	}
	switch op {
	case "==", "in":
	case "contains", "startsWith", "endsWith":
		s.kind = hasWord
	default:
		return signal{}
	}
	for _, v := range values {
		text, ok := v.(*ast.StringNode)
		if !ok || s.kind == hasWord && len(text.Value) < 2 {
			return signal{}
		}
		if s.kind == hasWord {
			s.texts = append(s.texts, lowered(text.Value))
		} else {
			s.texts = append(s.texts, text.Value)
		}
	}
	return s
}

func headerSignal(name string) signal {
	return signal{kind: hasHeader, texts: []string{lowered(name)}, worth: 6}
}

// headerEquals understands req.header("name") == "value".
func headerEquals(c *ast.CallNode, value ast.Node) signal {
	name, ok := headerAsked(c)
	if v, isText := value.(*ast.StringNode); !ok || !isText || v.Value == "" {
		return signal{}
	}
	return headerSignal(name)
}

// headerAsked returns the name in req.header("name").
func headerAsked(n ast.Node) (name string, ok bool) {
	c, isCall := n.(*ast.CallNode)
	if !isCall || len(c.Arguments) != 1 || dotted(c.Callee) != "req.header" {
		return "", false
	}
	s, ok := c.Arguments[0].(*ast.StringNode)
	if !ok {
		return "", false
	}
	return s.Value, true
}

// called understands functions that look for words in a field or header.
func (r *Reader) called(n *ast.CallNode) signal {
	if len(n.Arguments) == 0 || r.Words == nil {
		return signal{}
	}
	words := r.Words(n)
	if len(words) == 0 {
		return signal{}
	}
	if name, ok := headerAsked(n.Arguments[0]); ok {
		return headerSignal(name)
	}
	field := dotted(n.Arguments[0])
	if Text(field) == nil {
		return signal{}
	}
	for _, w := range words {
		if len(w) < 2 {
			return signal{}
		}
	}
	return signal{kind: hasWord, name: field, texts: words, worth: 10}
}

// lowered is strings.ToLower for ASCII alone; other bytes stay.
func lowered(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}
