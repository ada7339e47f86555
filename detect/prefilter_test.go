package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/detect/prefilter"
	"spaniel/detect/text"
	"spaniel/event"
)

// condition draws a condition such as rules hold.
func condition(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			return rapid.SampledFrom([]string{
				`req.method == "GET"`, `req.method != "GET"`, `req.method in ["PUT", "GET"]`, `req.method not in ["PUT"]`, `resp.status == 200`, `resp.status != 404`,
				`resp.status >= 400`, `resp.status < 300`, `resp.status in [200, 404]`, `call.kind == "login"`, `call.failed`, `!call.failed`,
				`req.path contains "a"`, `req.path startsWith "/a"`, `not (req.path endsWith "b")`, `"x-a" in req.headers`, `"X-B" not in req.headers`,
				`any(req.leaves, sqli(#))`, `any(leaves, xss(#) && resp.status == 200)`, `any(req.leaves, !sqli(#))`, `sqli(req.leaves)`, `log4j(leaves)`,
				`any(req.leaves, traversal(#) || .place == "query.a")`, `none(leaves, cmdi(#))`, `len(req.path) > 2`, `req.body_bytes > 3`, `true`, `false`,
				`req.user_agent contains "curl"`, `any(leaves, deser(#))`, `any(leaves, nosqli(#))`, `all(leaves, ssti(#))`, `call.depth == 1`, `req.header("x-a") == "1"`,
				`reads(req.path, "(?i)/A|x")`, `contains_any(req.path, ["ab", "/B"])`, `contains_any(resp.body, ["ORA-00933", "uid="])`, `reads(resp.body, "(?i)kelvin\\s+found|b")`,
				`sql_error(resp)`, `stack_trace(resp)`, `file_leak(resp)`, `contains_any(req.body, ["needle in it"])`, `contains_any(req.header("x-a"), ["1"])`, `any(leaves, contains_any(#, ["script", "or"]))`,
				`reads(req.user_agent, "curl/[0-9]")`, `"x-b" in req.headers || "X-A" in req.headers`, `req.method == "PUT" || req.method == "get"`, `reads(leaves, "etc/\\w+")`,
				`any(leaves, "x-a" in req.headers)`, `any(leaves, .value == "" || ldapi(#))`, `sqli(req.path)`, `resp.seen`,
				`any(leaves, ssrf(#))`, `any(leaves, in_list(.key, ["A", "z"]))`, `any(leaves, .key == "b" && .value != "1")`, `any(leaves, .key in ["url"] || .value == "")`, `any(jwts(), .alg == "none")`,
				`note.kind == ""`, `note.kind == "fact"`, `note.name == "tls" && note.field("sni") != ""`, `req.body contains "Needle"`, `resp.body contains "ORA"`, `weak_secret(req.header("x-a"))`, `signature_misfit(req.header("x-a"))`, `deser(req.body)`,
				`req.password_place == "query.pass"`, `any(leaves, !(.key == "b"))`, `any(leaves, sqli(#) && in_list(.key, ["a"]))`,
			}).Draw(t, "atom")
		}
		a, b := condition(depth-1).Draw(t, "a"), condition(depth-1).Draw(t, "b")
		switch rapid.IntRange(0, 3).Draw(t, "op") {
		case 0:
			return "(" + a + " && " + b + ")"
		case 1:
			return "(" + a + " || " + b + ")"
		case 2:
			return "!(" + a + ")"
		}
		return "(" + a + " ? " + b + " : req.seen)"
	})
}

func anyCall(t *rapid.T) *event.Call {
	method := rapid.SampledFrom([]string{"GET", "PUT", "get", ""}).Draw(t, "method")
	path := rapid.SampledFrom([]string{"/", "/a", "/ab", "/b", "x"}).Draw(t, "path")
	var leaves []event.Leaf
	for i := range rapid.IntRange(0, 3).Draw(t, "leaves") {
		v := rapid.SampledFrom([]string{"", "1", "abc", "1' OR '1'='1", "<script>alert(1)</script>", "${jndi:ldap://x/a}", "../../etc/passwd", "; cat /etc/passwd",
			"{{7*7}}", "*)(uid=*", "O:8:\"stdClass\":0:{}", "rO0ABXNyABFqYXZhLnV0aWw=", "http://127.0.0.1/x", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}).Draw(t, "value")
		leaves = append(leaves, leaf(fmt.Sprint("query.", rapid.SampledFrom([]string{"a", "b", "c.$ne", "url", "pass", "url.0"}).Draw(t, "key")), v))
		if i == 0 && rapid.Bool().Draw(t, "readings") {
			leaves[0].Expand = func(l *event.Leaf) []event.Reading {
				return []event.Reading{{Text: strings.ReplaceAll(l.Value, "'", "%27")}, {Chain: "percent", Text: l.Value}}
			}
		}
	}
	c := newCall(method+" "+path, rapid.SampledFrom([]int{0, 200, 404, 500}).Draw(t, "status"), 1, leaves...)
	c.Req.Raw = []byte(rapid.SampledFrom([]string{"", "{}", "a Needle in it"}).Draw(t, "body"))
	c.Resp.Raw = []byte(rapid.SampledFrom([]string{"", "{}", "x ORA-00933: b", "\u212aelvin found", "uid=0(root) gid=0", "root:x:0:0:root", "Traceback (most recent call last):"}).Draw(t, "answer"))
	c.Kind = rapid.SampledFrom([]string{"", "login"}).Draw(t, "kind")
	c.Failed = rapid.Bool().Draw(t, "failed")
	c.Resp.Seen = c.Resp.Status != 0
	if rapid.Bool().Draw(t, "header") {
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: rapid.SampledFrom([]string{"X-A", "x-b"}).Draw(t, "name"), Value: "1"})
	}
	return c
}

// TestPrefilterNeverHides: where a condition holds, its filter says possible
// and its rule is among the candidates.
func TestPrefilterNeverHides(t *testing.T) {
	said := map[bool]int{}
	rapid.Check(t, neverHides(t, said))
	if !testing.Short() && (said[false] < 10 || said[true] < 10) {
		t.Errorf("the property was not tried: %v", said)
	}
}

// FuzzPrefilter is TestPrefilterNeverHides led by coverage.
func FuzzPrefilter(f *testing.F) {
	f.Add([]byte("some random bytes to begin with, of which conditions and a call are drawn"))
	f.Fuzz(rapid.MakeFuzz(neverHides(f, map[bool]int{})))
}

func neverHides(t testing.TB, said map[bool]int) func(t *rapid.T) {
	set := load(t, good+"when: resp.seen\n")
	j := NewJudge(set, &Config{})
	return func(t *rapid.T) {
		src := condition(3).Draw(t, "condition")
		p, faults := set.lang.compile(src, wantBool)
		if len(faults) > 0 {
			t.Fatalf("%s: %+v", src, faults)
		}
		need := set.lang.reader().Read(p.tree, set.lang.partsOf)
		set.lang.bodySieve = text.NewSieve(set.lang.bodyWords)
		c := anyCall(t)
		j.view = prefilter.NewView(set.lang.leafTests())
		j.scope.reset(c)
		v, err := j.vm.Run(p.code, j.scope)
		holds, _ := v.(bool)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		// It is rule 70, so that more than a word of bits counts.
		needs := slices.Repeat([]*prefilter.Needs{set.rules[0].need}, 70)
		found := prefilter.NewIndex(append(needs, need)).Candidates(&j.view, j.scope)
		possible := need.Filter.Possible(&j.view) && found[1]>>6&1 != 0
		said[possible]++
		names := map[string]bool{}
		for _, l := range c.Leaves() {
			names[l.Key] = true
		}
		c.Forget()
		j.view.Reset(c)
		if most := j.view.NamesAtMost(); len(names) > most {
			t.Fatalf("%d names, at most %d are said", len(names), most)
		}
		if p.native.truth != nil {
			j.scope.view = nil
			j.scope.reset(c)
			if alone := p.native.truth(&j.scope.own); alone != holds {
				t.Fatalf("%s: %v with a view of the call, %v without", src, holds, alone)
			}
			j.scope.view = &j.view
		}
		if holds && !possible {
			t.Fatalf("%s holds, and is held back", src)
		}
	}
}

// TestPrefilterAsksForLeavesLast: a call that its heads rule out is not opened.
func TestPrefilterAsksForLeavesLast(t *testing.T) {
	for _, when := range []string{
		`req.method == "PUT" && any(req.leaves, sqli(#))`, `any(req.leaves, sqli(#)) && req.method == "PUT"`,
		`any(req.leaves, sqli(#)) && resp.status == 200 && req.method == "PUT"`, `(sqli(leaves) || xss(leaves)) && req.method == "PUT"`,
		`len(req.leaves) > 3 && req.method == "PUT"`,
	} {
		j := NewJudge(load(t, good+"when: '"+when+"'\n"), &Config{})
		c := newCall("GET /?a=1", 200, 1, leaf("query.a", "1'"))
		var f Findings
		j.judge(c, &f)
		if c.Expanded() {
			t.Errorf("%s opens the call", when)
		}
	}
}

// TestNoRuleNoAllocation: judging a call that no rule can match costs no memory.
func TestNoRuleNoAllocation(t *testing.T) {
	set := load(t, sqliRule, stuffingRule, good+"when: resp.status >= 500 && any(leaves, deser(#))\n",
		strings.Replace(good, "a-rule", "b-rule", 1)+"when: call.kind == \"login\" && call.failed\nby: [client.ip]\nover: 1m\nhaving: count() > 10\n",
		strings.Replace(good, "a-rule", "c-rule", 1)+"when: '\"x-debug\" in req.headers && req.user_agent contains \"sqlmap\"'\n")
	j := NewJudge(set, &Config{})
	c := newCall("GET /items/17?page=2", 200, 1, leaf("query.page", "2"), leaf("path.2", "17"))
	costsNothing(t, j, c)
}

func BenchmarkJudge(b *testing.B) {
	set := load(b, sqliRule, stuffingRule, burstRule)
	j := NewJudge(set, &Config{})
	for name, c := range map[string]*event.Call{
		"no rule":   newCall("GET /items/17?page=2", 200, 1, leaf("query.page", "2")),
		"injection": newCall("GET /items?id=x", 200, 1, leaf("query.id", "1' UNION SELECT a FROM b--")),
		"login":     login("u1", 401, 1),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var f Findings
			for b.Loop() {
				f.Reset()
				j.judge(c, &f)
			}
		})
	}
}
