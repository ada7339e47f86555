package redact

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"spaniel/event"
)

func TestRecordHoldsTheCall(t *testing.T) {
	c := &event.Call{Time: 1_000_000_000, Depth: 3, Proto: "http/1.1", Sensor: "dc1", Flags: event.FlagGap, Anomalies: []string{"bare_lf"},
		Flow: &event.Flow{ID: 7, FlowKey: event.FlowKey{Client: netip.MustParseAddrPort("10.0.0.9:5"), Server: netip.MustParseAddrPort("10.0.0.5:80"), VLAN: 12}}}
	c.Req = event.Request{Method: "GET", Target: "/p?q=1", Path: "/p", Query: "q=1", Host: "h"}
	c.Req.Seen, c.Req.Start, c.Req.End, c.Req.FirstFrame, c.Req.LastFrame = true, 1_000_000_000, 1_000_500_000, 4, 5
	c.Req.Headers = []event.Header{{Name: "User-Agent", Value: "curl/8.5.0"}, {Name: "X-Forwarded-For", Value: "6.6.6.6, 198.51.100.7, 10.0.0.8"}}
	c.Resp = event.Response{Status: 404}
	c.Resp.Seen, c.Resp.Start, c.Resp.End, c.Resp.FirstFrame, c.Resp.LastFrame, c.Resp.BodyBytes = true, 1_002_000_000, 1_003_000_000, 6, 9, 88
	c.Resp.Headers = []event.Header{{Name: "Content-Type", Value: "Application/JSON; charset=utf-8"}}
	r := New([]byte("k"), Option{TrustedHops: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	c.RealIP, c.AgentFamily = r.RealIP(c.Flow.Client.Addr(), &c.Req.Message), "curl"
	rec := event.Record{Flags: []string{"old"}}
	r.Call(c, &rec)
	if rec.AgentFamily != "curl" {
		t.Errorf("agent %q", rec.AgentFamily)
	}
	if rec.TTFB != 1500 || rec.Duration != 3000 || rec.FirstFrame != 4 || rec.LastFrame != 9 || rec.Status != 404 || rec.RespBytes != 88 {
		t.Errorf("times, frames or sizes: %+v", rec)
	}
	if rec.RealIP.String() != "198.51.100.7" || rec.ClientIP.String() != "10.0.0.9" || rec.FlowID != 7 || rec.VLAN != 12 {
		t.Errorf("ends: %+v", rec)
	}
	if rec.RespType != "application/json" || rec.Fingerprint != c.Fingerprint() || rec.Target != "/p?q=1" {
		t.Errorf("messages: %+v", rec)
	}
	if !slices.Equal(rec.Flags, []string{"gap"}) || !slices.Equal(rec.Anomalies, []string{"bare_lf"}) || rec.Leaves != nil {
		t.Errorf("lists: %+v", rec)
	}
}

func TestResponseAlone(t *testing.T) {
	c := &event.Call{Time: 5000}
	c.Resp.Seen, c.Resp.Start, c.Resp.End, c.Resp.FirstFrame, c.Resp.LastFrame = true, 5000, 9000, 3, 4
	var rec event.Record
	redactor().Call(c, &rec)
	if rec.Duration != 4 || rec.TTFB != 0 || rec.FirstFrame != 3 || rec.LastFrame != 4 {
		t.Errorf("%+v", rec)
	}
}

func TestCommunityIDIsWhatOthersSay(t *testing.T) {
	// The first two rows of the specification's TCP baseline.
	for _, c := range []struct{ a, b, want string }{
		{"128.232.110.120:34855", "66.35.250.204:80", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"66.35.250.204:80", "128.232.110.120:34855", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	} {
		k := event.FlowKey{Client: netip.MustParseAddrPort(c.a), Server: netip.MustParseAddrPort(c.b)}
		if got := CommunityID(k); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if CommunityID(event.FlowKey{}) != "" {
		t.Error("no addresses, but an id")
	}
}

func TestPrivacyOptions(t *testing.T) {
	r := New([]byte("k"), Option{HashUser: true, HashIP: true, Keys: []string{"Kunden-Nr"}, Headers: []string{"X-Internal"}})
	a := netip.MustParseAddr("203.0.113.9")
	if h := r.Addr(a); h == a || h.As16()[0] != 0xfd || h != r.Addr(netip.MustParseAddr("::ffff:203.0.113.9")) {
		t.Errorf("address became %s", h)
	}
	if r.User("bob") == "bob" || r.Text("query.kunden_nr", "17") == "17" || r.Text("header.x-internal", "17") == "17" {
		t.Error("an option does nothing")
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "privacy.key")
	key, err := LoadOrMakeKey(path)
	if err != nil || len(key) != keyBytes {
		t.Fatal(key, err)
	}
	again, err := LoadOrMakeKey(path)
	if err != nil || !slices.Equal(key, again) {
		t.Errorf("another key the second time: %v", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrMakeKey(path); err == nil {
		t.Error("a key that all can read was taken")
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrMakeKey(path); err == nil {
		t.Error("half a key was taken")
	}
}

func BenchmarkCall(b *testing.B) {
	r, c := redactor(), canary("CaNaRy00000001")
	c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Accept", Value: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
	var rec event.Record
	b.ReportAllocs()
	for b.Loop() {
		r.Call(c, &rec)
	}
}

// plainCall is what most calls are like.
func plainCall() *event.Call {
	c := &event.Call{Flow: &event.Flow{FlowKey: event.FlowKey{Client: netip.MustParseAddrPort("10.0.0.9:5"), Server: netip.MustParseAddrPort("10.0.0.5:80")}}}
	c.Req = event.Request{Method: "GET", Target: "/api/v1/orders/17?q=shoe&page=2", Path: "/api/v1/orders/17", Query: "q=shoe&page=2", Host: "shop.example"}
	c.Req.Headers = []event.Header{{Name: "Host", Value: "shop.example"}, {Name: "User-Agent", Value: "Mozilla/5.0 (X11; Linux x86_64) Chrome/120 Safari/537.36"},
		{Name: "Accept", Value: "application/json"}, {Name: "Authorization", Value: "Bearer abcdefgh"}, {Name: "Content-Length", Value: "0"}}
	c.Resp.Headers = []event.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Date", Value: "Sun, 22 Nov 2026 08:00:00 GMT"}, {Name: "Server", Value: "nginx"}}
	return c
}

func BenchmarkPlainCall(b *testing.B) {
	r, c := redactor().Remembering(), plainCall()
	var rec event.Record
	b.ReportAllocs()
	for b.Loop() {
		r.Call(c, &rec)
	}
}
