package text

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spaniel/internal/costtest"
)

func TestGraphQLShape(t *testing.T) {
	for _, c := range []struct {
		doc            string
		depth, aliases int
	}{
		{"", 0, 0},
		{"{ me { id } }", 2, 0},
		{"{a: me{id} b: me{id}}", 2, 2},
		{`query Q($id: ID!, $f: Filter = {a: {b: 1}}) @live(x: {y: 1}) { item(where: {and: {or: {id: $id}}}) { name } }`, 2, 0},
		{`{ a(s: "}}{{:x") { """` + "\n{{ b: c }}\\\"\"\"" + `""" id } }`, 2, 0},
		{"{ # a: b {{{\n me { id } }", 2, 0},
		{"{a{b{c{", 4, 0},
		{"}}}{a}", 1, 0},
		{`{ x : y, "z": w }`, 1, 1},
		{"fragment F on User { id, n: name }", 1, 1},
	} {
		if depth, aliases := GraphQLShape(c.doc); depth != c.depth || aliases != c.aliases {
			t.Errorf("%q: depth %d, %d aliases; want %d, %d", c.doc, depth, aliases, c.depth, c.aliases)
		}
	}
}

func TestLongestRun(t *testing.T) {
	for s, want := range map[string]int{"": 0, "a": 1, "abc": 1, "xaaaay": 4, "xababab!": 6, "user@example.com": 1, strings.Repeat("abcd", 9): 36,
		strings.Repeat("abcde", 9): 1, "--------": 8, "aab": 2, "éé": 4} {
		if got := LongestRun(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

func TestCollisions(t *testing.T) {
	var plain []string
	for i := range 2000 {
		plain = append(plain, fmt.Sprint("field_", i))
	}
	for _, c := range []struct {
		names []string
		want  int
	}{
		{nil, 0}, {[]string{"id"}, 1}, {[]string{"id", "id", "id"}, 1}, {plain, 1},
		{[]string{"AaAa", "AaBB", "BBAa", "BBBB", "id"}, 4},
		{[]string{"EzEz", "EzFY", "FYEz", "FYFY"}, 4},
	} {
		if got := Collisions(c.names); got != c.want {
			t.Errorf("%.60v: %d, want %d", c.names, got, c.want)
		}
	}
}

// TestGist: texts alike share theirs, others do not, and short ones have none.
func TestGist(t *testing.T) {
	one := "Buy cheap watches now at watches 24 example today"
	for _, alike := range []string{"buy CHEAP watches now, at watches 77 example: today", "Buy cheap watches now at watches example today!"} {
		if Gist(one) == "" || Gist(one) != Gist(alike) {
			t.Errorf("%q and %q have not the same", one, alike)
		}
	}
	seen := map[string]string{}
	for _, other := range []string{one, "Good shoe, size 42 fits well, the colour is as in the picture", "The delivery was late but the parcel was whole", "Thank you for the quick answer to my question about sizes"} {
		g := Gist(other)
		if seen[g] != "" {
			t.Errorf("%q and %q have the same", other, seen[g])
		}
		seen[g] = other
	}
	for _, short := range []string{"", "thank you", "1 2 3 4 5 6 7 8 9", "one two three four five"} {
		if g := Gist(short); g != "" {
			t.Errorf("%q has %q", short, g)
		}
	}
}

func TestJSONTime(t *testing.T) {
	at := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC).UnixNano()
	for body, want := range map[string]int64{
		`{"id":1,"endsAt":"2026-01-05T10:00:00Z"}`:                at,
		`{"auction": {"ENDSAT" : "2026-01-05T11:00:00.0+01:00"}}`: at,
		`{"endsAt":1767607200}`:                                   at,
		`{"endsAt":"1767607200000"}`:                              at,
		`{"endsAt":99999999999999}`:                               0,
		`{"endsAt":12}`:                                           0,
		`{"endsAt":"soon"}`:                                       0,
		`{"endsAt":"2026-01-05`:                                   0,
		`{"endsAt"`:                                               0,
		`{"endsAtLast":1767607200}`:                               0,
		"":                                                        0,
	} {
		got, ok := JSONTime(body, "endsat")
		if got != want || ok != (want != 0) {
			t.Errorf("%s: %d %v, want %d", body, got, ok, want)
		}
	}
}

// TestBehaviourIsLinear measures what hostile texts cost.
func TestBehaviourIsLinear(t *testing.T) {
	for name, f := range map[string]func(string){
		"graphql": func(s string) { GraphQLShape(s) }, "run": func(s string) { LongestRun(s) }, "gist": func(s string) { Gist(s) },
		"time": func(s string) { JSONTime(s, "endsat") },
	} {
		for _, piece := range []string{"a", "ab ", "{", "{a:b ", "\"", "\"\"\"", "\\", "#", "(", "\"endsat", "\"endsat\":", "7"} {
			costtest.Linear(t, fmt.Sprintf("%s, %q", name, piece), 16<<10, 0, func(n int) func() {
				s := strings.Repeat(piece, n/len(piece))
				return func() { f(s) }
			})
		}
	}
}
