package decode

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// shop is the conversation most tests take: two connections side by side,
// pipelining, a body of several segments, chunks, sequence numbers that wrap.
const shop = `
-- open a 203.0.113.9:51514 10.0.0.5:80 mss=100 isn=4294967200,4294967000 --
-- open b 203.0.113.9:51515 10.0.0.5:8080 mss=1400 --
-- client a --
GET /a?id=1 HTTP/1.1
Host: shop
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8

-- server a --
HTTP/1.1 200 OK
Content-Length: 104

abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
-- client b --
POST /login HTTP/1.1
Host: shop
Content-Length: 10

user=alice
-- server b --
HTTP/1.1 403 Forbidden
Content-Length: 0

-- wait 2s --
-- client a quoted --
GET /b HTTP/1.1\r\nHost: shop\r\n\r\nGET /c HTTP/1.1\r\nHost: shop\r\n\r\n
-- server a quoted --
HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n
`

var shopCalls = []string{
	`GET shop/a?id=1 200 "" "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"`,
	`GET shop/b 200 "" "ok"`,
	`GET shop/c 404 "" "abc"`,
	`POST shop/login 403 "user=alice" ""`,
}

// turns is a conversation without pipelining.
const turns = `
-- open a 203.0.113.9:51514 10.0.0.5:80 mss=100 isn=4294967200,4294967000 --
-- client a quoted --
GET /a?id=1 HTTP/1.1\r\nHost: shop\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp\r\n\r\n
-- server a quoted --
HTTP/1.1 200 OK\r\nContent-Length: 52\r\n\r\nabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
-- client a quoted --
POST /b HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\n\r\nuser=alice
-- server a quoted --
HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n
-- client a quoted --
GET /c HTTP/1.1\r\nHost: shop\r\n\r\n
-- server a quoted --
HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno
`

var turnsCalls = []string{
	`GET shop/a?id=1 200 "" "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"`,
	`GET shop/c 404 "" "no"`,
	`POST shop/b 200 "user=alice" "abc"`,
}

func parse(t testing.TB, text string) *wiretest.Case {
	t.Helper()
	c, err := wiretest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

func wantCalls(t *testing.T, r *result, want []string) {
	t.Helper()
	if got := sorted(r.calls); !slices.Equal(got, want) {
		t.Errorf("calls:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestConversation(t *testing.T) {
	wantCalls(t, run(t, parse(t, turns).Frames(), 512, nil), turnsCalls)
	r := run(t, parse(t, shop).Frames(), 512, nil)
	wantCalls(t, r, shopCalls)
	if len(r.flows) != 2 || r.flows[0].Service != "http" || r.flows[0].Ended != "fin" || r.flows[0].Flags != 0 {
		t.Errorf("flows %+v", r.flows)
	}
	if r.led.SkippedBytes != 0 || r.led.Gaps != 0 || r.led.Losses != 0 || r.led.Anomalies != 0 {
		t.Errorf("ledger %+v", r.led)
	}
}

// shuffleRuns permutes segments that follow each other from one side: the
// order in which a network may bring them, causes before effects.
func shuffleRuns(segs []wiretest.Segment, seed uint64) []wiretest.Segment {
	g := rand.New(rand.NewPCG(seed, 5))
	out := slices.Clone(segs)
	for i := 0; i < len(out); {
		j := i + 1
		for j < len(out) && out[j].Src == out[i].Src && out[j].Ack == out[i].Ack && out[j].Flags&wiretest.SYN == out[i].Flags&wiretest.SYN {
			j++
		}
		run, times := out[i:j], []int64{}
		for _, s := range run {
			times = append(times, s.Time)
		}
		g.Shuffle(len(run), func(a, b int) { run[a], run[b] = run[b], run[a] })
		for k := range run {
			run[k].Time = times[k]
		}
		i = j
	}
	return out
}

// TestAnyCutAnyOrder cuts, overlaps, repeats and permutes the conversation's
// segments: the calls stay the same.
func TestAnyCutAnyOrder(t *testing.T) {
	segs := parse(t, shop).Segments()
	for seed := range uint64(300) {
		s := segs
		if seed%5 != 0 {
			s = wiretest.Cut(s, wiretest.Between(seed, 1, 60))
		}
		if seed%3 == 0 {
			s = wiretest.Overlap(s, seed, 30)
		}
		if seed%2 == 0 {
			s = shuffleRuns(s, seed)
		}
		if seed%7 < 3 {
			s = wiretest.Duplicate(s, seed, 3)
		}
		keep := func(c *Config, _ []*Partition) { c.Frame.KeepDuplicates = seed%7 == 0 }
		r := run(t, wiretest.Render(s), 1+int(seed)%20, keep)
		wantCalls(t, r, shopCalls)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestDroppedSegments leaves out each segment with data in turn: calls it did
// not touch are unchanged but for what is said of their pairing, which is in
// doubt for all of a client that does not wait, nothing is invented, and what was hit says so.
func TestDroppedSegments(t *testing.T) {
	t.Run("by turns", func(t *testing.T) { dropEach(t, turns, turnsCalls, 2) })
	t.Run("pipelined", func(t *testing.T) { dropEach(t, shop, shopCalls, 1) })
}

func dropEach(t *testing.T, text string, want []string, least int) {
	for _, cut := range []int{1400, 37} {
		segs := wiretest.Cut(parse(t, text).Segments(), wiretest.Every(cut))
		for _, at := range wiretest.DataAt(segs, 0) {
			lost := segs[at]
			r := run(t, wiretest.Render(wiretest.Drop(segs, at)), 512, nil)
			for _, c := range r.calls {
				if !slices.Contains(want, c) && !marked(c) {
					t.Errorf("cut %d, lost %q: unmarked call %s", cut, lost.Payload, c)
				}
			}
			whole := 0
			for _, c := range want {
				if slices.Contains(r.calls, c) || slices.Contains(r.calls, c+" pair_inferred") {
					whole++
				}
			}
			if whole < least {
				t.Errorf("cut %d, lost %q: only %d calls are whole:\n%s", cut, lost.Payload, whole, strings.Join(r.calls, "\n"))
			}
			if r.led.GapBytes != uint64(len(lost.Payload)) || len(r.loss) != 1 || r.loss[0].Bytes != r.led.GapBytes {
				t.Errorf("cut %d, lost %q: ledger %+v, losses %+v", cut, lost.Payload, r.led, r.loss)
			}
		}
	}
}

// marked reports whether a described call bears a flag.
func marked(call string) bool {
	return strings.HasSuffix(call, "gap") || strings.HasSuffix(call, "pair_inferred") || strings.Contains(call, "incomplete") || strings.Contains(call, "_only")
}

// TestEpochsChangeNothing plays a lossy, reordered capture with timers and
// evictions, and compares every event, its order included.
func TestEpochsChangeNothing(t *testing.T) {
	frames := busy(7, 60)
	small := func(c *Config, _ []*Partition) { c.Stream.Flows, c.Stream.Buffer = 3, 1<<16 }
	want := run(t, frames, 1, small)
	if len(want.calls) < 50 || len(want.loss) == 0 {
		t.Fatalf("%d calls, %d losses: not much of a capture", len(want.calls), len(want.loss))
	}
	for _, epoch := range []int{1, 7, 512, 1 << 30} {
		got := run(t, frames, epoch, small)
		if !slices.Equal(got.lines, want.lines) {
			t.Errorf("epochs of %d frames: other events", epoch)
		}
		if got.led != want.led {
			t.Errorf("epochs of %d frames: ledger %+v, want %+v", epoch, got.led, want.led)
		}
	}
}

// TestOrderHoldsAcrossEpochs shows that an epoch's events never sort before
// those of an earlier one, so that they can be merged epoch by epoch.
func TestOrderHoldsAcrossEpochs(t *testing.T) {
	frames := busy(8, 40)
	for i := range frames {
		frames[i].Clock = frames[i].Clock / 1e9 * 1e9 // many frames at one clock
	}
	for _, epoch := range []int{1, 7} {
		if r := run(t, frames, epoch, nil); r.late > 0 {
			t.Errorf("epochs of %d: %d events sort before the end of an earlier epoch", epoch, r.late)
		}
	}
}

// busy makes a capture of many connections side by side, with pauses, loss,
// reordering and repetition.
func busy(seed uint64, conns int) []event.Frame {
	g := rand.New(rand.NewPCG(seed, 6))
	b := wiretest.New(seed, wiretest.CaseStart)
	var all []wiretest.Segment
	for i := range conns {
		c := b.Conn(addr(fmt.Sprintf("203.0.113.%d:%d", 1+i%9, 40000+i)), addr("10.0.0.5:80"), wiretest.MSS(50+g.IntN(500)))
		b.At(wiretest.CaseStart + int64(g.IntN(400))*1e9)
		c.Open()
		for k := range 1 + g.IntN(4) {
			c.Client([]byte(fmt.Sprintf("GET /%d/%d HTTP/1.1\r\nHost: shop\r\nX-Pad: %s\r\n\r\n", i, k, strings.Repeat("p", g.IntN(200)))))
			body := strings.Repeat("b", g.IntN(1000))
			c.Server([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
			b.At(b.Now() + int64(g.IntN(80))*1e9)
		}
		if g.IntN(2) == 0 {
			c.Fin()
		}
	}
	all = wiretest.Duplicate(b.Segments(), seed, 9)
	all = wiretest.Shuffle(all, seed, 3)
	var lost []int
	for i := range all {
		if g.IntN(30) == 0 {
			lost = append(lost, i)
		}
	}
	return wiretest.Render(wiretest.Drop(all, lost...))
}

// TestMirroredTwice sends each packet twice, or a third of them again, bare or
// in another VLAN, from a router's both sides: what comes out is what came
// out of the clean capture.
func TestMirroredTwice(t *testing.T) {
	segs := parse(t, shop).Segments()
	clean := run(t, wiretest.Render(segs), 512, nil)
	vlan := func(id uint16) func(event.Frame) event.Frame {
		return func(f event.Frame) event.Frame { return wiretest.AddVLAN([]event.Frame{f}, 0x8100, id)[0] }
	}
	bare := func(f event.Frame) event.Frame { return f }
	for name, sides := range map[string][2]func(event.Frame) event.Frame{
		"bare": {bare, bare}, "second in a VLAN": {bare, vlan(7)}, "two VLANs": {vlan(7), vlan(8)},
	} {
		var frames []event.Frame
		for _, f := range wiretest.Render(segs) {
			first, second := sides[0](f), sides[1](f)
			if port := int(f.Data[34])<<8 | int(f.Data[35]); port < 10_000 { // the server's side comes first
				first, second = second, first
			}
			second.Time += 3000
			frames = append(frames, first, second)
		}
		r := run(t, wiretest.Number(frames), 7, nil)
		wantCalls(t, r, sorted(clean.calls))
		if !slices.Equal(r.notes, clean.notes) || len(r.flows) != len(clean.flows) || r.led.Frames[event.FrameDuplicate] != uint64(len(segs)) {
			t.Errorf("%s: anomalies %v, %d flows, ledger %+v", name, r.notes, len(r.flows), r.led)
		}
	}
	segs = parse(t, turns).Segments() // without a pause in which a copy would be late
	for seed := range uint64(20) {
		r := run(t, wiretest.Render(wiretest.Duplicate(segs, seed, 3)), 7, nil)
		wantCalls(t, r, turnsCalls)
		if len(r.notes) > 0 {
			t.Errorf("seed %d: anomalies %v, ledger %+v", seed, r.notes, r.led)
		}
	}
}

// TestDirectionsInTwoVLANs mirrors each direction with a tag of its own: two
// halves of a conversation by default, one whole where that is asked for.
func TestDirectionsInTwoVLANs(t *testing.T) {
	frames := parse(t, turns).Frames()
	for i, f := range frames {
		id := uint16(10)
		if port := int(f.Data[34])<<8 | int(f.Data[35]); port < 10_000 {
			id = 20
		}
		frames[i] = wiretest.AddVLAN([]event.Frame{f}, 0x8100, id)[0]
	}
	frames = wiretest.Number(frames)
	apart := run(t, frames, 512, nil)
	if len(apart.flows) != 2 || !apart.flows[0].Flags.Has(event.FlagOneSided) {
		t.Errorf("apart: flows %+v", apart.flows)
	}
	joined := run(t, frames, 512, func(c *Config, _ []*Partition) { c.Frame.JoinVLANs = true })
	wantCalls(t, joined, turnsCalls)
	if len(joined.flows) != 1 || joined.flows[0].Flags != 0 {
		t.Errorf("joined: flows %+v", joined.flows)
	}
}
