package body

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"

	"spaniel/event"
)

// graphqlCases are calls that hold a document somewhere, with the leaves made
// of its literals; the document's own leaf is left out.
var graphqlCases = []struct{ name, target, headers, body, want string }{
	{"literals by their field", "", "", `{"query":"{ user(id: \"1'\", n: 7) { posts(first: 2, on: true) { id } } }"}`,
		"json body.query.args.user.id string \"1'\"\njson body.query.args.user.n number \"7\"\njson body.query.args.user.posts.first number \"2\"\njson body.query.args.user.posts.on bool \"true\"\n"},
	{"objects, lists, enums, null", "", "", `{"query":"mutation M { add(in: {name: \"a\", tags: [\"b\", \"c\"], kind: BIG, no: null, f: 1.5e3}) { id } }"}`,
		"json body.query.args.add.in.name string \"a\"\njson body.query.args.add.in.tags.0 string \"b\"\njson body.query.args.add.in.tags.1 string \"c\"\njson body.query.args.add.in.kind \"BIG\"\njson body.query.args.add.in.no null \"null\"\njson body.query.args.add.in.f number \"1.5e3\"\n"},
	{"defaults and variables", "", "", `{"query":"query Q($id: ID = \"d\") { a(id: $id) }","variables":{"id":"v"}}`,
		"json body.query.defaults.id string \"d\"\njson body.variables.id string \"v\"\n"},
	{"an alias is no place", "", "", `{"query":"{ x: user(id: 1) { id } y: user(id: 2) { id } }"}`,
		"json body.query.args.user.id number \"1\"\njson body.query.args.user.id number \"2\"\n"},
	{"fragments and directives", "", "", `{"query":"query { a { ...F } ... on T @include(if: false) { b(x: 1) } } fragment F on T { c(y: \"z\") }"}`,
		"json body.query.args.@include.if bool \"false\"\njson body.query.args.b.x number \"1\"\njson body.query.args.F.c.y string \"z\"\n"},
	{"block string", "", "", `{"query":"{ a(t: \"\"\"one \\\"\"\" ' two\"\"\") }"}`, "json body.query.args.a.t string \"one \\\"\\\"\\\" ' two\"\n"},
	{"batch", "", "", `[{"query":"{a(b:1)}"},{"query":"{a(b:2)}"}]`, "json body.0.query.args.a.b number \"1\"\njson body.1.query.args.a.b number \"2\"\n"},
	{"in a query", "/graphql?query=%7Buser(id:%221%27%22)%7Bid%7D%7D&variables=%7B%22a%22:%22b%22%7D", "", "",
		"json query.query.args.user.id string \"1'\"\njson query.variables.a string \"b\"\n"},
	{"in a query with plus", "/graphql?query=query+Q{user(id:\"1+2\")}", "", "", "json query.query.args.user.id string \"1 2\"\n"},
	{"in a form", "", "Content-Type: application/x-www-form-urlencoded", "query=query{a(b:\"c\")}", "json body.query.args.a.b string \"c\"\n"},
	{"upload request", "", "Content-Type: multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=operations\r\n\r\n{\"query\":\"{a(b:\\\"c\\\")}\"}\r\n--B--",
		"json body.operations.query.args.a.b string \"c\"\n"},
	{"a document as the body", "", "Content-Type: application/graphql", `mutation{a(b:"c")}`, "json body.args.a.b string \"c\"\n"},
	{"a document nobody declared", "", "", `{ user(id: "x") { id } }`, "json body.args.user.id string \"x\"\n"},
	{"cut off", "", "", `{"query":"{ user(id: \"1' or 1=1\", name: \"b`, "json body.query.literals.0 string \"1' or 1=1\"\njson body.query.literals.1 string \"b\"\n"},
	{"wrong syntax", "", "", `{"query":"query { a(b: \"c\" #\"no\"\n ]] \"\"\"d \\\"\"\" e\"\"\" }"}`, "json body.query.literals.0 string \"c\"\njson body.query.literals.1 string \"d \\\"\\\"\\\" e\"\n"},
	{"deeper than the parser goes", "", "", `{"query":"` + strings.Repeat("{a", 3000) + `(b: \"c\")"}`, "json body.query.literals.0 string \"c\"\n"},
	{"longer than its cap", "", "", `{"query":"{` + strings.Repeat("a ", 9000) + `b(c: \"d\")}"}`, "json body.query.literals.0 string \"d\"\n"},
	{"a word, no document", "", "", `{"query":"query planner of postgres"}`, ""},
	{"json, no document", "", "", `{"query":"{\"a\":\"b\"}"}`, "json body.query.a string \"b\"\n"},
	{"a member of another name", "", "", `{"note":"{ user(id: 1) }"}`, ""},
}

func TestGraphQL(t *testing.T) {
	for _, c := range graphqlCases {
		var got []event.Leaf
		for _, l := range request(c.target, c.headers, c.body).Leaves() {
			if l.Kind == event.LeafJSON && l.Key != "query" && l.Key != "note" {
				got = append(got, l)
			}
		}
		if s := show(got); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

// FuzzGraphQL: of a document that parses, the strings and numbers that a lexer
// finds are the leaves, each once.
func FuzzGraphQL(f *testing.F) {
	f.Add(`query Q($a: [ID!] = ["x"]) @d(e: "f") { a(b: "c\u0027", d: {e: [1, 2.5, $a]}) { ...F } }  fragment F on T { g(h: """i""") }`)
	f.Add(`"what it does" mutation M("an id" $a: ID) { a(b: "c") }`)
	f.Add(`{a(b:"\uD83D\uDE00")}#"x`)
	f.Fuzz(func(t *testing.T, doc string) {
		if len(doc) > 2000 || !graphqlLike(doc) {
			return
		}
		if _, err := parser.ParseQuery(&ast.Source{Input: doc}); err != nil {
			request("", "Content-Type: application/graphql", doc).Leaves()
			return
		}
		want := tokensOf(doc)
		if len(want) > 500 {
			return
		}
		var got []string
		for _, l := range request("", "Content-Type: application/graphql", doc).Leaves() {
			if l.Kind == event.LeafJSON && strings.HasPrefix(l.Place, "body.") && (l.Type == "number" || l.Type == "string" && l.Value != "") {
				got = append(got, l.Value)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q:\n got %q\nwant %q", doc, got, want)
		}
	})
}

// tokensOf lists the strings and numbers of a document in order of their text.
func tokensOf(doc string) []string {
	var out []string
	for lex := lexer.New(&ast.Source{Input: doc}); ; {
		tok, err := lex.ReadToken()
		if err != nil || tok.Kind == lexer.EOF {
			slices.Sort(out)
			return out
		}
		switch tok.Kind {
		case lexer.Int, lexer.Float:
			out = append(out, tok.Value)
		case lexer.String, lexer.BlockString:
			if tok.Value != "" {
				out = append(out, tok.Value)
			}
		}
	}
}
