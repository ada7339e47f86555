package detect

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/text"
	"spaniel/event"
)

// piiKinds are the kinds of personal data that a call of pii asks for.
type piiKinds map[string]bool

// everydayPII are those asked for unless the rule says: an address of e-mail is
// in too many answers to be worth a word.
func everydayPII() piiKinds { return piiKinds{"card": true, "iban": true, "ssn": true, "cpf": true} }

// piiFunction looks for personal data. Its evidence is the kind and the place
// alone: an alert must not spread what it complains about.
func piiFunction() function {
	return function{name: "pii", meaning: "personal data shows in the response, in a reading or in a text: card, iban, ssn, cpf, or of the kinds listed, email too", example: `pii(resp, ["card", "email"])`,
		types: []any{new(func(*scope, *scope) bool), new(func(*scope, *Leaf) bool), new(func(*scope, []*Leaf) bool), new(func(*scope, string) bool),
			new(func(*scope, *scope, piiKinds) bool), new(func(*scope, *Leaf, piiKinds) bool), new(func(*scope, []*Leaf, piiKinds) bool), new(func(*scope, string, piiKinds) bool)},
		literal: piiLiteral, lit: 1,
		call: func(s *scope, a []any) any {
			kinds := everydayPII()
			if len(a) > 1 {
				kinds = a[1].(piiKinds)
			}
			return s.personal(a[0], kinds)
		}}
}

// personal looks for personal data in what pii was given.
func (s *scope) personal(x any, kinds piiKinds) bool {
	switch x := x.(type) {
	case *scope:
		body, _ := s.field(s.lang.respBody).(string)
		return s.personalText("resp.body", "", body, kinds)
	case string:
		return s.personalText(s.placeOf(x), "", x, kinds)
	case *Leaf:
		return s.personalLeaf(x.leaf, kinds)
	case []*Leaf:
		return slices.ContainsFunc(x, func(l *Leaf) bool { return s.personalLeaf(l.leaf, kinds) })
	}
	return false
}

func (s *scope) personalLeaf(l *event.Leaf, kinds piiKinds) bool {
	for _, r := range l.Readings() {
		if s.personalText(l.Place, r.Chain, r.Text, kinds) {
			return true
		}
	}
	return false
}

func (s *scope) personalText(place, chain, x string, kinds piiKinds) bool {
	if !s.spend(len(x)) {
		return false
	}
	off, _, kind := text.PII(x, kinds)
	if kind != "" {
		s.note(find{place: place, chain: chain, text: kind, offset: off})
	}
	return kind != ""
}

// piiNode reads the literal list of kinds.
func piiNode(n ast.Node) (piiKinds, string) {
	list, ok := stringList(n)
	if !ok {
		return nil, ""
	}
	kinds := piiKinds{}
	for _, k := range list {
		if !contains(text.PIIKinds(), k) {
			return nil, k
		}
		kinds[k] = true
	}
	return kinds, ""
}

// piiKinds checks the second argument of pii.
func (c *checker) piiKinds(n ast.Node) {
	kinds, bad := piiNode(n)
	switch {
	case bad != "":
		remedy := suggest(bad, text.PIIKinds())
		if remedy == "" {
			remedy = "use " + strings.Join(text.PIIKinds(), ", ")
		}
		c.fault(n, 1, remedy, "there is no kind of personal data %q", bad)
	case kinds == nil:
		c.fault(n, 1, `write ["card", "email"]`, "the kinds of pii must be a literal list of strings")
	}
}

// pii understands pii of the response, of leaves and of texts.
func (t *translator) pii(n *ast.CallNode) native {
	kinds := everydayPII()
	switch len(n.Arguments) {
	case 1:
	case 2:
		if kinds, _ = piiNode(n.Arguments[1]); kinds == nil {
			return native{}
		}
	default:
		return native{}
	}
	x := n.Arguments[0]
	if id, ok := x.(*ast.IdentifierNode); ok && t.lang.groups[id.Value] {
		return native{truth: func(ev *eval) bool { return ev.scope.personal(ev.scope, kinds) }}
	}
	if t.isElement(x) && t.elem == leafElement {
		return native{truth: func(ev *eval) bool { return ev.scope.personalLeaf(ev.leaf, kinds) }}
	}
	if t.isLeaves(x) {
		each := func(ev *eval) bool { return ev.scope.personalLeaf(ev.leaf, kinds) }
		return native{truth: func(ev *eval) bool { return walkLeaves(ev, each, true) }}
	}
	f := t.expr(x).text
	if f == nil {
		return native{}
	}
	return native{truth: func(ev *eval) bool { return ev.scope.personal(f(ev), kinds) }}
}
