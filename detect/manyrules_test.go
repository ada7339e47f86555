package detect

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// manyRules are n rules of the kinds that people write, no two of which look
// for the same.
func manyRules(n int) (list []string) {
	for i := range n {
		when := [...]string{
			`req.method == "POST" && req.path startsWith "/plugin%d/admin"`,
			`any(req.leaves, contains_any(#, ["evilword%d", "badthing%d"]))`,
			`any(req.leaves, reads(#, "(?i)\\bexploit%d\\s*="))`,
			`resp.status == 200 && contains_any(resp.body, ["secret-leak-%d", "internal-trace-%d"])`,
			`"x-tool-%d" in req.headers`,
			`req.user_agent contains "scanner%d/"`,
			`call.kind == "login" && req.path == "/login%d"`,
			`reads(req.path, "(?i)/cgi-bin/v%d\\.(cgi|pl)")`,
			`resp.status in [401, 403] && req.path contains "/private%d"`,
			`req.header("x-key-%d") == "1"`,
		}[i%10]
		when = strings.ReplaceAll(when, "%d", fmt.Sprint(i))
		rule := strings.Replace(good, "a-rule", fmt.Sprintf("many-%d", i), 1) + "when: '" + when + "'\n"
		if i%4 == 3 {
			rule += "by: [client.ip]\nover: 1m\nhaving: count() >= 10\n"
		}
		list = append(list, rule)
	}
	return list
}

// ordinaryCall is one that none of the rules concerns.
func ordinaryCall() *event.Call {
	c := newCall("GET /api/v1/items/4711?fields=name,price&page=3", 200, 1, leaf("path.4", "4711"), leaf("query.fields", "name,price"), leaf("query.page", "3"),
		leaf("header.user-agent", "shop-app/4.3 (Android 14)"), leaf("body.items.0.name", "article 3fe2"), leaf("body.items.0.note", "ships in 5 days"))
	c.Resp.Raw = []byte(strings.Repeat(`{"id":12,"name":"article 3f","price":12.50,"tags":["new","sale"]},`, 60))
	return c
}

// TestManyRulesNoAllocation: a call that none of many rules can match costs no
// memory and is not evaluated; what no rule needs is not made of it.
func TestManyRulesNoAllocation(t *testing.T) {
	j := NewJudge(load(t, manyRules(300)...), &Config{})
	c := ordinaryCall()
	costsNothing(t, j, c)
}

// costsNothing holds that judging c, whose readings are made, takes no memory
// and that no rule is evaluated.
func costsNothing(t *testing.T, j *Judge, c *event.Call) {
	t.Helper()
	for i := range c.Leaves() {
		c.Leaves()[i].Readings()
	}
	var f Findings
	if n := testing.AllocsPerRun(200, func() { j.judge(c, &f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for _, s := range j.Stats() {
		if s.Considered != 0 {
			t.Errorf("%s was evaluated", s.ID)
		}
	}
}

// counted counts what is made of a call.
type counted struct {
	fixed
	bodies, leaves *int
}

func (x counted) Body(c *event.Call, m *event.Message) []byte { *x.bodies++; return m.Raw }
func (x counted) Leaves(c *event.Call, dst []event.Leaf) []event.Leaf {
	*x.leaves++
	return x.fixed.Leaves(c, dst)
}

// TestNothingMadeThatNoRuleNeeds: bodies are decoded and leaves made only where
// a rule comes to depend on them.
func TestNothingMadeThatNoRuleNeeds(t *testing.T) {
	rule := func(i int, when string) string {
		return strings.Replace(good, "a-rule", fmt.Sprintf("rule-%d", i), 1) + "when: '" + when + "'\n"
	}
	set := load(t, rule(0, `resp.status >= 500 && sql_error(resp)`), rule(1, `req.method == "PUT" && any(req.leaves, sqli(#))`), rule(2, `"x-a" in req.headers && contains_any(req.body, ["some needle"])`),
		rule(3, `call.kind == "login" && reads(resp.body, "token=\\w+")`))
	for _, tc := range []struct {
		request        string
		status         int
		value          string
		bodies, leaves int
	}{{"GET /a", 200, "1' OR '1'='1", 0, 0}, {"GET /a", 500, "", 1, 0}, {"PUT /a", 200, "1", 0, 0}, {"PUT /a", 200, "1' OR '1'='1", 0, 1}, {"PUT /a", 503, "1' OR '1'='1", 1, 1}} {
		c := newCall(tc.request, tc.status, 1)
		bodies, leaves := 0, 0
		c.Reset(counted{fixed: fixed{[]event.Leaf{leaf("query.a", tc.value)}}, bodies: &bodies, leaves: &leaves})
		c.Req.Method, c.Req.Path, c.Resp.Status, c.Resp.Raw, c.Req.Raw = tc.request[:3], "/a", tc.status, []byte("nothing"), []byte("nothing")
		var f Findings
		NewJudge(set, &Config{}).judge(c, &f)
		if bodies != tc.bodies || leaves != tc.leaves {
			t.Errorf("%s, %d: %d bodies and leaves %d times, want %d and %d", tc.request, tc.status, bodies, leaves, tc.bodies, tc.leaves)
		}
	}
}

// BenchmarkManyRules: what rules cost a call that none of them concerns.
func BenchmarkManyRules(b *testing.B) {
	for _, n := range []int{50, 70, 700, 1000} {
		j := NewJudge(load(b, manyRules(n)...), &Config{})
		c := ordinaryCall()
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			var f Findings
			for b.Loop() {
				j.judge(c, &f)
			}
		})
	}
}
