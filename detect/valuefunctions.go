package detect

import (
	"github.com/expr-lang/expr/ast"

	"spaniel/detect/text"
)

// valueFunctions look at one value alone.
func valueFunctions() []function {
	return []function{
		{name: "wildcard", meaning: "the pattern is that of a whole reading: * is any text, ? one character, \\ takes their meaning; without regard to ASCII case", example: `wildcard(req.host, "*.internal.example")`,
			types: withSubject[*text.Wildcard](), literal: wildcardLiteral, lit: 1,
			call: func(s *scope, a []any) any { return s.match(a[0], a[1].(*text.Wildcard).Match, nil) }},
		{name: "iban", meaning: "an international bank account number by country, length and check digits", example: `iban(req.query)`,
			types: []any{new(func(*scope, string) bool)},
			call:  func(_ *scope, a []any) any { return text.IBAN(a[0].(string)) }},
		{name: "similar", meaning: "how alike two texts are, 0 to 1: 1 less the edits from one to the other by the longer's length; of the first 256 bytes, without regard to ASCII case", example: `similar(req.host, "shop.example") > 0.8`,
			types: []any{new(func(*scope, string, string) float64)},
			call:  func(s *scope, a []any) any { return s.similar(a[0].(string), a[1].(string)) }},
		{name: "url_decode", meaning: "the text with its %XX undone and a space for each +, once; what is no such escape stays", example: `url_decode(req.target) contains "/admin tools/"`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.urlDecode(a[0].(string)) }},
	}
}

// similar costs the product of what is compared.
func (s *scope) similar(x, y string) float64 {
	if !s.spend(min(len(x), 256) * min(len(y), 256) / 8) {
		return 0
	}
	return text.Similar(x, y)
}

func (s *scope) urlDecode(x string) string {
	if !s.spend(len(x)) {
		return ""
	}
	return text.URLDecode(x)
}

// ofValues understands functions of plain texts.
func (t *translator) ofValues(name string, args []ast.Node) native {
	var x []func(*eval) string
	for _, a := range args {
		f := t.expr(a).text
		if f == nil {
			return native{}
		}
		x = append(x, f)
	}
	switch {
	case name == "luhn" && len(x) == 1:
		return native{truth: func(ev *eval) bool { return text.Luhn(x[0](ev)) }}
	case name == "iban" && len(x) == 1:
		return native{truth: func(ev *eval) bool { return text.IBAN(x[0](ev)) }}
	case name == "entropy" && len(x) == 1:
		return native{real: func(ev *eval) float64 { return text.Entropy(x[0](ev)) }}
	case name == "similar" && len(x) == 2:
		return native{real: func(ev *eval) float64 { return ev.scope.similar(x[0](ev), x[1](ev)) }}
	}
	return native{}
}
