package detect

import (
	"reflect"
	"strings"
	"testing"

	"github.com/expr-lang/expr/vm"
	"pgregory.net/rapid"

	"spaniel/event"
)

// TestNativeIsTheMachine: what a native expression gives, and the evidence it
// notes, is what the virtual machine gives.
func TestNativeIsTheMachine(t *testing.T) {
	set := load(t, good+"when: resp.seen\n")
	compile := func(t rapid.TB, src string) *program {
		p, faults := set.lang.compile(src, wantText)
		if len(faults) > 0 {
			t.Fatalf("%s: %+v", src, faults)
		}
		return p
	}
	var list []*program
	natives := 0
	for _, src := range shapes() {
		p := compile(t, src)
		if p.native.set() {
			natives++
		}
		list = append(list, p)
	}
	if natives < len(list)*9/10 {
		t.Errorf("only %d of %d shapes are native", natives, len(list))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := anyCall(t)
		c.Req.Raw, c.Resp.Raw = []byte(rapid.SampledFrom(bodies()).Draw(t, "request body")), []byte(rapid.SampledFrom(bodies()).Draw(t, "response body"))
		all := append(list[:len(list):len(list)], compile(t, condition(3).Draw(t, "condition")))
		j := NewJudge(set, &Config{})
		for _, p := range all {
			sameAsMachine(t, j.scope, c, p)
		}
	})
}

func sameAsMachine(t *rapid.T, s *scope, c *event.Call, p *program) {
	var machine vm.VM
	s.reset(c)
	want, err := machine.Run(p.code, s)
	if err != nil {
		t.Fatalf("%s: %v", p.source, err)
	}
	finds := append([]find(nil), s.finds...)
	if !p.native.set() {
		return
	}
	s.reset(c)
	if got := p.native.boxed(&s.own); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: native %#v, machine %#v", p.source, got, want)
	}
	// The machine's optimizer drops what stands beside a literal truth.
	literal := strings.Contains(p.source, "true") || strings.Contains(p.source, "false")
	if !literal && len(finds)+len(s.finds) > 0 && !reflect.DeepEqual(finds, s.finds) {
		t.Fatalf("%s: native found %+v, machine %+v", p.source, s.finds, finds)
	}
}

func (n native) set() bool { return n.truth != nil || n.whole != nil || n.real != nil || n.text != nil }

// boxed is the result as the machine gives it.
func (n native) boxed(ev *eval) any {
	switch {
	case n.truth != nil:
		return n.truth(ev)
	case n.whole != nil:
		return n.whole(ev)
	case n.real != nil:
		return n.real(ev)
	}
	return n.text(ev)
}

func bodies() []string {
	return []string{"", "ok", `{"__schema":1}`, "You have an error in your SQL syntax; near", "root:x:0:0:root:/root:/bin/bash", "uid=0(root) gid=0(root)", "Traceback (most recent call last):\n",
		`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, "O:8:\"stdClass\":0:{}"}
}

// shapes are expressions of every kind that is understood natively, and a few
// that are not.
func shapes() []string {
	return []string{
		"sql_error(resp)", "file_leak(resp)", "stack_trace(resp.body)", "command_output(resp) || sql_error(req.body)", "xxe(req.body)", "deser(req.body) || deser(leaves)",
		`contains_any(req.body, ["__schema"])`, `contains_any(req.path, ["A", "b"])`, `reads(req.path, "(?i)^/A")`, `any(leaves, reads(#, "(?i)SCRIPT"))`,
		`reads(leaves, "passwd$")`, `reads(resp.body, "(?i)SQL|root")`, `nosqli(leaves)`, `any(leaves, nosqli(#))`, `all(leaves, proto_pollution(#))`, `any(leaves, ssrf(#))`,
		`in_list(req.method, ["get"])`, `cidr(client.ip, "203.0.113.0/24", "10.0.0.0/8")`, `cidr(server.ip, "203.0.113.0/24")`, `known_bot(req.user_agent)`, `tool_agent(req.user_agent) == "curl"`,
		`scanner_agent("sqlmap/1.8") != ""`, `req.headers["x-a"]`, `req.header("X-B") == "1"`, `resp.header("x")`, `endpoint`, `client.ip`, `req.user`, `req.password_place`,
		`resp.status + 1 > 200`, `resp.status * 2`, `resp.status - 1.5`, `-resp.status`, `-1.5`, `float(resp.status) * 0.5`, `int(resp.status)`, `len(req.path) == 2`, `len("é") == 1`,
		`call.ttfb_us > 10`, `call.duration_us`, `req.duration_us >= 0`, `call.failed == req.seen`, `call.failed != true`, `req.path == req.target`, `1 == 1.0`, `resp.status >= 199.5`,
		`any(req.headers, .name == "x-a")`, `none(req.headers, .value == "1")`, `all(resp.headers, .name == "")`, `any(jwts(), .alg == "none")`, `all(jwts(), .exp > 0 && !.expired)`,
		`any(leaves, .kind == "query" && len(.value) >= 8 && in_list(.key, ["a"]))`, `any(leaves, .place in ["query.a"] && sqli(#) || xss(#))`, `all(leaves, .type == "" && .key != "b")`,
		`any(leaves, sqli(.value))`, `jwt(req.header("x-a")).expired`, `jwt("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.").alg`, `jwt("x").exp`, `any(jwts(), lower(.alg) == "none") && any(jwts(), .alg == "none")`, `lower("AÉ")`, `any(leaves, xss(#) && reflected(#))`, `any(leaves, xss(#) && sqli(#))`, `any(leaves, .key == "a" && cmdi(#) || deser(#))`, `none(leaves, reads(#, "<script|passwd"))`, `any(leaves, contains_any(#, ["JNDI", "or '"]))`,
		`any(leaves, !xss(#) && sqli(#))`, `any(leaves, reads(#, "(?i)k|s"))`, `any(leaves, len(.value) > 3 && reads(#, "(?i)script") && .place != "query.a")`, `any(leaves, reads(#, "a*"))`, `req.method in ["GET"] == true`, `resp.content_type contains "json"`, `principal.kind in ["none", ""]`, `call.depth`, `call.id`, `1 in [1, 2]`,
		`value_of(["A", "url"])`, `value_of(["pass"]) != ""`, `subnet(client.ip, 24)`, `longest_run(req.path) > 2`, `gist(req.body)`, `collisions() >= 2`, `card_number()`, `req.path + "?" + req.query`,
	}
}

// TestShippedShapesAreNative: the shapes that shipped rules are made of need
// no virtual machine.
func TestShippedShapesAreNative(t *testing.T) {
	l := newLanguage()
	for _, src := range []string{
		`any(req.leaves, sqli(#))`, `resp.status >= 200 && sql_error(resp)`, `call.kind == "login" && req.user != ""`, `req.method in ["GET", "POST"] && !(principal.kind in ["apikey"])`,
		`any(jwts(), .alg == "")`, `contains_any(req.body, ["__schema"]) || reads(req.path, "a")`, `endpoint`, `client.ip`, `any(req.leaves, !(.place in ["header.referer"]) && ssrf(#))`,
	} {
		p, faults := l.compile(src, wantText)
		if len(faults) > 0 || !p.native.set() {
			t.Errorf("%s: %+v, native %v", src, faults, p != nil && p.native.set())
		}
	}
}
