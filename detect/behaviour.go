package detect

import (
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/text"
	"spaniel/event"
)

// behaviourFunctions are what rules about behaviour count: values by the names
// they go by, and what a request costs to answer.
func behaviourFunctions() []function {
	return []function{
		{name: "value_of", meaning: "first value of the request whose name is one of the words, redacted; empty without", example: `value_of(["coupon", "voucher"]) != ""`,
			types: []any{new(func(*scope, words) string)}, literal: wordsLiteral,
			call: func(s *scope, a []any) any { return s.valueOf(a[0].(words)) }},
		{name: "card_number", meaning: "first payment card number of the request, redacted so that equal ones are equal; empty without", example: `card_number() != ""`,
			types: []any{new(func(*scope) string)},
			call:  func(s *scope, _ []any) any { return s.cardNumber() }},
		{name: "gist", meaning: "what texts of nearly the same words share, whatever their numbers; empty of fewer than six words", example: `gist(req.body) != ""`,
			types: []any{new(func(*scope, string) string)},
			call:  func(s *scope, a []any) any { return s.gist(a[0].(string)) }},
		{name: "longest_run", meaning: "bytes of the longest repetition of one piece of at most 4 bytes", example: `any(req.leaves, longest_run(.value) > 40)`,
			types: []any{new(func(*scope, string) int)},
			call:  func(s *scope, a []any) any { return s.longestRun(a[0].(string)) }},
		{name: "collisions", meaning: "how many names of the request's values share one value of a hash that tables of parameters use", example: `collisions() > 20`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.collisions() }},
		{name: "parameters", meaning: "parameters of the request's query and form", example: `parameters() > 1000`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.parameters() }},
		{name: "graphql_depth", meaning: "how deep the selections of the request's GraphQL nest", example: `graphql_depth() > 15`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.graphql().depth }},
		{name: "graphql_aliases", meaning: "fields that the request's GraphQL renames, over all its documents", example: `graphql_aliases() > 30`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.graphql().aliases }},
		{name: "graphql_batch", meaning: "GraphQL documents in the request", example: `graphql_batch() > 10`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.graphql().documents }},
		{name: "seconds_until", meaning: "seconds from the call to the time that a member of the response's JSON tells, by its name; -1 without one, or when it is past", example: `seconds_until(["ends_at", "closes_at"]) in [0, 1, 2]`,
			types: []any{new(func(*scope, words) int)}, literal: wordsLiteral,
			call: func(s *scope, a []any) any { return s.secondsUntil(a[0].(words)) }},
	}
}

// behaviour understands them.
func (t *translator) behaviour(name string, args []ast.Node) native {
	if len(args) == 0 {
		switch name {
		case "card_number":
			return native{text: func(ev *eval) string { return ev.scope.cardNumber() }}
		case "collisions":
			return native{whole: func(ev *eval) int { return ev.scope.collisions() }}
		case "parameters":
			return native{whole: func(ev *eval) int { return ev.scope.parameters() }}
		case "graphql_depth":
			return native{whole: func(ev *eval) int { return ev.scope.graphql().depth }}
		case "graphql_aliases":
			return native{whole: func(ev *eval) int { return ev.scope.graphql().aliases }}
		case "graphql_batch":
			return native{whole: func(ev *eval) int { return ev.scope.graphql().documents }}
		}
		return native{}
	}
	if len(args) != 1 {
		return native{}
	}
	names, literal := constant(wordsLiteral, args[0]).(words)
	x := t.expr(args[0]).text
	switch {
	case name == "value_of" && literal:
		return t.valueOf(args[0], names)
	case name == "seconds_until" && literal:
		return native{whole: func(ev *eval) int { return ev.scope.secondsUntil(names) }}
	case name == "gist" && x != nil:
		return native{text: func(ev *eval) string { return ev.scope.gist(x(ev)) }}
	case name == "longest_run" && x != nil:
		return native{whole: func(ev *eval) int { return ev.scope.longestRun(x(ev)) }}
	}
	return native{}
}

func (s *scope) gist(x string) string {
	if !s.spend(len(x)) {
		return ""
	}
	return text.Gist(x)
}

func (s *scope) longestRun(x string) int {
	if !s.spend(4 * len(x)) {
		return 0
	}
	return text.LongestRun(x)
}

func sentValue(k event.LeafKind) bool {
	switch k {
	case event.LeafQuery, event.LeafForm, event.LeafJSON, event.LeafMultipart, event.LeafXML:
		return true
	}
	return false
}

// valueOf leaves the shard by windows and messages: it is redacted by its own
// place here, since there only the rule's text would be known.
func (s *scope) valueOf(names words) string {
	leaves := s.call.Leaves()
	for i := range leaves {
		l := &leaves[i]
		if sentValue(l.Kind) && names[lowerASCII(l.Key)] {
			return s.redact(l.Place, l.Value)
		}
	}
	return ""
}

// valueOf understands value_of: without one of the names in the request no leaf is
// made.
func (t *translator) valueOf(list ast.Node, names words) native {
	test := t.lang.keyTest("in_list "+list.String(), func(name string) bool { return names[lowerASCII(name)] })
	return native{text: func(ev *eval) string {
		if v := ev.scope.view; v != nil && !v.MayName(test) {
			return ""
		}
		return ev.scope.valueOf(names)
	}}
}

func (s *scope) cardNumber() string {
	leaves := s.call.Leaves()
	for i := range leaves {
		if l := &leaves[i]; sentValue(l.Kind) && text.Luhn(l.Value) {
			return s.redact(l.Place, l.Value)
		}
	}
	return ""
}

// fewNames are too few to cost anybody anything.
const fewNames = 32

// collisions looks at names from which a server makes a table.
func (s *scope) collisions() int {
	if s.view != nil && s.view.NamesAtMost() < fewNames {
		return 0
	}
	leaves := s.call.Leaves()
	different := map[string]bool{}
	names := make([]string, 0, len(leaves))
	size := 0
	for i := range leaves {
		if sentValue(leaves[i].Kind) {
			names = append(names, leaves[i].Key)
			size += len(leaves[i].Key)
			different[leaves[i].Key] = true
		}
	}
	if len(different) < fewNames {
		return 0
	}
	if !s.spend(3 * size) {
		return 0
	}
	return text.Collisions(names)
}

// parameters counts by what stands between them: leaves have a cap.
func (s *scope) parameters() (n int) {
	form := ""
	if s.makeText(reqTypeText) == "application/x-www-form-urlencoded" {
		form, _ = s.field(s.lang.reqBody).(string)
	}
	for _, text := range [...]string{s.call.Req.Query, form} {
		if text != "" && s.spend(len(text)) {
			n += 1 + strings.Count(text, "&")
		}
	}
	return n
}

// A graphqlCost is what the documents of a request ask for together.
type graphqlCost struct{ depth, aliases, documents int }

func (s *scope) graphql() (c graphqlCost) {
	if s.call.Style != "graphql" {
		return c
	}
	add := func(doc string) {
		if strings.IndexByte(doc, '{') < 0 || !s.spend(len(doc)) {
			return
		}
		depth, aliases := text.GraphQLShape(doc)
		c.depth, c.aliases, c.documents = max(c.depth, depth), c.aliases+aliases, c.documents+1
	}
	if s.makeText(reqTypeText) == "application/graphql" {
		body, _ := s.field(s.lang.reqBody).(string)
		add(body)
		return c
	}
	leaves := s.call.Leaves()
	for i := range leaves {
		switch l := &leaves[i]; {
		case !sentValue(l.Kind):
		case l.Key == "query", l.Key == "mutation", l.Key == "document":
			add(l.Value)
		}
	}
	return c
}

// secondsUntil reads the first member of that name that holds a time of day,
// or seconds or milliseconds since 1970.
func (s *scope) secondsUntil(names words) int {
	body, _ := s.field(s.lang.respBody).(string)
	best := -1
	for name := range names {
		if !s.spend(len(body)) {
			return -1
		}
		at, ok := text.JSONTime(body, name)
		if left := at - s.call.Time; ok && left >= 0 {
			if n := int(left / int64(time.Second)); best < 0 || n < best {
				best = n
			}
		}
	}
	return best
}
