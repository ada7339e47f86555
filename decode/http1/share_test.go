package http1

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// crowd is many connections of one pool.
type crowd struct {
	pool  *Pool
	led   event.Ledger
	conns []*Conn
	calls map[int][]event.Call // by connection
	at    event.Stamp
	bytes uint64
}

func newCrowd(n int, cfg Config) *crowd {
	c := &crowd{calls: map[int][]event.Call{}}
	c.pool = NewPool(&cfg, nil, &c.led)
	for i := range n {
		c.conns = append(c.conns, c.pool.Conn(new(event.Flow), func(call *event.Call, _ event.Stamp) {
			kept := *call
			kept.Req.Raw, kept.Resp.Raw = slices.Clone(call.Req.Raw), slices.Clone(call.Resp.Raw)
			kept.Anomalies = slices.Clone(call.Anomalies)
			c.calls[i] = append(c.calls[i], kept)
		}))
	}
	return c
}

func (c *crowd) say(i int, d event.Direction, s string) {
	c.at.Frame++
	c.at.Clock++
	c.bytes += uint64(len(s))
	c.pool.Relieve(c.at)
	c.conns[i].Data(d, []byte(s), c.at)
}

// close ends all connections, after which nothing may be held.
func (c *crowd) close(t testing.TB) {
	t.Helper()
	for _, conn := range c.conns {
		conn.Close(c.at)
	}
	p := c.pool
	if p.bodies != 0 || p.heads != 0 || p.calls != 0 || p.owed != 0 || p.kept != 0 || p.unended.head != nil || p.filling.head != nil || p.waiting.head != nil || p.deep.head != nil {
		t.Errorf("left: %d bytes of bodies, %d of heads, %d calls, %d owed, %d kept", p.bodies, p.heads, p.calls, p.owed, p.kept)
	}
	if got := c.led.HeadBytes + c.led.BodyBytes + c.led.SkippedBytes; got != c.bytes {
		t.Errorf("head %d + body %d + skipped %d is not %d", c.led.HeadBytes, c.led.BodyBytes, c.led.SkippedBytes, c.bytes)
	}
}

const okEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// TestBodiesGiveWayToOthers: the call whose body came no further for longest is
// handed out with what there is of it, so that bodies that never end take
// nothing from those that do.
func TestBodiesGiveWayToOthers(t *testing.T) {
	const limit = 10_000
	c := newCrowd(40, Config{MaxBodies: limit})
	for i := range 39 {
		c.say(i, event.ToServer, fmt.Sprintf("POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n%s", i, strings.Repeat("b", 1000)))
		if c.pool.bodies > limit+1000 {
			t.Fatalf("%d bytes are kept", c.pool.bodies)
		}
	}
	c.say(39, event.ToServer, "POST /last HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n"+strings.Repeat("c", 3000))
	c.say(39, event.ToClient, okEmpty)
	if last := c.calls[39][0]; len(last.Req.Raw) != 3000 || last.Flags != 0 {
		t.Errorf("%d bytes of the last body, flags %v", len(last.Req.Raw), last.Flags.Append(nil))
	}
	given := int(c.led.Caps[event.CapBody])
	c.say(0, event.ToServer, strings.Repeat("b", 1000)+"GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
	c.say(0, event.ToClient, okEmpty+okEmpty)
	c.close(t)
	for i := range 39 {
		call := c.calls[i][0]
		if len(call.Req.Raw) != 1000 || call.Flags.Has(event.FlagCapped) != (i < given) || !call.Flags.Has(event.FlagReqIncomplete) {
			t.Errorf("connection %d: %d bytes, flags %v", i, len(call.Req.Raw), call.Flags.Append(nil))
		}
	}
	if next := c.calls[0][1]; given < 29 || next.Req.Target != "/next" || next.Resp.Status != 200 || next.Flags != 0 {
		t.Errorf("%d were given out; behind the first comes %s, flags %v", given, next.Req.Target, next.Flags.Append(nil))
	}
}

// TestHeadsGiveWayToOthers: of heads that do not end, the one that came no
// further for longest becomes a call of what there is; one that takes its time
// and ends is read, and so are the requests behind one that was given up.
func TestHeadsGiveWayToOthers(t *testing.T) {
	c := newCrowd(12, Config{MaxHeads: 4000})
	for i := range 11 {
		c.say(i, event.ToServer, fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h\r\nX: %s", i, strings.Repeat("x", 900)))
	}
	c.say(11, event.ToServer, "GET /slow HTTP/1.1\r\n")
	c.say(11, event.ToServer, "Host: h\r\n\r\n")
	c.say(11, event.ToClient, okEmpty)
	if got := c.calls[11]; len(got) != 1 || got[0].Flags != 0 || got[0].Resp.Status != 200 {
		t.Errorf("the head that ended: %+v", got)
	}
	if c.pool.heads > 4000 {
		t.Errorf("%d bytes of heads", c.pool.heads)
	}
	c.say(0, event.ToServer, "xxx\r\nY: z\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")
	given := int(c.led.Caps[event.CapHead])
	c.close(t)
	for i := range 11 {
		first := c.calls[i][0]
		if first.Req.Target != fmt.Sprintf("/%d", i) || first.Req.Host != "h" || !first.Flags.Has(event.FlagReqIncomplete) || first.Flags.Has(event.FlagCapped) != (i < given) {
			t.Errorf("connection %d: %s %s, flags %v", i, first.Req.Target, first.Req.Host, first.Flags.Append(nil))
		}
	}
	if got := c.calls[0]; given < 7 || len(got) != 2 || got[1].Req.Target != "/next" {
		t.Errorf("%d heads were given up; calls behind the first %d", given, len(got))
	}
}

// TestEveryThingGatheredGivesWay: whatever a direction gathers of something that has
// not ended is let go of, with a mark on the call it belongs to.
func TestEveryThingGatheredGivesWay(t *testing.T) {
	const chunked = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	x := strings.Repeat("x", 300)
	for _, tc := range []struct{ name, sent, rest, want string }{
		{"a head", "GET /a HTTP/1.1\r\nHost: h\r\nX: " + x, "\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/a:req_incomplete /b:"},
		{"a request line", "GET /a?" + x, " HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/a:req_incomplete /b:"},
		{"a chunk's extension", chunked + "3;" + x, "\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/a: /b:"},
		{"trailers", chunked + "3\r\nabc\r\n0\r\nX: " + x, "\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/a:req_incomplete /b:"},
		{"a tunnel that waits", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n" + x, "", "h:1:"},
		{"a line that begins nothing yet", "\x00\r\nGET /" + x, "\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/b:"},
	} {
		c := newCrowd(2, Config{MaxHeads: 100})
		c.say(0, event.ToServer, tc.sent)
		c.say(1, event.ToServer, "GET /other HTTP/1.1\r\nHost: h\r\n\r\n")
		if c.led.Caps[event.CapHead] != 1 || c.pool.heads != 0 {
			t.Errorf("%s: %d were given up, %d bytes are left", tc.name, c.led.Caps[event.CapHead], c.pool.heads)
		}
		if tc.rest != "" {
			c.say(0, event.ToServer, tc.rest)
		}
		c.close(t)
		var got []string
		for i, call := range c.calls[0] {
			note := ""
			if call.Flags.Has(event.FlagReqIncomplete) {
				note = "req_incomplete"
			}
			got = append(got, call.Req.Target[:min(len(call.Req.Target), 3)]+":"+note)
			if capped := call.Flags.Has(event.FlagCapped); capped != (i == 0 && call.Req.Target != "/b") {
				t.Errorf("%s: call %d, capped is %v", tc.name, i, capped)
			}
		}
		if s := strings.ReplaceAll(strings.Join(got, " "), "/a?", "/a"); s != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, s, tc.want)
		}
	}
}

// TestCallsGiveWayToOthers: the call that waits for longest is handed out
// before its answer, and that answer is nobody else's.
func TestCallsGiveWayToOthers(t *testing.T) {
	c := newCrowd(10, Config{MaxCalls: 5})
	for i := range 10 {
		c.say(i, event.ToServer, fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i))
	}
	for i := range 10 {
		c.say(i, event.ToClient, "HTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nx")
		c.say(i, event.ToServer, "GET /again HTTP/1.1\r\nHost: h\r\n\r\n")
		c.say(i, event.ToClient, okEmpty)
	}
	given := 0
	for i := range 10 {
		first, second := c.calls[i][0], c.calls[i][1]
		switch {
		case first.Flags == 0 && first.Resp.Status == 201:
		case first.Flags == event.FlagCapped|event.FlagRequestOnly && first.Req.Complete:
			given++
		default:
			t.Errorf("connection %d: %d, flags %v", i, first.Resp.Status, first.Flags.Append(nil))
		}
		if second.Req.Target != "/again" || second.Resp.Status != 200 || second.Flags != 0 {
			t.Errorf("connection %d then: %d, flags %v", i, second.Resp.Status, second.Flags.Append(nil))
		}
	}
	if given < 4 || c.led.Caps[event.CapCall] != uint64(given) {
		t.Errorf("%d were given out, %d counted", given, c.led.Caps[event.CapCall])
	}
	c.close(t)
}

// TestWhoPipelinesGivesWayFirst: a client that waits for one answer keeps its
// place, however long it waits.
func TestWhoPipelinesGivesWayFirst(t *testing.T) {
	c := newCrowd(3, Config{MaxCalls: 30})
	c.say(0, event.ToServer, "GET /one HTTP/1.1\r\nHost: h\r\n\r\n")
	for range 50 {
		c.say(1, event.ToServer, strings.Repeat("GET /many HTTP/1.1\r\nHost: h\r\n\r\n", 10))
		c.say(2, event.ToServer, strings.Repeat("GET /many HTTP/1.1\r\nHost: h\r\n\r\n", 10))
	}
	c.say(0, event.ToClient, okEmpty)
	if got := c.calls[0]; len(got) != 1 || got[0].Flags != 0 || got[0].Resp.Status != 200 {
		t.Errorf("calls %+v", got)
	}
	if c.led.Caps[event.CapCall] < 900 {
		t.Errorf("%d were given out", c.led.Caps[event.CapCall])
	}
	c.close(t)
}

// TestACallGivenOutWhileItIsSent: the rest of its body is passed over, and the
// next request is read and answered.
func TestACallGivenOutWhileItIsSent(t *testing.T) {
	c := newCrowd(2, Config{MaxCalls: 1})
	c.say(0, event.ToServer, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
	c.say(1, event.ToServer, "GET /o HTTP/1.1\r\nHost: h\r\n\r\n")
	c.say(1, event.ToClient, okEmpty)
	c.say(0, event.ToServer, "def")
	c.say(0, event.ToClient, "HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n")
	c.say(0, event.ToServer, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
	c.say(0, event.ToClient, okEmpty)
	got := c.calls[0]
	if len(got) != 2 || string(got[0].Req.Raw) != "abc" || got[0].Flags != event.FlagCapped|event.FlagRequestOnly|event.FlagReqIncomplete || got[1].Resp.Status != 200 || got[1].Flags != 0 {
		t.Errorf("calls %+v", got)
	}
	c.close(t)
}

// TestOwedResponsesAreForgotten: where more responses are owed to calls that
// were given out than may be, what answers the connection's next requests is
// in doubt, and says so.
func TestOwedResponsesAreForgotten(t *testing.T) {
	c := newCrowd(1, Config{MaxPending: 2, MaxOwed: 3})
	for i := range 8 {
		c.say(0, event.ToServer, fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i))
		if c.pool.owed > 3 {
			t.Fatalf("%d responses are owed", c.pool.owed)
		}
	}
	if got := c.led.Caps[event.CapOwed]; got != 1 {
		t.Errorf("counted %d times", got)
	}
	for range 8 {
		c.say(0, event.ToClient, okEmpty)
	}
	c.close(t)
	for i, call := range c.calls[0] {
		if call.Resp.Seen && call.Req.Seen && !call.Flags.Has(event.FlagGap) {
			t.Errorf("call %d has an answer and no doubt: %v", i, call.Flags.Append(nil))
		}
		if slices.Contains(call.Anomalies, AnomalySurplus) {
			t.Errorf("call %d is taken for smuggling", i)
		}
	}
}

// TestADroppedConnectionHoldsNothing, whatever it had gathered.
func TestADroppedConnectionHoldsNothing(t *testing.T) {
	c := newCrowd(2, Config{MaxPending: 2})
	for _, s := range []string{"POST /a HTTP/1.1\r\nHost: h\r\nHost: i\r\nContent-Length: 3\r\n\r\nabc", "GET /b HTTP/1.1\r\n\r\n", "GET /c HTTP/1.1\r\n\r\n", "GET /d HT"} {
		c.say(0, event.ToServer, s)
		c.conns[0].Other(event.ToServer, -5, []byte("zz"), c.at)
	}
	c.say(1, event.ToServer, "GET /o HT")
	c.conns[0].Drop()
	c.bytes, c.led.HeadBytes, c.led.BodyBytes, c.led.SkippedBytes = 0, 0, 0, 0
	c.conns = c.conns[1:]
	if c.pool.heads != len("GET /o HT") || c.pool.calls+c.pool.owed+c.pool.bodies+c.pool.kept != 0 {
		t.Errorf("%+v", c.pool.holdings)
	}
	c.conns[0].Close(c.at)
	c.bytes = c.led.HeadBytes + c.led.BodyBytes + c.led.SkippedBytes
	c.close(t)
}

// TestCapsHoldWhateverComes sends pieces of messages over some connections in
// any order: before each the caps hold, after each what the pool says it holds is
// what its connections hold, and at the end each byte and call is accounted for.
func TestCapsHoldWhateverComes(t *testing.T) {
	client := []string{"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /b HT", "TP/1.1\r\nHost: h\r\n", "X: " + strings.Repeat("y", 60), "\r\n\r\n", "\r\n",
		"POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 90\r\n\r\n", "POST /d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "5;x", "=yy\r\n", "hello\r\n", "0\r\n",
		"POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", strings.Repeat("z", 90), "\x00\x01\r\n",
		"POST /f HTTP/1.1\r\nHost: h\r\nHost: i\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"}
	server := []string{okEmpty, "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n", strings.Repeat("r", 70), "HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n\r\n",
		"3\r\nabc\r\n", "0\r\n\r\n", "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "junk"}
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{MaxBodies: 300, MaxHeads: 150, MaxCalls: 4, MaxOwed: 3, MaxPending: 3, HeadCap: 200, BodyCap: 100}
		c := newCrowd(4, cfg)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, 3).Draw(t, "connection")
			c.pool.Relieve(c.at)
			if p := c.pool; p.bodies > cfg.MaxBodies || p.heads > cfg.MaxHeads || p.calls > cfg.MaxCalls || p.owed > cfg.MaxOwed {
				t.Fatalf("over the caps: %+v", p.holdings)
			}
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				c.conns[i].Gap(event.Direction(rapid.IntRange(0, 1).Draw(t, "side")), uint64(rapid.IntRange(0, 50).Draw(t, "gap")), c.at)
			case 1, 2, 3:
				c.say(i, event.ToClient, rapid.SampledFrom(server).Draw(t, "server"))
			default:
				c.say(i, event.ToServer, rapid.SampledFrom(client).Draw(t, "client"))
			}
			bodies, heads, calls, owed := 0, 0, 0, 0
			for _, conn := range c.conns {
				for k := range conn.len() {
					if call := conn.at(k).call; call != nil {
						bodies += len(call.Req.Raw) + len(call.Resp.Raw)
					}
				}
				calls += conn.len() - conn.ghosts
				owed += conn.ghosts
				for d := range conn.half {
					heads += len(conn.half[d].buf) + len(conn.half[d].late)
				}
			}
			if p := c.pool; p.bodies != bodies || p.heads != heads || p.calls != calls || p.owed != owed {
				t.Fatalf("the pool has %+v; its connections %d, %d, %d, %d", p.holdings, bodies, heads, calls, owed)
			}
		}
		for _, conn := range c.conns {
			conn.Close(c.at)
		}
		if p := c.pool; p.bodies+p.heads+p.calls+p.owed != 0 {
			t.Fatalf("left %+v", p.holdings)
		}
		if got := c.led.HeadBytes + c.led.BodyBytes + c.led.SkippedBytes; got != c.bytes {
			t.Fatalf("%d bytes accounted for, %d came", got, c.bytes)
		}
		n := 0
		for _, calls := range c.calls {
			n += len(calls)
		}
		if c.led.CallsMade != uint64(n) {
			t.Fatalf("%d calls counted, %d made", c.led.CallsMade, n)
		}
	})
}
