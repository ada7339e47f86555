package body

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"spaniel/event"
)

// maxTokens is how many tokens of a GraphQL document are parsed. Of a longer
// one, as of one that does not parse, the string literals alone are leaves.
const maxTokens = 8192

// graphqlMember reports whether a member or parameter of this name may hold a
// GraphQL document.
func graphqlMember(name string) bool {
	switch name {
	case "query", "mutation", "subscription", "document":
		return true
	}
	return false
}

// graphqlLike reports whether s begins as a GraphQL document does, and not as
// a JSON object or an ordinary word does.
func graphqlLike(s string) bool {
	for s = trimIgnored(s); strings.HasPrefix(s, "#"); s = trimIgnored(s) {
		_, s, _ = strings.Cut(s, "\n")
	}
	for _, word := range []string{"query", "mutation", "subscription", "fragment"} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return rest != "" && strings.IndexByte(" \t\r\n,{(@#", rest[0]) >= 0 && strings.IndexByte(rest, '{') >= 0
		}
	}
	if !strings.HasPrefix(s, "{") {
		return false
	}
	s = trimIgnored(s[1:])
	return s != "" && (plainName[s[0]] || s[0] == '.' || s[0] == '#')
}

// trimIgnored cuts what GraphQL ignores before a token, but for comments.
func trimIgnored(s string) string {
	return strings.TrimLeft(strings.TrimPrefix(s, "\ufeff"), " \t\r\n,")
}

// graphql appends the literals of a document below place: args, then the
// fields they are arguments of, or defaults, then the variable. The document
// itself is a leaf already, so that nothing is lost with one that breaks.
func (k *collector) graphql(place, text string) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		k.literals(k.e.place(place, "literals"), text)
		return
	}
	args, defaults := k.e.place(place, "args"), k.e.place(place, "defaults")
	for _, op := range doc.Operations {
		k.description(place, op.Description)
		k.defaults(defaults, op.VariableDefinitions)
		k.directives(args, op.Directives)
		k.selections(args, op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		at := k.e.place(args, f.Name)
		k.description(at, f.Description)
		k.defaults(defaults, f.VariableDefinition)
		k.directives(at, f.Directives)
		k.selections(at, f.SelectionSet)
	}
}

func (k *collector) defaults(place string, list ast.VariableDefinitionList) {
	for _, d := range list {
		at := k.e.place(place, d.Variable)
		k.description(at, d.Description)
		k.literal(at, d.Variable, d.DefaultValue)
		k.directives(at, d.Directives)
	}
}

func (k *collector) description(place, text string) {
	if text != "" && !k.full() {
		k.add(event.Leaf{Place: k.e.place(place, "description"), Key: "description", Kind: event.LeafJSON, Type: "string", Value: text})
	}
}

// selections walks fields by their names; aliases are for the answer only.
func (k *collector) selections(place string, set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			at := k.e.place(place, s.Name)
			for _, a := range s.Arguments {
				k.literal(k.e.place(at, a.Name), a.Name, a.Value)
			}
			k.directives(at, s.Directives)
			k.selections(at, s.SelectionSet)
		case *ast.InlineFragment:
			k.directives(place, s.Directives)
			k.selections(place, s.SelectionSet)
		case *ast.FragmentSpread:
			k.directives(k.e.place(place, s.Name), s.Directives)
		}
	}
}

func (k *collector) directives(place string, list ast.DirectiveList) {
	for _, d := range list {
		at := k.e.place(place, "@"+d.Name)
		for _, a := range d.Arguments {
			k.literal(k.e.place(at, a.Name), a.Name, a.Value)
		}
	}
}

// literal appends the scalars of a value; variables stand for members of
// "variables", which are leaves of their own.
func (k *collector) literal(place, key string, v *ast.Value) {
	if v == nil || k.full() {
		return
	}
	kind := ""
	switch v.Kind {
	case ast.Variable:
		return
	case ast.ObjectValue:
		for _, c := range v.Children {
			k.literal(k.e.place(place, c.Name), c.Name, c.Value)
		}
		return
	case ast.ListValue:
		for i, c := range v.Children {
			k.literal(k.e.numbered(place, i), key, c.Value)
		}
		return
	case ast.IntValue, ast.FloatValue:
		kind = "number"
	case ast.StringValue, ast.BlockValue:
		kind = "string"
	case ast.BooleanValue:
		kind = "bool"
	case ast.NullValue:
		kind = "null"
	}
	k.add(event.Leaf{Place: place, Key: key, Kind: event.LeafJSON, Type: kind, Value: v.Raw})
}

// literals appends the string literals of a text that is no whole document.
func (k *collector) literals(place, s string) {
	for n, i := 0, 0; i < len(s) && !k.full(); {
		switch {
		case s[i] == '#':
			if j := strings.IndexByte(s[i:], '\n'); j >= 0 {
				i += j
			} else {
				i = len(s)
			}
			continue
		case s[i] != '"':
			i++
			continue
		}
		var text string
		text, i = stringLiteral(s, i)
		if text != "" {
			k.add(event.Leaf{Place: k.e.numbered(place, n), Key: "literals", Kind: event.LeafJSON, Type: "string", Value: text})
			n++
		}
	}
}

// stringLiteral reads the literal that begins at i, a block or a line, and
// returns where what follows it begins. A missing end is the end of the text.
func stringLiteral(s string, i int) (text string, next int) {
	if strings.HasPrefix(s[i:], `"""`) {
		from := i + 3
		for j := from; ; {
			n := strings.Index(s[j:], `"""`)
			switch {
			case n < 0:
				return s[from:], len(s)
			case j+n > from && s[j+n-1] == '\\':
				j += n + 3
			default:
				return strings.ReplaceAll(s[from:j+n], `\"""`, `"""`), j + n + 3
			}
		}
	}
	var b []byte
	for i++; i < len(s) && s[i] != '\n'; {
		switch s[i] {
		case '"':
			return string(b), i + 1
		case '\\':
			var n int
			b, n = appendEscape(b, s[i:])
			i += n
		default:
			b = append(b, s[i])
			i++
		}
	}
	return string(b), i
}
