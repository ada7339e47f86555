package sensor

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spaniel/detect"
	"spaniel/detect/learned"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// learnFrom runs frames and returns what was learned, encoded, and the items.
func learnFrom(t *testing.T, cfg Config, frames []event.Frame, facts *learned.Facts) (kept []byte, calls []event.Record, alerts []*event.Alert) {
	t.Helper()
	cfg.Learn, cfg.Facts = true, facts
	cfg.Keep = func(b []byte) bool { kept = bytes.Clone(b); return true }
	s, err := New(cfg, func(it *event.Item) event.CallFate {
		switch it.Kind {
		case event.KindCall:
			calls = append(calls, *it.Call)
		case event.KindAlert:
			alerts = append(alerts, it.Alert)
		}
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	ledger := s.Ledger()
	if err := ledger.Check(); err != nil {
		t.Error(err)
	}
	return kept, calls, alerts
}

// world is traffic of some clients on connections of their own, part of it at
// the same time: logins, calls with the session, slugs.
func world(from, to int) []event.Frame {
	b := wiretest.New(1, 1_700_000_000e9)
	for i := from; i < to; i++ {
		b.At(1_700_000_000e9 + int64(i)*int64(20*time.Second))
		c := b.Conn(netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), uint16(4000+i)), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		sid := fmt.Sprintf("session-of-user-%d", i%7)
		if i%10 < 7 {
			body := fmt.Sprintf("username=u%d&password=x", i%7)
			c.Client([]byte(fmt.Sprintf("POST /login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
			c.Server([]byte("HTTP/1.1 302 Found\r\nLocation: /home\r\nSet-Cookie: sessionid=" + sid + "\r\nContent-Length: 0\r\n\r\n"))
		}
		for _, path := range []string{"/orders", fmt.Sprintf("/products/slug-%c%c", 'a'+i%26, 'a'+i/26%26)} {
			c.Client([]byte("GET " + path + " HTTP/1.1\r\nHost: shop\r\nCookie: sessionid=" + sid + "\r\n\r\n"))
			c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
		}
		c.Fin()
	}
	return b.Frames()
}

// TestLearnedHoweverItIsRun: workers and epochs change nothing of what is
// learned, nor of whose sessions are.
func TestLearnedHoweverItIsRun(t *testing.T) {
	frames := world(0, 300)
	var want []byte
	var wantCalls string
	for _, workers := range []int{1, 2, 8} {
		for _, epoch := range []int{512, 7, 1} {
			cfg := testConfig(shippedRules(t))
			cfg.Workers, cfg.EpochFrames, cfg.Portion = workers, epoch, 1+epoch/20
			kept, calls, _ := learnFrom(t, cfg, frames, nil)
			text := ""
			for _, c := range calls {
				text += fmt.Sprintln(c.ID, c.Path, c.User, c.Session)
			}
			if want == nil {
				want, wantCalls = kept, text
				if !bytes.Contains(kept, []byte(`"seg":"{value}"`)) || bytes.Count(kept, []byte(`"u3"`)) == 0 {
					t.Fatalf("too little was learned: %s", kept)
				}
			}
			if !bytes.Equal(kept, want) || text != wantCalls {
				t.Errorf("%d workers, epochs of %d: other facts or calls", workers, epoch)
			}
		}
	}
}

// restful is traffic of some clients on one endpoint whose answers teach nothing
// new after the first, until another role is given more.
func restful() []event.Frame {
	b := wiretest.New(1, 1_700_000_000e9)
	now := int64(1_700_000_000e9)
	for i := range 90 {
		now += int64(time.Second)
		b.At(now)
		c := b.Conn(netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), uint16(4000+i)), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		who, body := fmt.Sprintf("Authorization: Bearer opaque-%d", i%9), `{"id":"1000017","name":"x"}`
		if i >= 60 && i%5 == 0 {
			who, body = "X-Api-Key: 0123456789abcdef", `{"id":"1000017","name":"x","salary":5}`
		}
		for range 12 {
			c.Client([]byte("GET /me HTTP/1.1\r\nHost: shop\r\n" + who + "\r\n\r\n"))
			c.Server([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
		}
		c.Fin()
	}
	return b.Frames()
}

// TestRestsHoweverItIsRun: who looks into an answer that nobody learns from
// depends on how far the ordered stage is; what is learned does not.
func TestRestsHoweverItIsRun(t *testing.T) {
	frames := restful()
	var want []byte
	for _, workers := range []int{1, 2, 8} {
		for _, epoch := range []int{4096, 97, 7} {
			cfg := testConfig(shippedRules(t))
			cfg.Workers, cfg.EpochFrames, cfg.Portion = workers, epoch, 1+epoch/20
			kept, _, _ := learnFrom(t, cfg, frames, nil)
			if want == nil {
				want = kept
				if !bytes.Contains(kept, []byte(`"names_rest":{"n"`)) || !bytes.Contains(kept, []byte(`"until":`)) {
					t.Fatalf("nothing rested, or nothing ended that: %s", kept)
				}
			}
			if !bytes.Equal(kept, want) {
				t.Errorf("%d workers, epochs of %d: other facts\n%s\n%s", workers, epoch, kept, want)
			}
		}
	}
}

// TestSessionsHaveTheirUsers: calls with the cookie that a login set are of
// who logged in, on other connections, too, and after a restart.
func TestSessionsHaveTheirUsers(t *testing.T) {
	cfg := testConfig(shippedRules(t))
	kept, _, _ := learnFrom(t, cfg, world(0, 10), nil)
	facts, err := learned.Decode(kept, learned.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, calls, _ := learnFrom(t, cfg, world(17, 20), facts) // without logins
	if len(calls) != 6 {
		t.Fatalf("%d calls", len(calls))
	}
	for _, c := range calls {
		if c.User == "" || c.PrincipalKind != "cookie" {
			t.Errorf("%s: user %q, kind %s", c.Path, c.User, c.PrincipalKind)
		}
	}
	if _, calls, _ = learnFrom(t, cfg, world(17, 20), nil); calls[0].User != "" {
		t.Errorf("user %q without a login", calls[0].User)
	}
}

// TestKeysKnowTheUserOfASession: a window by user counts calls that carry only
// the session.
func TestKeysKnowTheUserOfASession(t *testing.T) {
	const rule = `id: by-user
title: Calls of one user
severity: low
category: bots/library
refs: [cwe:1]
when: req.path == "/orders"
by: [[req.host, principal.user]]
over: 1h
having: count() >= 3
message: "{count()}"
tests:
  - fires: GET /
  - silent: GET /
`
	set, err := detect.Load([]detect.Source{{Name: "test", FS: fstest.MapFS{"r.yaml": {Data: []byte(rule)}}}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, alerts := learnFrom(t, testConfig(set), world(0, 45), nil)
	if len(alerts) == 0 {
		t.Fatal("no alert")
	}
	for _, a := range alerts {
		if !strings.HasPrefix(a.DedupKey, "by-user|shop|u") || a.Principal.User == "" {
			t.Errorf("key %q, user %q", a.DedupKey, a.Principal.User)
		}
	}
}

// TestLearnedFactsInRules: each fires on the one call that is not as usual, and
// its evidence names what.
func TestLearnedFactsInRules(t *testing.T) {
	ask := func(b *wiretest.Builder, i int, auth, path, body, answer string) {
		c := b.Conn(netip.AddrPortFrom(netip.MustParseAddr("198.51.100.7"), uint16(4000+i)), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		c.Client([]byte(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, auth, len(body), body)))
		c.Server([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)))
		c.Fin()
	}
	for _, tc := range []struct{ aggregate, auth, path, body, answer, place, text string }{
		{"odd_types() > 0", "t1", "/orders/10001", `{"sku":"a1","count":"x"}`, `{"id":10001}`, "body.count", "word; in 120 values never, mostly number"},
		{"odd_types() > 0", "t1", "/orders/10001", `{"sku":{"$ne":null},"count":1}`, `{"id":10001}`, "body.sku", "object; in 120 values never"},
		{"odd_syntax() > 0", "t1", "/orders/10001", `{"sku":"a1","count":"7;x"}`, `{"id":10001}`, "body.count", "syntax; in 120 values never, mostly number"},
		{"new_fields() > 0", "t1", "/orders/10001", `{"sku":"a1","count":1,"admin":true}`, `{"id":10001}`, "body.admin", "new"},
		{"new_returned() > 0", "t1", "/orders/10001", `{"sku":"a1","count":1}`, `{"id":10001,"cost":5}`, "cost", `new; in 120 answers to callers of the role "bearer" never`},
		{"foreign_ids() > 0", "t2", "/orders/10001", `{"sku":"a1","count":1}`, `{"id":10001}`, "learned.error.foreign_ids()", ""},
		{"new_ids() > 0 && usual_ids() > 0.98", "t1", "/orders/10555", `{"sku":"a1","count":1}`, `{"id":10555}`, "learned.ids.hours", ""},
		{"new_caller() && callers() <= 2", "t3", "/orders/10001", `{"sku":"a1","count":1}`, `{"id":10001}`, "learned.callers()", ""},
		{"read_only_fields() > 0", "t1", "/orders/10001", `{"sku":"a1","count":1,"id":5}`, `{"id":10001}`, "body.id", "in 120 answers, in no request before"},
		{"usual_role() == 0", userToken, "/orders/10001", `{"sku":"a1","count":1}`, `{"id":10001}`, "learned.role.calls", "jwt user"},
	} {
		b := wiretest.New(1, 1_700_000_000e9)
		for i := range 120 {
			b.At(1_700_000_000e9 + int64(i)*int64(40*time.Second))
			ask(b, 1000+i, userToken, "/news", "{}", "{}")
			id := 10001 + i%2 // each caller has one
			ask(b, i, fmt.Sprintf("t%d", 1+i%2), fmt.Sprintf("/orders/%d", id), fmt.Sprintf(`{"sku":"a%d","count":%d}`, i, i), fmt.Sprintf(`{"id":%d}`, id))
		}
		b.At(1_700_000_000e9 + 120*int64(40*time.Second))
		ask(b, 120, tc.auth, tc.path, tc.body, tc.answer)
		for _, decides := range []string{
			"when: req.path startsWith \"/orders\"\nby: [endpoint]\nover: 1h\nhaving: " + tc.aggregate,
			"when: req.path startsWith \"/orders\" && " + tc.aggregate + " && resp.status == 200\nby: [endpoint]\nover: 1h\nhaving: count() == 1",
		} {
			set := oneRule(t, "id: odd\ntitle: Something unusual\nseverity: low\ncategory: bots/library\nrefs: [cwe:1]\n"+decides+"\nmessage: \"{learned_from()}\"\ntests:\n  - fires: GET /\n  - silent: GET /\n")
			for _, workers := range []int{1, 8} {
				cfg := testConfig(set)
				cfg.Workers = workers
				alerts, err := Replay(cfg, b.Frames())
				if err != nil || len(alerts) != 1 {
					t.Fatalf("%s: %d alerts, %v", decides, len(alerts), err)
				}
				found := false
				for _, e := range alerts[0].Evidence {
					found = found || e.Place == tc.place && strings.HasPrefix(e.Text, tc.text)
				}
				if !found || alerts[0].Message != "120 calls in 80 minutes" {
					t.Errorf("%s: evidence %+v, message %q", decides, alerts[0].Evidence, alerts[0].Message)
				}
			}
		}
	}
}

// TestOperationsAreEndpoints: where one place does all, what a role never asked
// it to do is told.
func TestOperationsAreEndpoints(t *testing.T) {
	const adminToken = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbi0xIiwicm9sZSI6ImFkbWluIn0."
	set := oneRule(t, "id: odd\ntitle: An operation this role never used\nseverity: medium\ncategory: access/function-level\nrefs: [cwe:285]\nwhen: resp.status == 200 && usual_role() == 0\nby: [principal.id]\nover: 1m\nhaving: count() > 0\ntests:\n  - fires: GET /\n  - silent: GET /\n")
	b := wiretest.New(1, 1_700_000_000e9)
	n := 0
	ask := func(token, operation string) {
		body := fmt.Sprintf(`{"operationName":%q,"query":"query { a }"}`, operation)
		c := b.Conn(netip.AddrPortFrom(netip.MustParseAddr("198.51.100.7"), uint16(4000+n)), netip.MustParseAddrPort("10.0.0.5:80"))
		n++
		c.Open()
		c.Client([]byte(fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
		c.Fin()
	}
	for i := range int64(120) {
		b.At(1_700_000_000e9 + i*int64(40*time.Second))
		ask(userToken, "GetCart")
		ask(adminToken, "DeleteUser")
	}
	b.At(1_700_000_000e9 + 120*int64(40*time.Second))
	ask(adminToken, "DeleteUser")
	ask(userToken, "DeleteUser")
	alerts, err := Replay(testConfig(set), b.Frames())
	if err != nil || len(alerts) != 1 {
		t.Fatalf("%d alerts, %v", len(alerts), err)
	}
	if e := fmt.Sprint(alerts[0].Evidence); !strings.Contains(e, "POST shop/graphql/(DeleteUser)") {
		t.Errorf("evidence %s", e)
	}
}

// userToken is a JWT of a caller in the role of a user.
const userToken = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEiLCJyb2xlIjoidXNlciJ9."

// oneRule is the set of one rule.
func oneRule(t *testing.T, rule string) *detect.Set {
	t.Helper()
	set, err := detect.Load([]detect.Source{{Name: "test", FS: fstest.MapFS{"r.yaml": {Data: []byte(rule)}}}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestAttacksTeachNothing: what belongs to an alert of medium severity is no
// more usual after a hundred calls of it than before.
func TestAttacksTeachNothing(t *testing.T) {
	set := oneRule(t, "id: odd\ntitle: A field nobody writes\nseverity: medium\ncategory: access/mass-assignment\nrefs: [cwe:915]\nwhen: resp.status == 200 && new_fields() > 0\nby: [endpoint]\nover: 1m\nhaving: count() > 0\nsuppress: 30m\ntests:\n  - fires: GET /\n  - silent: GET /\n")
	b := wiretest.New(1, 1_700_000_000e9)
	at := int64(1_700_000_000e9)
	for i := range 360 {
		at += int64(40 * time.Second)
		b.At(at)
		body := `{"name":"x"}`
		if i >= 120 {
			body = `{"name":"x","admin":true}`
		}
		c := b.Conn(netip.AddrPortFrom(netip.MustParseAddr("198.51.100.7"), uint16(4000+i)), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		c.Client([]byte(fmt.Sprintf("POST /users HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
		c.Fin()
	}
	alerts, err := Replay(testConfig(set), b.Frames())
	if err != nil {
		t.Fatal(err)
	}
	ids := map[event.ID]uint64{}
	for _, a := range alerts {
		ids[a.ID] = a.Count
	}
	total := uint64(0)
	for _, n := range ids {
		total += n
	}
	if len(ids) != 6 || total < 240 || total > 246 { // 160 minutes, each alert with what comes in the next thirty; the window may still hold one of the alert before
		t.Errorf("%d alerts of %d calls: %v", len(ids), total, ids)
	}
}

// TestAlertsSayWhatUsualRestsOn: evidence has calls and hours.
func TestAlertsSayWhatUsualRestsOn(t *testing.T) {
	b := wiretest.New(1, 1_700_000_000e9)
	for i := range 130 {
		b.At(1_700_000_000e9 + int64(i)*int64(40*time.Second))
		c := b.Conn(netip.AddrPortFrom(netip.MustParseAddr("198.51.100.7"), uint16(4000+i)), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		auth := "Authorization: Bearer abcdef\r\n"
		if i == 129 {
			auth = ""
		}
		c.Client([]byte("GET /orders/17 HTTP/1.1\r\nHost: shop\r\n" + auth + "\r\n"))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
		c.Fin()
	}
	_, _, alerts := learnFrom(t, testConfig(shippedRules(t)), b.Frames(), nil)
	got := map[string]float64{}
	for _, a := range alerts {
		if a.Rule.ID == "missing-authentication" {
			for _, e := range a.Evidence {
				got[e.Place] = e.Got
			}
		}
	}
	if got["learned.calls"] != 129 || got["learned.hours"] < 1.42 || got["learned.hours"] > 1.44 || got["learned.usual_auth()"] != 1 {
		t.Errorf("evidence %v", got)
	}
}
