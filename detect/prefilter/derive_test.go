package prefilter

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr/parser"

	"spaniel/event"
)

// TestPossible: what a filter says, and whether it had to open the call. That
// it never hides what evaluation finds is a property tested where conditions
// are evaluated, in detect.
func TestPossible(t *testing.T) {
	for _, tc := range []struct {
		when            string
		possible, opens bool
	}{
		{`req.method == "GET"`, true, false},
		{`req.method == "PUT"`, false, false},
		{`!(req.method == "PUT")`, true, false},
		{`req.method == "PUT" || resp.status == 200`, true, false},
		{`req.method == "PUT" || resp.status in [301, 302]`, false, false},
		{`something(req.path) || req.method == "PUT"`, true, false},
		{`something(req.path) && req.method == "PUT"`, false, false},
		{`"x-a" in req.headers && "X-B" not in req.headers`, true, false},
		{`"x-b" in req.headers`, false, false},
		{`any(req.leaves, quotes(#))`, true, true},
		{`any(req.leaves, dollars(#))`, false, true},
		{`any(req.leaves, !dollars(#))`, true, true},
		{`any(req.leaves, dollars(#) || .place == "a")`, true, false},
		{`dollars(leaves) && req.method == "PUT"`, false, false},
		{`dollars(req.path)`, true, false}, // a string is no leaf
		{`true`, true, false},
		{`false && something()`, false, false},
		{`resp.status > 199 && resp.status < 300 && resp.status != 204 && resp.status <= 200 && resp.status >= 200`, true, false},
	} {
		tree, err := parser.Parse(tc.when)
		if err != nil {
			t.Fatalf("%s: %v", tc.when, err)
		}
		c := &event.Call{}
		c.Reset(oneLeaf{})
		c.Req.Method, c.Resp.Status = "GET", 200
		c.Req.Headers = []event.Header{{Name: "X-A"}}
		matchers := map[string]*Matcher{"quotes": has("'", 0), "dollars": has("$", 1)}
		v := NewView(NewTests([]*Matcher{matchers["quotes"], matchers["dollars"]}, nil))
		v.Reset(c)
		got := Derive(tree.Node, matchers).Possible(&v)
		if got != tc.possible || c.Expanded() != tc.opens {
			t.Errorf("%s: possible %v, opened %v", tc.when, got, c.Expanded())
		}
	}
}

// has is a matcher that finds one byte.
func has(b string, index int) *Matcher {
	return &Matcher{Needs: b, Index: index, Match: func(s string) (int, string, bool) {
		i := strings.Index(s, b)
		return i, b, i >= 0
	}}
}

// oneLeaf is a request with the value it's.
type oneLeaf struct{}

func (oneLeaf) Body(*event.Call, *event.Message) []byte { return nil }
func (oneLeaf) Leaves(_ *event.Call, dst []event.Leaf) []event.Leaf {
	return append(dst, event.Leaf{Place: "query.a", Value: "it's"})
}
