package detect

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/event"
)

// fixed gives calls leaves and bodies that a test wrote down.
type fixed struct {
	leaves []event.Leaf
}

func (f fixed) Body(_ *event.Call, m *event.Message) []byte { return m.Raw }
func (f fixed) Leaves(_ *event.Call, dst []event.Leaf) []event.Leaf {
	return append(dst, f.leaves...)
}

// Outline shows the leaves as decode/body does.
func (f fixed) Outline(_ *event.Call, to event.Viewer) bool {
	for _, l := range f.leaves {
		names := strings.Split(l.Place, ".")
		for _, n := range names[1:] {
			to.Name(n)
		}
		l.Place = ""
		to.Leaf(&l, l.Expand == nil)
	}
	return true
}

func leaf(place, value string) event.Leaf {
	kind := event.LeafQuery
	if strings.HasPrefix(place, "body.") {
		kind = event.LeafJSON
	}
	return event.Leaf{Place: place, Key: place[strings.LastIndexByte(place, '.')+1:], Kind: kind, Value: value}
}

// newCall makes a whole call of `METHOD target` with a status, at a time in
// seconds, with the given leaves.
func newCall(request string, status int, at float64, leaves ...event.Leaf) *event.Call {
	c := &event.Call{}
	c.Reset(fixed{leaves})
	method, target, _ := strings.Cut(request, " ")
	path, query, _ := strings.Cut(target, "?")
	ns := int64(at * 1e9)
	c.Flow = &event.Flow{FlowKey: event.FlowKey{Client: netip.MustParseAddrPort("203.0.113.9:51514"), Server: netip.MustParseAddrPort("10.0.0.5:80")}, First: ns}
	c.Flow.Identify()
	c.ID, c.Key = c.Flow.CallIDs(event.NewSensorMark("file"), 1)
	c.Depth, c.Time, c.Proto, c.Sensor = 1, ns, "http/1.1", "file"
	c.Order = event.Order{Clock: ns, OfFrame: true, Seq: uint64(at*1000) + 1}
	c.Req.Seen, c.Req.Complete, c.Req.Method, c.Req.Target, c.Req.Path, c.Req.Query, c.Req.Host = true, true, method, target, path, query, "shop.example"
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Host", Value: "shop.example"}, event.Header{Name: "User-Agent", Value: "curl/8.5.0"})
	c.Req.Start, c.Req.End = ns, ns
	c.Resp.Seen, c.Resp.Complete, c.Resp.Status = true, true, status
	c.Resp.Start, c.Resp.End = ns+1e6, ns+2e6
	return c
}

// load loads rules from texts; the test fails if they do not load.
func load(t testing.TB, texts ...string) *Set {
	t.Helper()
	set, err := Load([]Source{{Name: "test", FS: files(texts...)}}, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func files(texts ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i, text := range texts {
		fs["r"+string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

// fresh leaves out the alerts that come again only with another count.
func fresh(alerts []*event.Alert) (list []*event.Alert) {
	said := map[string]bool{}
	for _, a := range alerts {
		told := *a
		told.Count, told.LastSeen, told.Order = 0, 0, event.Order{}
		line := fmt.Sprintf("%+v", told)
		if !said[line] {
			list = append(list, a)
		}
		said[line] = true
	}
	return list
}

const sqliRule = `id: sqli-in-input
title: SQL injection in a client value
severity: medium
category: injection/sqli
refs: [cwe:89, attack:T1190]
when: any(req.leaves, sqli(#))
succeeded: {when: resp.status == 200 && sql_error(resp), severity: critical}
refused: {when: "resp.status in [400, 403, 406]"}
tests:
  - fires: GET /items?id=1'%20UNION%20SELECT%20password%20FROM%20users--
  - silent: GET /items?id=1
`

// run judges calls and passes what they give through a stage, in order.
func run(set *Set, cfg *Config, calls ...*event.Call) []*event.Alert {
	var out []*event.Alert
	j := NewJudge(set, cfg)
	st := NewStage(set, cfg, func(a *event.Alert) { out = append(out, a) })
	for _, c := range calls {
		var f Findings
		j.Call(c, &f)
		for _, a := range f.Alerts {
			st.Alert(a)
		}
		for i := range f.Observations {
			st.Observe(&f.Observations[i])
		}
	}
	return out
}

func TestCallRule(t *testing.T) {
	set := load(t, sqliRule)
	attack := func(status int, body string) *event.Call {
		c := newCall("GET /items?id=x", status, 1, leaf("query.id", "1' UNION SELECT password FROM users--"))
		c.Resp.Raw = []byte(body)
		return c
	}
	for _, tc := range []struct {
		name     string
		call     *event.Call
		outcome  event.Outcome
		severity event.Severity
	}{
		{"tried", attack(500, ""), event.Tried, event.Medium},
		{"refused", attack(403, ""), event.Refused, event.Medium},
		{"succeeded", attack(200, "You have an error in your SQL syntax; check"), event.LikelySucceeded, event.Critical},
	} {
		alerts := run(set, &Config{}, tc.call)
		if len(alerts) != 1 {
			t.Fatalf("%s: %d alerts", tc.name, len(alerts))
		}
		a := alerts[0]
		if a.Outcome != tc.outcome || a.Severity != tc.severity || a.SevNum != uint16(tc.severity) {
			t.Errorf("%s: outcome %s, severity %s", tc.name, a.Outcome, a.Severity)
		}
		if len(a.Evidence) == 0 || a.Evidence[0].Place != "query.id" || !strings.Contains(a.Evidence[0].Text, "UNION") {
			t.Errorf("%s: evidence %+v", tc.name, a.Evidence)
		}
		if a.Rule.Ruleset != set.Hash() || a.ID != event.AlertID("sqli-in-input", tc.call.ID.String()) {
			t.Errorf("%s: ids %s %s", tc.name, a.Rule.Ruleset, a.ID)
		}
	}
	if alerts := run(set, &Config{}, newCall("GET /items?id=1", 200, 1, leaf("query.id", "1"))); len(alerts) != 0 {
		t.Errorf("benign call: %d alerts", len(alerts))
	}
}

const stuffingRule = `id: credential-stuffing
title: One source tries many accounts
severity: high
category: auth/stuffing
when: req.path == "/login"
by: [client.ip]
over: 10m
having: distinct(req.user) >= 5 && ratio(resp.status == 401) > 0.8
suppress: 30m
escalate: {when: count_if(resp.status == 200) > 0, severity: critical}
message: "{count()} logins for {distinct(req.user)} users from {client.ip}"
`

func login(user string, status int, at float64) *event.Call {
	c := newCall("POST /login", status, at, leaf("body.username", user), leaf("body.password", "x"))
	return c
}

func TestWindowRule(t *testing.T) {
	set := load(t, stuffingRule)
	var calls []*event.Call
	for i := range 8 {
		calls = append(calls, login("u"+string(rune('a'+i)), 401, float64(i)))
	}
	alerts := run(set, &Config{}, calls...)
	if len(alerts) != 1 {
		t.Fatalf("%d alerts, want one: the rest is suppressed", len(alerts))
	}
	a := alerts[0]
	if a.Count != 5 || a.Message != "5 logins for 5 users from 203.0.113.9" || a.Severity != event.High || len(a.Calls) != 5 {
		t.Errorf("count %d, message %q, severity %s, %d calls", a.Count, a.Message, a.Severity, len(a.Calls))
	}
	if len(a.Evidence) != 2 || a.Evidence[0].Place != "window.distinct(req.user)" || a.Evidence[0].Op != ">=" || a.Evidence[0].Want != 5 || a.Evidence[0].Got != 5 {
		t.Errorf("evidence %+v", a.Evidence)
	}
	calls = append(calls, login("ux", 200, 9), login("uy", 200, 10))
	alerts = run(set, &Config{}, calls...)
	if len(alerts) != 2 || alerts[1].ID != a.ID || alerts[1].Severity != event.Critical || alerts[1].Count != 9 || alerts[1].State != "open" {
		t.Fatalf("escalation: %d alerts", len(alerts))
	}
}
