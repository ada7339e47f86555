package detect

import (
	"net/netip"
	"reflect"
	"slices"
	"unsafe"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/prefilter"
	"spaniel/detect/text"
	"spaniel/event"
)

// finder is what matchers, regular expressions and word lists have in common.
type finder = func(s string) (offset int, match string, ok bool)

// call understands the functions that rules are mostly made of.
func (t *translator) call(n *ast.CallNode) native {
	if t.plan != nil || hasScope(n) {
		return native{}
	}
	name := calleeName(n)
	switch name {
	case "req.header", "resp.header":
		if len(n.Arguments) == 1 {
			return t.header(name[:len(name)-len(".header")], t.expr(n.Arguments[0]))
		}
	case "req.has_header", "resp.has_header":
		if len(n.Arguments) == 1 {
			return t.hasHeader(name[:len(name)-len(".has_header")], t.expr(n.Arguments[0]))
		}
	case "note.field":
		if len(n.Arguments) == 1 && t.expr(n.Arguments[0]).text != nil {
			key := t.expr(n.Arguments[0]).text
			return native{text: func(ev *eval) string { return ev.scope.noted().Field(key(ev)) }}
		}
	case "hour", "weekday":
		if len(n.Arguments) == 0 {
			return map[string]native{"hour": {whole: func(ev *eval) int { return ev.scope.local().Hour() }}, "weekday": {text: func(ev *eval) string { return ev.scope.weekday() }}}[name]
		}
	case "country", "asn", "location":
		return t.placeOf(name, n.Arguments)
	case "luhn", "iban", "entropy", "similar":
		return t.ofValues(name, n.Arguments)
	case "pii":
		return t.pii(n)
	case "value_of", "card_number", "gist", "longest_run", "collisions", "parameters", "graphql_depth", "graphql_aliases", "graphql_batch", "seconds_until":
		return t.behaviour(name, n.Arguments)
	case "reads", "contains_any", "wildcard":
		if len(n.Arguments) == 2 {
			if s, ok := t.lang.literalSearch(name, n.Arguments[1]); ok {
				return t.search(n, s.find, nil, s.words).weighing(s.cost)
			}
		}
	case "in_list":
		if len(n.Arguments) == 2 {
			if ref := t.lang.listRef(n.Arguments[1]); ref != nil {
				return t.inNamedList(n.Arguments[0], ref)
			}
			set, ok := constant(wordsLiteral, n.Arguments[1]).(words)
			if x := t.expr(n.Arguments[0]).text; ok && x != nil {
				return native{truth: func(ev *eval) bool { return set[lowerASCII(x(ev))] }}
			}
		}
	case "reflected":
		if len(n.Arguments) == 1 && t.isElement(n.Arguments[0]) && t.elem == leafElement {
			return native{truth: func(ev *eval) bool { return ev.scope.reflected(ev.leaf) }}
		}
	case "subnet":
		if len(n.Arguments) == 2 {
			if x, bits := t.expr(n.Arguments[0]).text, t.expr(n.Arguments[1]).whole; x != nil && bits != nil {
				return native{text: func(ev *eval) string { return ev.scope.addresses.subnet(x(ev), bits(ev)) }}
			}
		}
	case "spec_status", "spec_operation", "one_in":
		return t.specCall(name, n.Arguments)
	case "weak_secret", "signature_misfit":
		return t.token(name, n.Arguments)
	case "cidr":
		return t.cidr(n.Arguments)
	case "known_bot", "tool_agent", "scanner_agent":
		return t.agent(name, n.Arguments)
	case "sql_error", "stack_trace", "file_leak", "command_output":
		return t.response(name, n.Arguments)
	}
	if i, ok := t.lang.matcherIndex[name]; ok && len(n.Arguments) == 1 {
		return t.matcher(t.lang.matchers[i], n)
	}
	if f := t.lang.functions[name]; f != nil {
		return t.plain(f, n.Arguments)
	}
	return native{}
}

// plain understands a function of texts, numbers, truths and literals by calling it
// as the machine does.
func (t *translator) plain(f *function, nodes []ast.Node) native {
	args := make([]func(*eval) any, len(nodes))
	types := make([]reflect.Type, len(nodes))
	for i, n := range nodes {
		if f.literal != anyValue && i >= f.lit {
			c := constant(f.literal, n)
			if c == nil {
				return native{}
			}
			args[i], types[i] = func(*eval) any { return c }, reflect.TypeOf(c)
			continue
		}
		switch x := t.expr(n); {
		case x.text != nil:
			args[i], types[i] = func(ev *eval) any { return x.text(ev) }, reflect.TypeFor[string]()
		case x.whole != nil:
			args[i], types[i] = func(ev *eval) any { return x.whole(ev) }, reflect.TypeFor[int]()
		case x.real != nil:
			args[i], types[i] = func(ev *eval) any { return x.real(ev) }, reflect.TypeFor[float64]()
		case x.truth != nil:
			args[i], types[i] = func(ev *eval) any { return x.truth(ev) }, reflect.TypeFor[bool]()
		default:
			return native{}
		}
	}
	call := func(ev *eval) any {
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a(ev)
		}
		v := f.call(ev.scope, values)
		ev.scope.spend(0)
		return v
	}
	switch f.gives(types) {
	case reflect.TypeFor[string]():
		return native{text: func(ev *eval) string { return call(ev).(string) }}
	case reflect.TypeFor[int]():
		return native{whole: func(ev *eval) int { return call(ev).(int) }}
	case reflect.TypeFor[float64]():
		return native{real: func(ev *eval) float64 { return call(ev).(float64) }}
	case reflect.TypeFor[bool]():
		return native{truth: func(ev *eval) bool { return call(ev).(bool) }}
	}
	return native{}
}

// gives is the type of the function's result for arguments of just these types,
// nil if it takes others.
func (f *function) gives(args []reflect.Type) reflect.Type {
	for _, signature := range f.types {
		s := reflect.TypeOf(signature).Elem()
		if !s.IsVariadic() && s.NumIn() == len(args)+1 && slices.EqualFunc(args, ins(s), func(a, b reflect.Type) bool { return a == b }) {
			return s.Out(0)
		}
	}
	return nil
}

// ins are the types of a signature's arguments, the scope apart.
func ins(s reflect.Type) (list []reflect.Type) {
	for i := 1; i < s.NumIn(); i++ {
		list = append(list, s.In(i))
	}
	return list
}

// constant is the literal that the argument is turned into, nil if it is none.
func constant(kind literal, n ast.Node) any {
	if c, ok := literalNode(kind, n).(*ast.ConstantNode); ok {
		return c.Value
	}
	return nil
}

func (t *translator) header(msg string, name native) native {
	f := name.text
	switch {
	case f == nil || t.plan != nil:
		return native{}
	case msg == "req":
		return native{text: func(ev *eval) string { return ev.scope.call.Req.Get(f(ev)) }}
	}
	return native{text: func(ev *eval) string { return ev.scope.call.Resp.Get(f(ev)) }}
}

func (t *translator) hasHeader(msg string, name native) native {
	f := name.text
	switch {
	case f == nil:
		return native{}
	case msg == "req":
		return native{truth: func(ev *eval) bool { return hasHeader(&ev.scope.call.Req.Message, f(ev)) }}
	}
	return native{truth: func(ev *eval) bool { return hasHeader(&ev.scope.call.Resp.Message, f(ev)) }}
}

func (t *translator) cidr(args []ast.Node) native {
	if len(args) < 2 {
		return native{}
	}
	x := t.expr(args[0]).text
	var nets []any
	for _, a := range args[1:] {
		p, ok := constant(prefixLiteral, a).(netip.Prefix)
		if !ok {
			return native{}
		}
		nets = append(nets, p)
	}
	if x == nil {
		return native{}
	}
	return native{truth: func(ev *eval) bool { return inNetworks(x(ev), nets) }}
}

func (t *translator) token(name string, args []ast.Node) native {
	if len(args) != 1 || t.expr(args[0]).text == nil {
		return native{}
	}
	x := t.expr(args[0]).text
	if name == "weak_secret" {
		return native{truth: func(ev *eval) bool { return ev.scope.weakSecret(x(ev)) }}
	}
	return native{truth: func(ev *eval) bool { return text.SignatureMisfit(x(ev)) }}
}

func (t *translator) placeOf(name string, args []ast.Node) native {
	if len(args) != 1 {
		return native{}
	}
	x := t.expr(args[0]).text
	switch {
	case x == nil:
		return native{}
	case name == "location":
		return native{text: func(ev *eval) string { return ev.scope.location(x(ev)) }}
	case name == "country":
		return native{text: func(ev *eval) string { return ev.scope.country(x(ev)) }}
	}
	return native{whole: func(ev *eval) int { return ev.scope.asn(x(ev)) }}
}

func (t *translator) agent(name string, args []ast.Node) native {
	if len(args) != 1 {
		return native{}
	}
	x := t.expr(args[0]).text
	if x == nil {
		return native{}
	}
	switch name {
	case "known_bot":
		return native{text: func(ev *eval) string { return ev.scope.agents.of(x(ev)).bot }}
	case "tool_agent":
		return native{text: func(ev *eval) string { return ev.scope.agents.of(x(ev)).tool }}
	}
	return native{text: func(ev *eval) string { return ev.scope.agents.of(x(ev)).scanner }}
}

// response understands sql_error(resp) and its like; of a text, too.
func (t *translator) response(name string, args []ast.Node) native {
	test := map[string]finder{"sql_error": text.SQLError, "stack_trace": text.StackTrace, "file_leak": text.LeakFile, "command_output": text.CommandOutput}[name]
	words := map[string]func() []string{"sql_error": text.SQLErrorWords, "stack_trace": text.StackTraceWords, "file_leak": text.LeakFileWords, "command_output": text.CommandOutputWords}[name]()
	if len(args) != 1 {
		return native{}
	}
	if id, ok := args[0].(*ast.IdentifierNode); ok && t.lang.groups[id.Value] {
		return t.body(t.lang.respBody, test, t.lang.bodyFinder(name, words))
	}
	return t.search(&ast.CallNode{Callee: &ast.NilNode{}, Arguments: args}, test, nil, words)
}

func (t *translator) matcher(m matcher, n *ast.CallNode) native {
	var needs *byteSet
	if m.needs != "" {
		needs = &byteSet{}
		needs.add(m.needs)
	}
	arg := n.Arguments[0]
	values := t.search(n, m.match, needs, nil)
	place := m.place
	if place == nil || values.truth == nil {
		return values
	}
	x, set := values.truth, t.lang.leafTest(n)
	switch {
	case t.isElement(arg) && t.elem == leafElement:
		return native{truth: func(ev *eval) bool { return x(ev) || ev.scope.matchLeafPlace(ev.leaf, place) }}
	case t.isLeaves(arg):
		each := func(ev *eval) bool { return ev.scope.matchLeafPlace(ev.leaf, place) }
		return native{truth: func(ev *eval) bool { return x(ev) || walkHot(ev, set, each) }}
	}
	return values // a text has no place
}

func (t *translator) isElement(n ast.Node) bool {
	p, ok := n.(*ast.PointerNode)
	return ok && p.Name == ""
}

func (t *translator) isLeaves(n ast.Node) bool {
	name := listName(n)
	return name == "req.leaves" || name == "leaves"
}

// search runs test over what the function n looks at first: a leaf, all
// leaves, a body or another text. words are those without which test finds
// nothing, none if there are no such.
func (t *translator) search(n *ast.CallNode, test finder, needs *byteSet, words []string) native {
	arg := n.Arguments[0]
	if t.isElement(arg) {
		if t.elem != leafElement {
			return native{}
		}
		return native{truth: func(ev *eval) bool { return ev.scope.matchLeaf(ev.leaf, test, needs) }}
	}
	if t.isLeaves(arg) {
		set := t.lang.leafTest(n)
		each := func(ev *eval) bool { return ev.scope.matchLeaf(ev.leaf, test, needs) }
		return native{truth: func(ev *eval) bool { return walkHot(ev, set, each) }}
	}
	if i, ok := t.lang.index[listName(arg)]; ok && (i == t.lang.reqBody || i == t.lang.respBody) {
		return t.body(i, test, t.lang.bodyFinder(prefilter.Key(n), words))
	}
	f := t.expr(arg).text
	if f == nil {
		return native{}
	}
	if recurs(listName(arg)) {
		t.lang.searches++
		number := t.lang.searches
		return native{truth: func(ev *eval) bool { return ev.scope.matchAgain(f(ev), test, number) }}
	}
	return native{truth: func(ev *eval) bool { return ev.scope.matchText(f(ev), test) }}
}

// body runs test over a body where it stands, if the sieve of all rules says
// that test, which has that number there, may find something; only what it finds
// something in is copied, and then searched again.
func (t *translator) body(field int, test finder, number int) native {
	half := t.lang.halfOf(field)
	return native{truth: func(ev *eval) bool {
		body := borrowed(bodyOf(ev.scope.call, half))
		if !ev.scope.spend(len(body)) || !ev.scope.bodyMayHold(half, number) {
			return false
		}
		if _, _, ok := test(body); !ok {
			return false
		}
		copied, _ := ev.scope.field(field).(string)
		return ev.scope.matchText(copied, test)
	}}
}

// behindSieve asks a body only where the sieve of all rules says that the finder of
// that number may find something.
func (t *translator) behindSieve(half event.Direction, number int, asked native) native {
	f := asked.truth
	if f == nil {
		return asked
	}
	return native{truth: func(ev *eval) bool {
		return ev.scope.spend(len(bodyOf(ev.scope.call, half))) && ev.scope.bodyMayHold(half, number) && f(ev)
	}}
}

// borrowed is b as a text, which whoever gets it lets go of before b changes:
// a finder that finds nothing keeps nothing.
func borrowed(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
