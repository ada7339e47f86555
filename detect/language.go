package detect

import (
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"

	"spaniel/detect/list"
	"spaniel/detect/prefilter"
	"spaniel/detect/text"
)

// language is everything an expression about a call may name: compiled once
// per rule set, read-only from then on, shared by all judges.
type language struct {
	fields    []field
	index     map[string]int // field name → index
	functions map[string]*function
	groups    map[string]bool // req, resp, call, …
	config    *conf.Config
	filters   map[string]*prefilter.Matcher
	matchers  []matcher
	// tests is how many searches of leaves have a bit of their own, matchers
	// among them; sharedWords are those of the others.
	tests       int
	testsCost   int // of a byte, of all of them
	sharedWords []string
	// keyTests numbers the tests of names, nameTests are these.
	keyTests  map[string]int
	nameTests []func(name string) bool
	arranged  arrangedTests // when the set was loaded
	// matcherIndex is the place of each matcher in matchers.
	matcherIndex map[string]int
	// keyIDs and valueIDs number what goes into windows, over all rules.
	keyIDs, valueIDs map[string]int

	// bodyFinders numbers what is looked for in bodies, bodyWords has the words
	// of each, and bodySieve is made of them when all rules were read.
	bodyFinders map[string]int
	bodyWords   [][]string
	bodySieve   *text.Sieve

	// parts are those of the conditions of rules, partIDs numbers them.
	parts   []func(*eval) bool
	partIDs map[string]int
	traits  []string

	reqBody, respBody, reqLeaves int
	// searches numbers those whose answers are remembered.
	searches int
	// passwordTest is the test of a password's name.
	passwordTest uint64
	// tokenTest is the test of what may be a token.
	tokenTest uint64
	// scriptTest is that of what may run in a browser.
	scriptTest uint64

	// lists are the named lists of the set, by name; their places are those in
	// Set.lists.
	lists map[string]int
	kinds []list.Kind // by place

	// What is needed for each rule, and is made once.
	windowConfig      *conf.Config // without aggregates
	aggregates        map[string]aggregateOp
	facts             map[string]learnedFact
	literals          map[string]search // by the function and its literal
	idShape, refShape *regexp.Regexp
}

func newLanguage() *language {
	l := &language{fields: fieldTable(), index: map[string]int{}, functions: map[string]*function{}, groups: map[string]bool{}, filters: filterMatchers(), matchers: matchers(), matcherIndex: map[string]int{}, keyIDs: map[string]int{}, valueIDs: map[string]int{}, bodyFinders: map[string]int{}, partIDs: map[string]int{}, traits: traits(), keyTests: map[string]int{}, lists: map[string]int{},
		aggregates: aggregateOps(), facts: learnedFacts(), literals: map[string]search{},
		idShape: regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$`), refShape: regexp.MustCompile(`^[a-z][a-z0-9-]*:[A-Za-z0-9][A-Za-z0-9.:_/-]*$`)}
	l.tests = len(l.filters)
	l.tokenTest = l.newToken()
	l.scriptTest = 1 << l.filters["xss"].Index
	l.passwordTest = l.keyTest("password", passwordKeys.has)
	for i := range l.matchers {
		l.matcherIndex[l.matchers[i].name] = i
	}
	opts := []expr.Option{expr.Env(struct{}{})}
	for i := range l.fields {
		name := l.fields[i].Name
		l.index[name] = i
		if g, _, dotted := strings.Cut(name, "."); dotted {
			l.groups[g] = true
		}
		opts = append(opts, expr.Function(name, fieldCall(i), fieldType(l.fields[i].Type)))
	}
	l.reqBody, l.respBody, l.reqLeaves = l.index["req.body"], l.index["resp.body"], l.index["req.leaves"]
	table := functionTable()
	for i := range table {
		f := &table[i]
		l.functions[f.name] = f
		opts = append(opts, declare(f))
	}
	for _, name := range bannedBuiltins() {
		opts = append(opts, expr.DisableBuiltin(name))
	}
	l.config = config(append(opts, expr.MaxNodes(4<<10), expr.Patch(&patcher{lang: l})))
	opts = []expr.Option{expr.Env(struct{}{}), expr.MaxNodes(4 << 10)}
	for _, name := range bannedBuiltins() {
		opts = append(opts, expr.DisableBuiltin(name))
	}
	l.windowConfig = config(opts)
	return l
}

// fieldCall and functionCall are what a compiled expression calls. The
// compiler of expressions puts the scope first (patcher).
func fieldCall(i int) func(...any) (any, error) {
	return func(a ...any) (any, error) {
		s, ok := a[0].(*scope)
		if !ok {
			return nil, fmt.Errorf("no call to look at")
		}
		v := s.field(i)
		if text, ok := v.(string); ok && !s.spend(len(text)) {
			return nil, errSteps
		}
		return v, nil
	}
}

func functionCall(f *function) func(...any) (any, error) {
	return func(a ...any) (any, error) {
		s, ok := a[0].(*scope)
		if !ok {
			return nil, fmt.Errorf("no call to look at")
		}
		v := f.call(s, a[1:])
		if !s.spend(0) {
			return nil, errSteps
		}
		return v, nil
	}
}

// declare declares a function. Its signatures are tried here and not by the
// library, which types the arguments anew for each signature, and so takes
// exponential time over calls inside calls.
func declare(f *function) expr.Option {
	var types []reflect.Type
	for _, t := range f.types {
		types = append(types, reflect.TypeOf(t).Elem())
	}
	return func(c *conf.Config) {
		c.Functions[f.name] = &builtin.Function{Name: f.name, Func: functionCall(f), Validate: func(args []reflect.Type) (reflect.Type, error) {
			for _, t := range types {
				if fits(t, args) {
					return t.Out(0), nil
				}
			}
			return nil, fmt.Errorf("%s cannot be given this; use it as in %s", f.name, f.example)
		}}
	}
}

// fits reports whether a function of type t takes arguments of these types;
// the type of the scope itself is unknown to the library (any).
func fits(t reflect.Type, args []reflect.Type) bool {
	unknown := reflect.TypeFor[any]()
	n := t.NumIn()
	if t.IsVariadic() && len(args) < n-1 || !t.IsVariadic() && len(args) != n {
		return false
	}
	for i, a := range args {
		in := t.In(min(i, n-1))
		if t.IsVariadic() && i >= n-1 {
			in = in.Elem()
		}
		if a != unknown && (a == nil || !a.AssignableTo(in)) {
			return false
		}
	}
	return true
}

// fieldType is the signature of a field's getter.
func fieldType(typ string) any {
	switch typ {
	case "string":
		return new(func(*scope) string)
	case "int":
		return new(func(*scope) int)
	case "bool":
		return new(func(*scope) bool)
	case "time":
		return new(func(*scope) time.Time)
	case "strings":
		return new(func(*scope) []string)
	case "leaves":
		return new(func(*scope) []*Leaf)
	case "headers":
		return new(func(*scope) []*HeaderField)
	}
	panic("detect: no signature for a field of type " + typ)
}

// allowedBuiltins are the functions of the expression library that rules may
// use: bounded, deterministic, free of clocks.
func allowedBuiltins() map[string]bool {
	set := map[string]bool{}
	for _, n := range strings.Fields(`all any none one filter find findIndex findLast findLastIndex count len lower upper trim trimPrefix
		trimSuffix indexOf lastIndexOf hasPrefix hasSuffix abs ceil floor round int float string min max duration date`) {
		set[n] = true
	}
	return set
}

// bannedBuiltins are those that grow memory, read the clock, or loop over
// data in ways that no budget of the library counts.
func bannedBuiltins() []string {
	return strings.Fields(`map sum mean median groupBy sortBy reduce type split splitAfter replace repeat join toJSON fromJSON toBase64
		fromBase64 now timezone first last get take keys values toPairs fromPairs reverse uniq concat flatten sort bitand bitor bitxor
		bitnand bitshl bitshr bitushr bitnot`)
}

// names lists all fields, functions and built-ins, for suggestions.
func (l *language) names() []string {
	var out []string
	for i := range l.fields {
		out = append(out, l.fields[i].Name)
	}
	for n := range l.functions {
		out = append(out, n)
	}
	for n := range allowedBuiltins() {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// valueType says how values of a Go type go into a window: "string",
// "number", "bool", or "" when they cannot.
func valueType(t reflect.Type) string {
	if t == nil {
		return ""
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int64, reflect.Float64, reflect.Int32, reflect.Uint32, reflect.Uint64, reflect.Uint16:
		return "number"
	}
	return ""
}
