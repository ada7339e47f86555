package redact

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"spaniel/event"
)

// The same texts stand in many places here, so that what was remembered of one
// use would be seen in another.
func TestMemoryChangesNothing(t *testing.T) {
	names := []string{"Authorization", "authorization", "Cookie", "Set-Cookie", "Referer", "Host", "X-Api-Key", "token", "user", "X-A", "Date", "Content-Type", "q", "page", "session"}
	values := []string{"Bearer abcdefghij", "Basic dXNlcjpwYXNzd29yZA==", "a=b; sid=12345678", "https://u:secret@h/p?token=1", "h.example", "u:secret@h", "token=abc&x=1",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "token", "a b", "%74oken=abc", "plain", "", "password: hunter2", "/p/7;sid=123?password=x#f", "/p?", "/p", "*", "/p#token=1", "application/json", "Text/HTML; charset=utf-8", "shop.example", "/a/longer/path%2f", "sk_live_0123456789abcdef"}
	plain := New([]byte("k"), Option{HashUser: true})
	quick := plain.Remembering()
	rnd := rand.New(rand.NewPCG(1, 2))
	word := func(list []string) string { return list[rnd.IntN(len(list))] }
	for i := range 20_000 {
		target := word(values)
		if rnd.IntN(2) == 0 {
			target = "/a/" + word(values) + "?" + word(names) + "=" + word(values)
		}
		c := &event.Call{APIVer: word(values), Route: word(values), Flow: &event.Flow{FlowKey: event.FlowKey{
			Client: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(rnd.IntN(4))}), uint16(rnd.IntN(3))), Server: netip.MustParseAddrPort("10.0.0.5:80")}}}
		c.Req = event.Request{Method: word(values), Target: target, Host: word(values)}
		c.Req.Path, c.Req.Query, _ = strings.Cut(target, "?")
		c.Req.Seen = rnd.IntN(8) > 0
		c.Principal.User = word(values)
		for range rnd.IntN(6) {
			c.Req.Headers = append(c.Req.Headers, event.Header{Name: word(names), Value: word(values)})
			c.Resp.Headers = append(c.Resp.Headers, event.Header{Name: word(names), Value: word(values)})
		}
		var a, b event.Record
		plain.Call(c, &a)
		quick.Call(c, &b)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("call %d: with a memory %+v, without %+v", i, b, a)
		}
		if want := plain.target(target); a.Target != want {
			t.Fatalf("target %q became %q, by itself %q", target, a.Target, want)
		}
		for _, kind := range []string{"token", "session"} {
			if v := word(values); plain.Hash(kind, v) != quick.Hash(kind, v) {
				t.Fatalf("hash of %s %q differs", kind, v)
			}
		}
	}
}

// Texts that share a place take turns in it.
func TestPlainTextsThatShareAPlace(t *testing.T) {
	r := redactor().Remembering()
	byPlace := map[uint64][]string{}
	for i := range 4096 {
		s := "plaintext" + strconv.Itoa(i)
		byPlace[mix(usePlain, "", s)>>56] = append(byPlace[mix(usePlain, "", s)>>56], s)
	}
	for _, list := range byPlace {
		for _, s := range append(list, list...) {
			for range 3 {
				if got := r.value(s); got != s {
					t.Fatalf("%q became %q", s, got)
				}
			}
		}
	}
	if got := r.value("password=hunter2"); strings.Contains(got, "hunter2") {
		t.Errorf("what is no plain text was kept as one: %q", got)
	}
}

func TestWhatNeverComesTwiceIsNotKept(t *testing.T) {
	r := redactor().Remembering()
	for i := range 100_000 {
		r.header("Date", "Sun, 22 Nov 2026 08:00:00 GMT "+strconv.Itoa(i))
	}
	for _, set := range r.mem.sets {
		for _, s := range set {
			if s.use == useHeader {
				t.Fatalf("kept: %q", s.in)
			}
		}
	}
	r.header("Cookie", strings.Repeat("x", 2*memoryText))
	r.header("Cookie", strings.Repeat("x", 2*memoryText))
	for _, set := range r.mem.sets {
		for _, s := range set {
			if len(s.in) > memoryText {
				t.Fatalf("kept %d bytes", len(s.in))
			}
		}
	}
}

// Two hundred clients that take turns are what a keep-alive capture is like.
func TestManyThatTakeTurnsAreKept(t *testing.T) {
	r := redactor().Remembering()
	made := 0
	for round := range 4 {
		made = 0
		for i := range 200 {
			r.mem.recall(useHash, "token", strconv.Itoa(i), func() string { made++; return "" })
			r.field("Authorization", "Bearer "+strconv.Itoa(i))
			r.field("Date", "Sun, 22 Nov 2026 08:00:00 GMT "+strconv.Itoa(1000*round+i))
		}
	}
	if made > 20 {
		t.Errorf("%d of 200 were made again in the fourth round", made)
	}
}

func TestWhatComesAgainCostsNothing(t *testing.T) {
	r, c := redactor().Remembering(), plainCall()
	var rec event.Record
	if n := testing.AllocsPerRun(100, func() { r.Call(c, &rec) }); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
}
