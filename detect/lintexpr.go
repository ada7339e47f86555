package detect

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"spaniel/event"
)

// An oddity is a part of an expression that has no effect, or not the one
// that was meant. from counts runes.
type oddity struct {
	kind string
	fault
}

// oddities walks an expression.
func oddities(tree ast.Node) []oddity {
	v := &oddityFinder{}
	ast.Walk(&tree, v)
	return v.list
}

type oddityFinder struct {
	list []oddity
}

func (v *oddityFinder) add(kind string, n ast.Node, width int, remedy, format string, args ...any) {
	v.list = append(v.list, oddity{kind, fault{from: startOf(n).Location().From, width: max(1, width), message: fmt.Sprintf(format, args...), remedy: remedy}})
}

// Visit is called for each node after its children.
func (v *oddityFinder) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode:
		uses := &useCounter{name: n.Name}
		ast.Walk(&n.Expr, uses)
		if uses.n == 0 {
			v.add(FindingUnused, n, len(n.Name), "leave it out", "variable %q is not used", n.Name)
		}
	case *ast.ArrayNode:
		v.twice(n)
	case *ast.BinaryNode:
		v.same(n)
		v.words(n)
	case *ast.CallNode:
		if name := calleeName(n); name == "in_list" && len(n.Arguments) == 2 {
			v.against(n.Arguments[0], n.Arguments[1])
		}
	}
}

// useCounter counts where a variable is used.
type useCounter struct {
	name string
	n    int
}

// Visit is called for each node.
func (u *useCounter) Visit(node *ast.Node) {
	if id, ok := (*node).(*ast.IdentifierNode); ok && id.Value == u.name {
		u.n++
	}
}

// twice looks for words that a list has more than once.
func (v *oddityFinder) twice(a *ast.ArrayNode) {
	seen := map[string]bool{}
	for _, e := range a.Nodes {
		switch e.(type) {
		case *ast.StringNode, *ast.IntegerNode:
			if s := e.String(); seen[s] {
				v.add(FindingUnused, e, utf8.RuneCountInString(s), "leave it out", "%s is in the list twice", s)
			} else {
				seen[s] = true
			}
		}
	}
}

// same looks for a condition that stands on both sides of && or ||.
func (v *oddityFinder) same(n *ast.BinaryNode) {
	op := logical(n.Operator)
	if op == "" {
		return
	}
	right := n.Right.String()
	for _, l := range flatten(n.Left, op, nil) {
		if l.String() == right {
			v.add(FindingUnused, n.Right, 1, "leave it out", "%s stands twice in the same condition", cut(right, 60))
		}
	}
}

// words looks for comparisons of a field that has few values with a word that
// is none of them.
func (v *oddityFinder) words(n *ast.BinaryNode) {
	switch n.Operator {
	case "==", "!=":
		v.against(n.Left, n.Right)
		v.against(n.Right, n.Left)
	case "in":
		if name := fieldText(n.Right); name == "call.anomalies" || name == "anomalies" || name == "call.flags" {
			v.listed(name, n.Left)
			return
		}
		v.against(n.Left, n.Right)
	}
}

// against compares the words in n with those that the field may have.
func (v *oddityFinder) against(field, n ast.Node) {
	known := fieldWords(fieldText(field))
	if known == nil {
		return
	}
	list := []ast.Node{n}
	if a, ok := n.(*ast.ArrayNode); ok {
		list = a.Nodes
	}
	for _, e := range list {
		s, ok := e.(*ast.StringNode)
		if ok && !contains(known, s.Value) {
			remedy := suggest(s.Value, known)
			if remedy == "" {
				remedy = "it is one of " + strings.Join(known, ", ")
			}
			v.add(FindingReference, e, utf8.RuneCountInString(s.Value)+2, remedy, "%s is never %q", fieldText(field), s.Value)
		}
	}
}

// listed checks a word that is looked for among a call's flags.
func (v *oddityFinder) listed(name string, n ast.Node) {
	s, ok := n.(*ast.StringNode)
	if !ok || name != "call.flags" {
		return
	}
	if known := event.Flags(^uint32(0)).Append(nil); !contains(known, s.Value) {
		v.add(FindingReference, n, utf8.RuneCountInString(s.Value)+2, suggest(s.Value, known), "no call has the flag %q", s.Value)
	}
}

// fieldText is the field that n is, as a rule writes it: call.kind, .kind.
func fieldText(n ast.Node) string {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		id, ok := n.(*ast.IdentifierNode)
		if !ok {
			return ""
		}
		return id.Value
	}
	if p, ok := m.Node.(*ast.PointerNode); ok && p.Name == "" {
		if s, ok := m.Property.(*ast.StringNode); ok {
			return "." + s.Value
		}
	}
	return dotted(m)
}

// fieldWords are all values that a field may have, nil if there are many. Of a
// header's name only upper case is refused, by its absence here: .name is in
// lower case always.
func fieldWords(name string) []string {
	switch name {
	case "call.kind":
		return []string{"login", "logout", "reset", "otp", "signup", "refresh", "payment", ""}
	case "call.style":
		return []string{"rest", "graphql", "soap", "jsonrpc", "grpc", ""}
	case "principal.kind":
		return []string{"none", "basic", "bearer", "jwt", "cookie", "apikey", "mtls", ""}
	case ".kind":
		return []string{"path", "query", "header", "cookie", "form", "json", "multipart", "xml", "body", "name"}
	}
	return nil
}
