package detect

import (
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/prefilter"
	"spaniel/detect/window"
)

// name understands a plain name: a field without a dot, or an aggregate.
func (t *translator) name(name string) native {
	if t.plan == nil {
		return t.field(name)
	}
	i, err := strconv.Atoi(strings.TrimPrefix(name, aggregatePrefix))
	if err != nil || !strings.HasPrefix(name, aggregatePrefix) || i >= len(t.plan.aggregates) {
		return native{}
	}
	switch a := t.plan.aggregates[i]; {
	case a.kind == window.Text:
		return native{text: func(ev *eval) string { return ev.frame.eval(i).Str }}
	case a.kind == window.Bool:
		return native{truth: func(ev *eval) bool { return ev.frame.eval(i).Num != 0 }}
	case a.whole:
		return native{whole: func(ev *eval) int { return int(ev.frame.eval(i).Num) }}
	}
	return native{real: func(ev *eval) float64 { return ev.frame.eval(i).Num }}
}

// member understands group.field, an element's parts, and a header by name.
func (t *translator) member(n *ast.MemberNode) native {
	if p, ok := n.Node.(*ast.PointerNode); ok && p.Name == "" {
		if prop, ok := n.Property.(*ast.StringNode); ok {
			return t.part(prop.Value)
		}
		return native{}
	}
	if t.plan != nil {
		return native{}
	}
	if msg := headersOf(n.Node); msg != "" {
		return t.header(msg, t.expr(n.Property))
	}
	if c, ok := n.Node.(*ast.CallNode); ok {
		return t.partOfToken(c, n.Property)
	}
	return t.field(dotted(n))
}

// part is a part of the element a predicate is about.
func (t *translator) part(name string) native {
	switch t.elem {
	case leafElement:
		return leafPart(name)
	case tokenElement:
		return tokenPart(name)
	case headerElement:
		switch name {
		case "name":
			return native{text: func(ev *eval) string { return ev.header.Name }}
		case "value":
			return native{text: func(ev *eval) string { return ev.header.Value }}
		}
	}
	return native{}
}

func leafPart(name string) native {
	switch name {
	case "place":
		return native{text: func(ev *eval) string { return ev.leaf.Place }}
	case "key":
		return native{text: func(ev *eval) string { return ev.leaf.Key }}
	case "kind":
		return native{text: func(ev *eval) string { return ev.leaf.Kind.String() }}
	case "type":
		return native{text: func(ev *eval) string { return ev.leaf.Type }}
	case "value":
		return native{text: func(ev *eval) string { return ev.leaf.Value }}
	}
	return native{}
}

// partOfToken understands jwt(x).alg and its like.
func (t *translator) partOfToken(c *ast.CallNode, property ast.Node) native {
	name, ok := property.(*ast.StringNode)
	if !ok || calleeName(c) != "jwt" || len(c.Arguments) != 1 {
		return native{}
	}
	raw, part := t.expr(c.Arguments[0]).text, tokenPart(name.Value)
	switch {
	case raw == nil:
	case part.truth != nil:
		return native{truth: withToken(raw, part.truth)}
	case part.whole != nil:
		return native{whole: withToken(raw, part.whole)}
	case part.text != nil:
		return native{text: withToken(raw, part.text)}
	}
	return native{}
}

func withToken[T any](raw func(*eval) string, part func(*eval) T) func(*eval) T {
	return func(ev *eval) T {
		around := ev.token
		ev.token = ev.scope.token(raw(ev))
		v := part(ev)
		ev.token = around
		return v
	}
}

func tokenPart(name string) native {
	switch name {
	case "ok":
		return native{truth: func(ev *eval) bool { return ev.token.OK }}
	case "signed":
		return native{truth: func(ev *eval) bool { return ev.token.Signed }}
	case "encrypted":
		return native{truth: func(ev *eval) bool { return ev.token.Encrypted }}
	case "expired":
		return native{truth: func(ev *eval) bool { return ev.token.Expired }}
	case "alg":
		return native{text: func(ev *eval) string { return ev.token.Alg }}
	case "typ":
		return native{text: func(ev *eval) string { return ev.token.Typ }}
	case "kid":
		return native{text: func(ev *eval) string { return ev.token.Kid }}
	case "iss":
		return native{text: func(ev *eval) string { return ev.token.Iss }}
	case "sub":
		return native{text: func(ev *eval) string { return ev.token.Sub }}
	case "jku":
		return native{text: func(ev *eval) string { return ev.token.Jku }}
	case "x5u":
		return native{text: func(ev *eval) string { return ev.token.X5u }}
	case "scope":
		return native{text: func(ev *eval) string { return ev.token.Scope }}
	case "exp":
		return native{whole: func(ev *eval) int { return ev.token.Exp }}
	case "iat":
		return native{whole: func(ev *eval) int { return ev.token.Iat }}
	case "nbf":
		return native{whole: func(ev *eval) int { return ev.token.Nbf }}
	}
	return native{}
}

// field understands a field of the call. The common ones are read where they
// stand; the others are computed once per call and kept boxed, as for the
// virtual machine.
func (t *translator) field(name string) native {
	i, ok := t.lang.index[name]
	if !ok {
		return native{}
	}
	if f := prefilter.Text(name); f != nil {
		return native{text: func(ev *eval) string { return f(ev.scope.call) }}
	}
	if f := prefilter.Number(name); f != nil {
		return native{whole: func(ev *eval) int { return f(ev.scope.call) }}
	}
	if f := plainField(name); f.truth != nil || f.whole != nil || f.text != nil {
		return f
	}
	switch t.lang.fields[i].Type {
	case "string":
		return native{text: func(ev *eval) string { v, _ := ev.scope.field(i).(string); return v }}
	case "int":
		return native{whole: func(ev *eval) int { v, _ := ev.scope.field(i).(int); return v }}
	case "bool":
		return native{truth: func(ev *eval) bool { v, _ := ev.scope.field(i).(bool); return v }}
	}
	return native{}
}

// plainField understands fields that are read, or made of what is read, faster
// than they are kept.
func plainField(name string) native {
	if n := madeTextOf(name); n != noMadeText {
		return native{text: func(ev *eval) string { return ev.scope.makeText(n) }}
	}
	switch name {
	case "note.kind":
		return native{text: func(ev *eval) string { return ev.scope.noteKind() }}
	case "note.name":
		return native{text: func(ev *eval) string { return ev.scope.noted().Name }}
	case "req.seen":
		return native{truth: func(ev *eval) bool { return ev.scope.call.Req.Seen }}
	case "resp.seen":
		return native{truth: func(ev *eval) bool { return ev.scope.call.Resp.Seen }}
	case "call.failed":
		return native{truth: func(ev *eval) bool { return ev.scope.call.Failed }}
	case "call.ttfb_us":
		return native{whole: func(ev *eval) int { return micros(ev.scope.call.Req.End, ev.scope.call.Resp.Start) }}
	case "req.duration_us":
		return native{whole: func(ev *eval) int { return micros(ev.scope.call.Req.Start, ev.scope.call.Req.End) }}
	case "resp.duration_us":
		return native{whole: func(ev *eval) int { return micros(ev.scope.call.Resp.Start, ev.scope.call.Resp.End) }}
	}
	return native{}
}
