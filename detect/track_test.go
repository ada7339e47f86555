package detect

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// windowRuleOf is a rule over all calls with these keys and condition.
func windowRuleOf(id, by, over, having string) string {
	return fmt.Sprintf("id: %s\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.seen\nby: %s\nover: %s\nsuppress: 1h\nhaving: '%s'\n", id, by, over, having)
}

// at makes calls of `METHOD target status second` words.
func at(lines ...string) (calls []*event.Call) {
	for _, line := range lines {
		var method, target string
		var status int
		var second float64
		if _, err := fmt.Sscan(line, &method, &target, &status, &second); err != nil {
			panic(err)
		}
		calls = append(calls, newCall(method+" "+target, status, second))
	}
	return calls
}

// firedAt are the seconds at which alerts with ids of their own were raised.
func firedAt(alerts []*event.Alert) string {
	seen := map[event.ID]bool{}
	var list []string
	for _, a := range alerts {
		if !seen[a.ID] {
			list = append(list, fmt.Sprint(float64(a.Order.Clock)/1e9))
		}
		seen[a.ID] = true
	}
	return strings.Join(list, " ")
}

func TestTrackersInRules(t *testing.T) {
	for _, tc := range []struct {
		name, having string
		calls        []*event.Call
		want         string
		evidence     string // place of one
	}{
		{"bucket", `bucket("5s") > 3`, at("GET /x 200 0", "GET /x 200 1", "GET /x 200 2", "GET /x 200 6", "GET /x 200 7", "GET /x 200 8"), "7", `window.bucket("5s")`},
		{"bucket drains", `bucket("1s") > 3`, at("GET /x 200 0", "GET /x 200 1", "GET /x 200 2", "GET /x 200 3", "GET /x 200 4"), "", ""},
		{"bucket of some", `bucket(resp.status == 404, "5s") > 1`, at("GET /x 200 0", "GET /x 200 0.1", "GET /x 404 0.2", "GET /x 404 0.3"), "0.3", ""},
		{"sequence", `sequence(req.path == "/a", "5s", req.path == "/b", req.path == "/c")`, at("GET /a 200 0", "GET /b 200 4", "GET /c 200 50"), "50", `window.sequence(req.path == "/a", "5s", req.path == "/b", req.path == "/c")`},
		{"sequence, gap too long", `sequence(req.path == "/a", "5s", req.path == "/b", req.path == "/c")`, at("GET /a 200 0", "GET /b 200 6", "GET /c 200 50"), "", ""},
		{"sequence, out of order", `sequence(req.path == "/a", req.path == "/b")`, at("GET /b 200 0", "GET /a 200 6"), "", ""},
		{"absent", `absent(req.path == "/a", req.path == "/b", "10s")`, at("GET /a 200 0", "GET /c 200 9", "GET /c 200 30"), "10", `window.absent(req.path == "/a", req.path == "/b", "10s")`},
		{"not absent", `absent(req.path == "/a", req.path == "/b", "10s")`, at("GET /a 200 0", "GET /b 200 9", "GET /c 200 30"), "", ""},
		{"absent, but nobody was awake", `absent(req.path == "/a", req.path == "/b", "10m")`, at("GET /a 200 0", "GET /c 200 9", "GET /c 200 3000"), "", ""},
		{"absent behind what is not asked", `count() > 100 || absent(req.path == "/a", req.path == "/b", "10s")`, at("GET /a 200 0", "GET /a 200 3", "GET /c 200 9", "GET /c 200 30"), "10", ""},
		{"top", `count() > 2 && topk(resp.status, 1) < 0.7 && top(resp.status) == 404`, at("GET /a 200 0", "GET /a 404 3", "GET /c 404 9"), "9", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			alerts, stats := stageOf(load(t, windowRuleOf("a-rule", "[client.ip]", "20m", tc.having)), &Config{}, 1e13, tc.calls...)
			if got := firedAt(alerts); got != tc.want {
				t.Fatalf("fires at %q, want %q (%+v)", got, tc.want, stats)
			}
			if tc.evidence != "" && !strings.Contains(fmt.Sprintf("%+v", alerts[0].Evidence), "{Place:"+tc.evidence) {
				t.Errorf("evidence %+v", alerts[0].Evidence)
			}
			if strings.Contains(tc.name, "awake") != (stats.Unsaid > 0) {
				t.Errorf("%d unsaid", stats.Unsaid)
			}
		})
	}
}

// TestBaselineRule: nothing is said before enough periods; then what is far
// from this key's own past, and how much that is.
func TestBaselineRule(t *testing.T) {
	set := load(t, windowRuleOf("a-rule", "[endpoint]", "1m", `count() > 5 * baseline(count())`))
	play := func(periods int) []*event.Alert {
		var calls []*event.Call
		for p := range periods {
			for i := range 4 {
				calls = append(calls, newCall("GET /x", 200, float64(p*60+i)))
			}
		}
		for i := range 30 {
			calls = append(calls, newCall("GET /x", 200, float64(periods*60)+float64(i)))
		}
		alerts, _ := stageOf(set, &Config{}, 1e13, calls...)
		return alerts
	}
	if a := play(9); len(a) != 0 {
		t.Errorf("after 9 periods: %d alerts", len(a))
	}
	a := play(12)
	if firedAt(a) != "740" { // the 21st call of that minute
		t.Fatalf("fires at %q", firedAt(a))
	}
	var got []string
	for _, e := range a[0].Evidence {
		got = append(got, fmt.Sprintf("%s %s %v %v", e.Place, e.Op, e.Want, e.Got))
	}
	if strings.Join(got, ", ") != "window.count()  0 21, window.baseline(count())  0 4, window.learned >= 10 12" {
		t.Errorf("%s", strings.Join(got, ", "))
	}
}

// TestAlertsOfOtherRules: a rule may count alerts of others about the same
// key, whatever the order, and be about alerts alone.
func TestAlertsOfOtherRules(t *testing.T) {
	probe := strings.Replace(good, "a-rule", "probe", 1) + "when: req.path == \"/probe\"\n"
	slow := strings.Replace(windowRuleOf("slow", "[client.ip]", "20m", `count_if(req.path == "/slow") >= 2`), "recon/probing", "dos/slow", 1)
	joined := func(having string) string {
		return strings.Replace(windowRuleOf("joined", "[client.ip]", "5m", having), "when: req.seen", "when: false", 1)
	}
	other := func(c *event.Call) *event.Call {
		c.Flow.Client = c.Flow.Server
		return c
	}
	for _, tc := range []struct {
		name, having string
		calls        []*event.Call
		want         string
	}{
		{"by id", `alerts("probe") >= 2`, at("GET /probe 200 0", "GET /x 200 1", "GET /probe 200 2", "GET /probe 200 3"), "2"},
		{"two rules", `alerts("probe") > 0 && alerts("slow") > 0`, at("GET /slow 200 0", "GET /slow 200 1", "GET /x 200 2", "GET /probe 200 3"), "3"},
		{"two rules, the other way", `alerts("probe") > 0 && alerts("slow") > 0`, at("GET /probe 200 0", "GET /slow 200 1", "GET /slow 200 2"), "2"},
		{"too far apart", `alerts("probe") > 0 && alerts("slow") > 0`, at("GET /probe 200 0", "GET /slow 200 400", "GET /slow 200 401"), ""},
		{"of a category", `alerts("recon/*") > 1`, at("GET /probe 200 0", "GET /probe 200 1"), "1"},
		{"of all", `alerts("*") > 1`, at("GET /slow 200 0", "GET /probe 200 1", "GET /slow 200 2"), "2"},
		{"of another client", `alerts("probe") > 0 && alerts("slow") > 0`, []*event.Call{newCall("GET /slow", 200, 0), newCall("GET /slow", 200, 1), other(newCall("GET /probe", 200, 2))}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			all, _ := stageOf(load(t, probe, slow, joined(tc.having)), &Config{}, 1e13, tc.calls...)
			var mine []*event.Alert
			for _, a := range all {
				if a.Rule.ID == "joined" {
					mine = append(mine, a)
				}
			}
			if got := firedAt(mine); got != tc.want {
				t.Fatalf("fires at %q, want %q", got, tc.want)
			}
			if tc.want != "" && (len(mine[0].Calls) != 1 || mine[0].Client.IP != "203.0.113.9" || !strings.HasPrefix(mine[0].DedupKey, "joined|203.0.113.9")) {
				t.Errorf("%+v", mine[0])
			}
		})
	}
}

func TestTumblingRule(t *testing.T) {
	rule := windowRuleOf("a-rule", "[client.ip]", "10s", "count() >= 3") + "window: tumbling\n"
	alerts, _ := stageOf(load(t, rule), &Config{}, 1e13, at("GET /x 200 8", "GET /x 200 9", "GET /x 200 10", "GET /x 200 11", "GET /x 200 12")...)
	if firedAt(alerts) != "12" {
		t.Errorf("fires at %q", firedAt(alerts))
	}
}

// TestTrackerFaults: what is wrong is said where it stands.
func TestTrackerFaults(t *testing.T) {
	for _, tc := range []struct{ having, want string }{
		{`bucket(5) > 3`, `10: bucket needs the time in which one leaks out, and may have a condition or a value before it  (write bucket("5s"))`},
		{`bucket("5") > 3`, `17: this must be a duration of at most 24h  (write "30s", "10m" or "1h")`},
		{`bucket("2h") > 3`, `bucket("2h") needs a longer window than 20m0s  (lengthen over:)`},
		{`sequence(call.failed)`, `10: sequence needs 2 to 8 conditions`},
		{`sequence("5s", call.failed, call.failed)`, `10: sequence has a gap that is not between two conditions`},
		{`sequence(call.failed, req.user)`, `32: this must be true or false, but it is text`},
		{`absent(call.failed, req.sen, "5m")`, `30: unknown field "req.sen"`},
		{`absent(call.failed, call.failed, "20m")`, `needs a longer window than 20m0s`},
		{`count() > baseline(3)`, `20: baseline needs one aggregate that is a number`},
		{`count() > baseline(distinct(req.usr))`, `38: unknown field "req.usr"`},
		{`topk(req.user, 99) > 0.5`, `25: how many values must be a literal from 1 to 16`},
		{`alerts("nothing") > 0`, `18: there is no rule "nothing"`},
		{`alerts(req.path) > 0`, `10: alerts needs a rule's id between quotes`},
		{`alerts("a-rule") > 0`, `18: a rule cannot count its own alerts`},
	} {
		_, err := Load([]Source{{FS: files(strings.Replace(windowRuleOf("a-rule", "[client.ip]", "20m", ""), "''", "'"+tc.having+"'", 1))}}, LoadOptions{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v\nwant …%s", tc.having, err, tc.want)
		}
	}
	circle := func(id, other string) string {
		return windowRuleOf(id, "[client.ip]", "20m", `alerts("`+other+`") > 0`)
	}
	_, err := Load([]Source{{FS: files(circle("a-rule", "b-rule"), circle("b-rule", "c-rule"), circle("c-rule", "a-rule"))}}, LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), "counts alerts that rest on its own") {
		t.Errorf("a circle: %v", err)
	}
	_, err = Load([]Source{{FS: files(windowRuleOf("a-rule", "[req.path]", "20m", `alerts("b-rule") > 0`), circle("b-rule", "*"))}}, LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), `alerts have no "req.path" to be joined by`) {
		t.Errorf("a key no alert has: %v", err)
	}
}

// TestBeside: a set that counts alerts of rules it does not hold takes them
// from where it is told, those and no others, and they work.
func TestBeside(t *testing.T) {
	probe := strings.Replace(good, "a-rule", "probe", 1) + "when: req.path == \"/probe\"\n"
	other := strings.Replace(strings.Replace(good, "a-rule", "other", 1), "recon/probing", "dos/other", 1) + "when: req.seen\n"
	for _, name := range []string{"probe", "recon/*"} {
		mine := windowRuleOf("mine", "[client.ip]", "5m", `alerts("`+name+`") > 0`)
		set, err := Load([]Source{{FS: files(mine)}}, LoadOptions{Beside: []Source{{FS: files(probe, other)}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Rules()) != 2 || set.Rule("mine").Beside || !set.Rule("probe").Beside {
			t.Fatalf("%d rules", len(set.Rules()))
		}
		if alerts, _ := stageOf(set, &Config{}, 1e13, at("GET /probe 200 0")...); len(alerts) != 2 {
			t.Errorf("%d alerts", len(alerts))
		}
	}
	if set, err := Load([]Source{{FS: files(good + "when: req.seen\n")}}, LoadOptions{Beside: []Source{{FS: files(probe)}}}); err != nil || len(set.Rules()) != 1 {
		t.Errorf("rules that nobody asked for, %v", err)
	}
}
