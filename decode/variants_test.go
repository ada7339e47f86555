package decode

import (
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// dialogue is a short conversation and the calls in it.
type dialogue struct {
	steps []wiretest.Step
	calls []string
}

// talks are what variants are made of: turns, pipelining, chunks, interim
// responses, bodies until the close.
var talks = []dialogue{
	{[]wiretest.Step{
		{FromClient: true, After: -1, Text: "GET /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n"}, {After: 0, Text: "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabcdefghijkl"},
		{FromClient: true, After: 1, Text: "POST /login HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\nuser=al"}, {After: 2, Text: "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"},
	}, []string{`GET h/a?b=1 200 "" "abcdefghijkl"`, `POST h/login 403 "user=al" ""`}},
	{[]wiretest.Step{
		{FromClient: true, After: -1, Text: "GET /p HTTP/1.1\r\nHost: h\r\n\r\n"}, {FromClient: true, After: -1, Text: "DELETE /q HTTP/1.1\r\nHost: h\r\n\r\n"}, {FromClient: true, After: -1, Text: "HEAD /r HTTP/1.1\r\nHost: h\r\n\r\n"},
		{After: 0, Text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n"}, {After: 1, Text: "HTTP/1.1 204 Gone\r\n\r\n"}, {After: 2, Text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"},
	}, []string{`DELETE h/q 204 "" ""`, `GET h/p 200 "" "abc0123456789"`, `HEAD h/r 200 "" ""`}},
	{[]wiretest.Step{
		{FromClient: true, After: -1, Text: "PUT /u HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"}, {After: 0, Text: "HTTP/1.1 100 Continue\r\n\r\n"},
		{FromClient: true, After: 1, Text: "5\r\nhello\r\n0\r\n\r\n"}, {After: 2, Text: "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"},
	}, []string{`PUT h/u 201 "hello" "ok"`}},
	{[]wiretest.Step{
		{FromClient: true, After: -1, Text: "GET /old HTTP/1.0\r\n\r\n"}, {After: 0, Text: "HTTP/1.0 200 OK\r\n\r\nuntil the close"},
	}, []string{`GET /old 200 "" "until the close"`}},
	{[]wiretest.Step{ // waits once, then sends two at once, then waits again
		{FromClient: true, After: -1, Text: "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"}, {After: 0, Text: "HTTP/1.1 201 OK\r\nContent-Length: 2\r\n\r\nr1"},
		{FromClient: true, After: 1, Text: "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"}, {FromClient: true, After: 1, Text: "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"},
		{After: 2, Text: "HTTP/1.1 202 OK\r\nContent-Length: 2\r\n\r\nr2"}, {After: 3, Text: "HTTP/1.1 203 OK\r\nContent-Length: 2\r\n\r\nr3"},
		{FromClient: true, After: 5, Text: "GET /4 HTTP/1.1\r\nHost: h\r\n\r\n"}, {After: 6, Text: "HTTP/1.1 206 OK\r\nContent-Length: 2\r\n\r\nr4"},
	}, []string{`GET h/1 201 "" "r1"`, `GET h/2 202 "" "r2"`, `GET h/3 203 "" "r3"`, `GET h/4 206 "" "r4"`}},
	{[]wiretest.Step{ // has two under way all the time
		{FromClient: true, After: -1, Text: "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"}, {FromClient: true, After: -1, Text: "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nb2"},
		{After: 0, Text: "HTTP/1.1 201 OK\r\nContent-Length: 2\r\n\r\nr1"}, {FromClient: true, After: 2, Text: "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"},
		{After: 1, Text: "HTTP/1.1 202 OK\r\nContent-Length: 2\r\n\r\nr2"}, {FromClient: true, After: 4, Text: "GET /4 HTTP/1.1\r\nHost: h\r\n\r\n"},
		{After: 3, Text: "HTTP/1.1 203 OK\r\nContent-Length: 2\r\n\r\nr3"}, {After: 5, Text: "HTTP/1.1 206 OK\r\nContent-Length: 2\r\n\r\nr4"},
	}, []string{`GET h/1 201 "" "r1"`, `GET h/3 203 "" "r3"`, `GET h/4 206 "" "r4"`, `POST h/2 202 "b2" "r2"`}},
}

// variant is one way to say one talk.
type variant struct {
	Talk int
	wiretest.Vary
}

// drawVariant draws one; what shrinks is how much is done to the talk.
func drawVariant(t *rapid.T, losses int) (v variant) {
	v.Talk = rapid.IntRange(0, len(talks)-1).Draw(t, "talk")
	v.Seed = uint64(rapid.Uint32().Draw(t, "seed"))
	for e := range v.ISN {
		v.ISN[e] = rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(1<<32-150, 1<<32-1), rapid.Uint32Range(1<<31-150, 1<<31)).Draw(t, "isn")
	}
	v.Largest = rapid.IntRange(1, 80).Draw(t, "largest")
	v.Shuffle = rapid.Bool().Draw(t, "shuffle")
	v.Resends, v.Copies = rapid.IntRange(0, 6).Draw(t, "resends"), rapid.IntRange(0, 4).Draw(t, "copies")
	v.Losses = rapid.IntRange(0, losses).Draw(t, "losses")
	return v
}

// client is the address of the client of variant number i.
func client(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, byte(113 + i>>8), byte(i)}), uint16(40000+i*31%20000))
}

// mix puts variants, and so many unrelated flows as they are many, into one
// capture in the order of their time.
func mix(vs []variant) []event.Frame {
	var segs []wiretest.Segment
	for i, v := range vs {
		segs = append(segs, v.Segments(client(i), addr("10.0.0.5:80"), wiretest.CaseStart+int64(v.Seed%1000)*100_000, talks[v.Talk].steps)...)
	}
	return wiretest.Render(segs)
}

// found is what came of one flow.
type found struct {
	calls  []string
	notes  []string
	marked []bool     // of each call: it says that something is odd or missing
	parts  []messages // of each call
}

// messages is what a call says was sent.
type messages struct {
	method, target string
	status         int
}

// in reports whether call says of each message what m says of it, or more.
func (m messages) in(call string) (request, response bool) {
	request = m.method == "" || strings.HasPrefix(call, m.method+" ") && strings.Contains(call, m.target+" ")
	return request, m.status == 0 || strings.Contains(call, " "+strconv.Itoa(m.status)+" ")
}

// sent reports whether each message of m is one of some call.
func (m messages) sent(calls []string) bool {
	request := slices.ContainsFunc(calls, func(c string) bool { request, _ := m.in(c); return request })
	return request && slices.ContainsFunc(calls, func(c string) bool { _, response := m.in(c); return response })
}

// read decodes frames and sorts what comes by the client.
func read(t rapidT, frames []event.Frame) map[netip.AddrPort]*found {
	all := map[netip.AddrPort]*found{}
	at := func(k event.FlowKey) *found {
		if all[k.Client] == nil {
			all[k.Client] = new(found)
		}
		return all[k.Client]
	}
	var led event.Ledger
	cfg := DefaultConfig()
	dec := frame.New(cfg.Frame, &led, nil)
	var parts [Partitions]*Partition
	out := Output{
		Call: func(c *event.Call) {
			led.Calls[event.CallAcked]++
			f := at(c.Flow.FlowKey)
			f.calls = append(f.calls, describe(c))
			f.marked = append(f.marked, c.Flags != 0 || len(c.Anomalies) > 0)
			f.parts = append(f.parts, messages{c.Req.Method, c.Req.Target, c.Resp.Status})
		},
		Flow:    func(event.Order, *event.Flow) {},
		Anomaly: func(a *event.Anomaly) { f := at(a.Key); f.notes = append(f.notes, a.Name) },
		Loss:    func(l *event.Loss) { f := at(l.Key); f.notes = append(f.notes, "loss") },
	}
	var pkt frame.Packet
	var clock int64
	for i := range frames {
		clock = frames[i].Clock
		if dec.Decode(&frames[i], &pkt) != event.FrameStream {
			continue
		}
		n := pkt.Partition(cfg.Seed)
		if parts[n] == nil {
			parts[n] = NewPartition(&cfg, &led, out)
		}
		parts[n].Packet(&pkt)
	}
	dec.Flush()
	for _, p := range parts {
		if p != nil {
			p.Close(clock)
		}
	}
	if err := led.Check(); err != nil {
		t.Fatalf("%v", err)
	}
	return all
}

type rapidT interface {
	Fatalf(format string, args ...any)
}

// howMany is how many random variants a run has: few by hand, by make test as
// many as SPANIEL_VARIANTS says.
func howMany(t *testing.T) int {
	n := 5_000
	if s := os.Getenv("SPANIEL_VARIANTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// many checks captures of up to 64 variants until n have been, and prints it.
func many(t *testing.T, n int, losses int, check func(t *rapid.T, vs []variant)) {
	ran := 0
	for ; ran < n && !t.Failed(); wiretest.Reseed(t) {
		rapid.Check(t, func(rt *rapid.T) {
			vs := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) variant { return drawVariant(rt, losses) }), 1, 64).Draw(rt, "variants")
			ran += len(vs)
			check(rt, vs)
		})
	}
	t.Logf("%d variants", ran)
}

// TestVariantsGiveTheSameCalls: whatever order, cut, repetition, overlap and
// initial sequence numbers, with whatever other flows beside it, a conversation
// gives its calls, and nothing is odd.
func TestVariantsGiveTheSameCalls(t *testing.T) {
	many(t, howMany(t)/2, 0, func(t *rapid.T, vs []variant) {
		all := read(t, mix(vs))
		if len(all) != len(vs) {
			t.Fatalf("%d flows gave something, of %d", len(all), len(vs))
		}
		for i, v := range vs {
			f := all[client(i)]
			slices.Sort(f.calls)
			if !slices.Equal(f.calls, talks[v.Talk].calls) || f.notes != nil {
				t.Fatalf("variant %d, %+v, anomalies %q:\n%s\nwant\n%s", i, v, f.notes, strings.Join(f.calls, "\n"), strings.Join(talks[v.Talk].calls, "\n"))
			}
		}
	})
}

// TestLossInventsNothing: with a frame of each flow lost, a call is one that was
// made or says that something is missing.
func TestLossInventsNothing(t *testing.T) {
	many(t, howMany(t)/4, 1, func(t *rapid.T, vs []variant) { invented(t, vs, t.Fatalf) })
}

// TestLossesInventNothing: the same with up to four frames of each flow lost.
func TestLossesInventNothing(t *testing.T) {
	many(t, howMany(t)/4, 4, func(t *rapid.T, vs []variant) { invented(t, vs, t.Fatalf) })
}

// invented tells of unmarked calls that nobody made.
func invented(t *rapid.T, vs []variant, tell func(format string, args ...any)) {
	all := read(t, mix(vs))
	for i, v := range vs {
		f := all[client(i)]
		if f == nil {
			continue
		}
		want := talks[v.Talk].calls
		for k, c := range f.calls {
			if !f.parts[k].sent(want) {
				t.Fatalf("variant %d, %+v: a message of this was not sent: %s", i, v, c)
			}
			if !slices.Contains(want, c) && !f.marked[k] {
				tell("variant %d, %+v: nobody made, and nothing marks, %s", i, v, c)
			}
		}
		if len(f.calls) > 2*len(want) {
			t.Fatalf("variant %d, %+v: %d calls of %d", i, v, len(f.calls), len(want))
		}
	}
}
