package detect

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// An Unstored is something a rule reads of which a store holds nothing, or not
// what was on the wire.
type Unstored struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Unstored lists what the rule reads, and those whose alerts it counts, that
// calls in a store do not have; empty where the rule can be judged on them.
func (s *Set) Unstored(rule string) []Unstored {
	v := &unstoredFinder{lang: s.lang, seen: map[string]bool{}, within: map[ast.Node]bool{}}
	for _, r := range s.of(rule).rules {
		v.facts(r)
		for _, tree := range r.trees() {
			ast.Walk(&tree, headerReads(v.within))
			ast.Walk(&tree, v)
		}
	}
	slices.SortFunc(v.list, func(a, b Unstored) int { return strings.Compare(a.Name, b.Name) })
	return v.list
}

// facts adds the learned facts that the rule asks for and that stored calls do
// not teach.
func (v *unstoredFinder) facts(r *Rule) {
	if r.win == nil {
		return
	}
	for _, a := range r.win.plan.aggregates {
		if a.fact.needs()&^needEndpoint != 0 {
			v.add(a.text, "it is learned from values, tokens and answers, which are not kept")
		}
	}
}

// unstoredFields are the fields that a stored call lacks, with the reason.
// Columns that are no field are not asked for here.
func unstoredFields() map[string]string {
	const notKept = "no column holds it"
	return map[string]string{
		"req.leaves": "values are kept redacted, and only of calls with an alert", "leaves": "values are kept redacted, and only of calls with an alert",
		"req.body": "bodies are not kept", "resp.body": "bodies are not kept", "req.complete": notKept, "resp.complete": notKept, "resp.reason": notKept,
		"req.http_version": notKept, "resp.http_version": notKept, "req.duration_us": notKept, "resp.duration_us": notKept, "req.user": "only principal.user is kept",
		"req.password_hash": notKept, "req.password_place": notKept, "call.failed": notKept, "call.alt": "second readings are not kept", "flow.service": notKept,
		"flow.midstream": notKept, "req.operation": "it is found in the values, which are not kept",
	}
}

// plainHeaders are the header fields that are kept as sent, unless the form of
// a value tells of a secret.
func plainHeaders() []string {
	return strings.Fields(`host user-agent accept accept-language accept-encoding accept-charset content-type content-length content-encoding range origin server date
		via x-forwarded-for x-forwarded-proto x-forwarded-host x-real-ip upgrade connection transfer-encoding cache-control pragma etag expect te trailer allow retry-after
		if-none-match if-modified-since last-modified vary strict-transport-security content-security-policy x-frame-options x-powered-by x-content-type-options
		www-authenticate access-control-allow-origin access-control-allow-credentials x-requested-with sec-fetch-site sec-fetch-mode sec-fetch-dest age expires
		content-disposition content-language accept-ranges`)
}

// unstoredFinder looks through expressions.
type unstoredFinder struct {
	lang   *language
	list   []Unstored
	seen   map[string]bool
	within map[ast.Node]bool // lists of headers of which one header is read
}

func (v *unstoredFinder) add(name, why string) {
	if !v.seen[name] {
		v.seen[name] = true
		v.list = append(v.list, Unstored{name, why})
	}
}

// headerReads collects the lists of headers of which one header is read, or
// asked for by its name.
type headerReads map[ast.Node]bool

// Visit is called for each node after its children.
func (h headerReads) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		if headerOf(n) != "" {
			h[n.Node] = true
		}
	case *ast.BinaryNode:
		if _, literal := n.Left.(*ast.StringNode); literal && n.Operator == "in" && headersOf(n.Right) != "" {
			h[n.Right] = true
		}
	}
}

// Visit is called for each node after its children.
func (v *unstoredFinder) Visit(node *ast.Node) {
	n := *node
	if v.within[n] {
		return
	}
	if h := headerOf(n); h != "" {
		if !contains(plainHeaders(), h) {
			v.add("header "+h, "its value may be kept redacted")
		}
		return
	}
	switch n := n.(type) {
	case *ast.IdentifierNode, *ast.MemberNode:
		st := &stepper{language: v.lang}
		name, _ := st.fieldOf(n)
		if why, ok := unstoredFields()[name]; ok {
			v.add(name, why)
		} else if name == "req.headers" || name == "resp.headers" {
			v.add(name, "the order of headers is not kept; one header by its name is")
		}
	case *ast.CallNode:
		v.call(n)
	}
}

func (v *unstoredFinder) call(n *ast.CallNode) {
	name := calleeName(n)
	switch {
	case name == "jwts", name == "jwt", name == "reflected":
		v.add(name+"()", "tokens and values are kept redacted")
	case strings.HasSuffix(name, ".header"):
		v.add(name+"()", "only a header that is named can be looked up")
	}
	for _, a := range n.Arguments {
		if id, ok := a.(*ast.IdentifierNode); ok && id.Value == "resp" {
			v.add("resp.body", unstoredFields()["resp.body"])
		}
	}
}
