package evidence

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
)

func config() *decode.Config { c := decode.DefaultConfig(); return &c }

// find returns all calls of a capture with their places.
func find(t *testing.T, frames []event.Frame) (calls []Call, seen []string) {
	t.Helper()
	calls, err := Find(context.Background(), config(), sensor.NewFrames(frames), 1000, func(c *event.Call) bool {
		seen = append(seen, describe(c))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return calls, seen
}

// describe is all of a call that its own packets decide.
func describe(c *event.Call) string {
	return fmt.Sprintf("%s %s %d %q %q %v %v", c.Req.Method, c.Req.Target, c.Resp.Status, c.Req.Raw, c.Resp.Raw,
		c.Req.Complete && !c.Req.RawGap, c.Resp.Complete && !c.Resp.RawGap)
}

func framesOf(t *testing.T, frames []event.Frame, calls ...Call) []uint64 {
	t.Helper()
	got, err := Frames(context.Background(), config().Frame, sensor.NewFrames(frames), calls)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// extract is what Copy writes, read again.
func extract(t *testing.T, frames []event.Frame, numbers []uint64) (out []event.Frame) {
	t.Helper()
	var b bytes.Buffer
	if err := Copy(context.Background(), sensor.NewFrames(frames), numbers, &b); err != nil {
		t.Fatal(err)
	}
	f, err := capture.NewFile("copy", &b)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var fr event.Frame
		if f.Next(&fr) != nil {
			return out
		}
		fr.Data = bytes.Clone(fr.Data)
		out = append(out, fr)
	}
}

const start = int64(1773133200e9)

func end(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// traffic is three connections at the same time, two of them between the same
// hosts, with three calls each, larger than a packet.
func traffic() *wiretest.Builder {
	b := wiretest.New(7, start)
	for i, client := range []string{"203.0.113.9:5001", "203.0.113.9:5002", "198.51.100.7:5001"} {
		b.At(start + int64(i)*150_000)
		c := b.Conn(end(client), end("10.0.0.5:8080"), wiretest.MSS(400))
		c.Open()
		for n := range 3 {
			c.Client(wiretest.Request(fmt.Sprintf("POST /c%d/%d HTTP/1.1\nHost: h\n\n%s", i, n, strings.Repeat("q", 900))))
			c.Wait(3 * time.Millisecond)
			c.Server(wiretest.Response(200+n, strings.Repeat("a", 1500)))
			c.Wait(3 * time.Millisecond)
		}
		c.Fin()
		c.FinServer()
	}
	return b
}

// TestExactly counts frames by hand.
func TestExactly(t *testing.T) {
	b := wiretest.New(1, start)
	one, two := b.Conn(end("203.0.113.9:5001"), end("10.0.0.5:80")), b.Conn(end("203.0.113.9:5002"), end("10.0.0.5:80"))
	one.Open()                                                    // 1 2 3
	two.Open()                                                    // 4 5 6
	one.Client(wiretest.Request("GET /a HTTP/1.1\nHost: h\n"))    // 7, acknowledged by 8
	two.Client(wiretest.Request("GET /b HTTP/1.1\nHost: h\n"))    // 9 10
	one.Server(wiretest.Response(200, strings.Repeat("x", 2000))) // 11 12, acknowledged by 13
	two.Server(wiretest.Response(200, "y"))                       // 14 15
	one.Client(wiretest.Request("GET /c HTTP/1.1\nHost: h\n"))    // 16 17
	one.Server(wiretest.Response(204, ""))                        // 18 19
	one.Fin()                                                     // 20 21
	one.FinServer()
	frames := b.Frames()
	calls, seen := find(t, frames)
	for i, c := range []struct {
		begins string
		want   []uint64
	}{{"GET /a 200", []uint64{1, 2, 3, 7, 8, 11, 12}}, {"GET /b 200", []uint64{4, 5, 6, 9, 10, 14}}, {"GET /c 204", []uint64{16, 17, 18}}} {
		if len(calls) != 3 || !strings.HasPrefix(seen[i], c.begins) {
			t.Fatalf("calls %q", seen)
		}
		if got := framesOf(t, frames, calls[i]); !slices.Equal(got, c.want) {
			t.Errorf("%s: frames %v, want %v", c.begins, got, c.want)
		}
	}
	// Of an alert of two calls, each packet once.
	if got, want := framesOf(t, frames, calls[0], calls[2], calls[0]), []uint64{1, 2, 3, 7, 8, 11, 12, 16, 17, 18}; !slices.Equal(got, want) {
		t.Errorf("two calls: frames %v, want %v", got, want)
	}
}

// TestNoByteIsLeftOut: whatever the order in which they came, all packets that
// carry a byte of a call are among its own.
func TestNoByteIsLeftOut(t *testing.T) {
	plain := traffic().Segments()
	for shape, segs := range [][]wiretest.Segment{plain, wiretest.Shuffle(plain, 3, 4), wiretest.Shuffle(wiretest.Cut(plain, wiretest.Every(61)), 9, 6),
		wiretest.Duplicate(wiretest.Shuffle(plain, 4, 3), 5, 2)} {
		isn := map[string]uint32{}
		for _, s := range plain {
			if s.Flags&wiretest.SYN != 0 {
				isn[s.Src.String()+s.Dst.String()] = s.Seq + 1
			}
		}
		frames := wiretest.Render(segs)
		ordered := slices.Clone(segs)
		slices.SortStableFunc(ordered, func(a, b wiretest.Segment) int { return int(a.Time - b.Time) })
		calls, seen := find(t, frames)
		for i, c := range calls {
			var conn, n int
			if _, err := fmt.Sscanf(seen[i], "POST /c%d/%d", &conn, &n); err != nil {
				t.Fatalf("%q: %v", seen[i], err)
			}
			got := framesOf(t, frames, c)
			ranges := map[netip.AddrPort][2]int{} // of the stream that each end sends
			for k := 0; k <= n; k++ {
				up, down := ranges[c.key.Client][1], ranges[c.key.Server][1]
				ranges[c.key.Client] = [2]int{up, up + len(wiretest.Request(fmt.Sprintf("POST /c%d/%d HTTP/1.1\nHost: h\n\n%s", conn, k, strings.Repeat("q", 900))))}
				ranges[c.key.Server] = [2]int{down, down + len(wiretest.Response(200+k, strings.Repeat("a", 1500)))}
			}
			for j, s := range ordered {
				ours := s.Src == c.key.Client && s.Dst == c.key.Server || s.Src == c.key.Server && s.Dst == c.key.Client
				off, r := int(s.Seq-isn[s.Src.String()+s.Dst.String()]), ranges[s.Src]
				// Sent again when the call was over, or given up when it was acknowledged and had not come.
				late := (shape == 3 || !strings.HasSuffix(seen[i], "true true")) && uint64(j+1) > got[len(got)-1]
				if ours && !late && off < r[1] && off+len(s.Payload) > max(off, r[0]) && !slices.Contains(got, uint64(j+1)) {
					t.Errorf("%.12s: frame %d carries bytes of it and is not among %v", seen[i], j+1, got)
				}
			}
		}
	}
}

// TestCallsComeBack takes each call out of traffic in every shape: what was
// taken out, read alone, is the call, and no other is whole in it.
func TestCallsComeBack(t *testing.T) {
	plain := traffic().Segments()
	for _, shape := range []struct {
		name   string
		frames []event.Frame
	}{
		{"plain", wiretest.Render(plain)},
		{"shuffled", wiretest.Render(wiretest.Shuffle(plain, 3, 4))},
		{"sent again", wiretest.Render(wiretest.Duplicate(plain, 5, 2))},
		{"overlapping", wiretest.Render(wiretest.Overlap(plain, 5, 90))},
		{"cut small and shuffled", wiretest.Render(wiretest.Shuffle(wiretest.Cut(plain, wiretest.Every(61)), 9, 6))},
		{"fragments", wiretest.Fragment(wiretest.Render(plain), 64)},
		{"fragments shuffled", wiretest.Fragment(wiretest.Render(wiretest.Shuffle(plain, 3, 4)), 64)},
		{"vlan", wiretest.AddVLAN(wiretest.Render(plain), 0x8100, 7)},
		{"vxlan", wiretest.Tunnel(wiretest.Render(plain), wiretest.VXLAN, 42)},
		{"fragments of vxlan", wiretest.Fragment(wiretest.Tunnel(wiretest.Render(plain), wiretest.VXLAN, 42), 128)},
		{"fragments in fragments of gre", wiretest.Fragment(wiretest.Tunnel(wiretest.Fragment(wiretest.Render(plain), 200), wiretest.GRE, 42), 128)},
		{"raw", wiretest.Relink(wiretest.Render(plain), 101)},
	} {
		calls, seen := find(t, shape.frames)
		if len(calls) != 9 {
			t.Errorf("%s: %d calls: %q", shape.name, len(calls), seen)
		}
		for i, c := range calls {
			out := extract(t, shape.frames, framesOf(t, shape.frames, c))
			again, what := find(t, out)
			whole := 0
			for j, s := range what {
				if strings.HasSuffix(s, "true true") {
					whole++
				}
				if s == seen[i] && (again[j].ID == c.ID) != c.first {
					t.Errorf("%s: %.20s: first on its connection %v, and the same id %v", shape.name, s, c.first, !c.first)
				}
			}
			// The reader takes a connection whose start it did not see to begin
			// with the first packet, which must then be one of order.
			if c.first || !strings.Contains(shape.name, "shuffled") {
				if !slices.Contains(what, seen[i]) || whole > 1 || whole == 0 && strings.HasSuffix(seen[i], "true true") {
					t.Errorf("%s: %.20s: in its packets are %.40q", shape.name, seen[i], what)
				}
			}
			checkForeign(t, shape.name, out, c)
		}
	}
}

// checkForeign lets gopacket say whose each frame is. Of fragments but the
// first it can only tell the hosts.
func checkForeign(t *testing.T, name string, frames []event.Frame, c Call) {
	t.Helper()
	for _, f := range frames {
		first := gopacket.Decoder(layers.LinkType(f.Link))
		if f.Link == 101 {
			first = layers.LayerTypeIPv4
		}
		pkt := gopacket.NewPacket(f.Data, first, gopacket.Default)
		hosts, ports := "", ""
		for _, l := range pkt.Layers() {
			switch l := l.(type) {
			case *layers.IPv4:
				hosts = l.SrcIP.String() + " " + l.DstIP.String()
			case *layers.TCP:
				ports = fmt.Sprint(uint16(l.SrcPort), " ", uint16(l.DstPort))
			}
		}
		client, server := c.key.Client, c.key.Server
		up, down := client.Addr().String()+" "+server.Addr().String(), server.Addr().String()+" "+client.Addr().String()
		outer := strings.Contains(name, "fragments") && hosts != up && hosts != down // a later fragment of a tunnel's packet
		if !outer && hosts != up && hosts != down {
			t.Errorf("%s: a frame of %s is among those of %v", name, hosts, c.key)
		}
		if pu, pd := fmt.Sprint(client.Port(), " ", server.Port()), fmt.Sprint(server.Port(), " ", client.Port()); ports != "" && ports != pu && ports != pd {
			t.Errorf("%s: a frame of ports %s is among those of %v", name, ports, c.key)
		}
	}
}

// TestAfterAHole: the mirror lost the end of one answer, so that the next
// call's bytes waited until they were acknowledged. Its packets are its own.
func TestAfterAHole(t *testing.T) {
	b := wiretest.New(2, start)
	c := b.Conn(end("203.0.113.9:5001"), end("10.0.0.5:80"), wiretest.MSS(100))
	c.Open()
	for n := range 3 {
		c.Client(wiretest.Request(fmt.Sprintf("GET /%d HTTP/1.1\nHost: h\n", n)))
		if n == 1 {
			c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nbegun"))
			c.Skip(false, 35)
		} else {
			c.Server(wiretest.Response(200, strings.Repeat("x", 150)))
		}
	}
	frames := b.Frames()
	calls, seen := find(t, frames)
	if len(calls) != 3 || !strings.HasSuffix(seen[2], "true true") {
		t.Fatalf("calls %q", seen)
	}
	got := framesOf(t, frames, calls[2])
	_, what := find(t, extract(t, frames, got))
	if len(what) != 1 || what[0] != seen[2] {
		t.Errorf("in frames %v are %q, want %q", got, what, seen[2])
	}
	if alone := framesOf(t, frames, calls[0]); got[0] <= alone[len(alone)-1] {
		t.Errorf("frames %v overlap those of the first call, %v", got, alone)
	}
}

// TestReused: the same addresses and ports, one connection after another.
func TestReused(t *testing.T) {
	b := wiretest.New(3, start)
	for n := range 3 {
		c := b.Conn(end("203.0.113.9:5001"), end("10.0.0.5:80"))
		c.Open()
		c.Client(wiretest.Request(fmt.Sprintf("GET /%d HTTP/1.1\nHost: h\n", n)))
		c.Server(wiretest.Response(200, "x"))
		c.Fin()
		c.FinServer()
		b.Wait(time.Second)
	}
	frames := b.Frames()
	calls, seen := find(t, frames)
	for i, c := range calls {
		if _, what := find(t, extract(t, frames, framesOf(t, frames, c))); len(what) != 1 || what[0] != seen[i] {
			t.Errorf("%q comes back as %q", seen[i], what)
		}
	}
	all := extract(t, frames, framesOf(t, frames, calls...))
	if _, what := find(t, all); !slices.Equal(what, seen) {
		t.Errorf("together they come back as %q", what)
	}
}

func TestCopyRefusesTwoLinks(t *testing.T) {
	frames := wiretest.Render(traffic().Segments()[:2])
	frames[1].Link = 101
	if err := Copy(context.Background(), sensor.NewFrames(frames), []uint64{1, 2}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "two types, 1 and 101") {
		t.Errorf("got %v", err)
	}
}

// TestTenantsAreNotMixed: of two tenants that differ in the inner tag alone, only
// the call's own packets come out.
func TestTenantsAreNotMixed(t *testing.T) {
	segs := traffic().Segments()
	tenant := func(id uint16) []event.Frame {
		return wiretest.AddVLAN(wiretest.AddVLAN(wiretest.Render(segs), 0x8100, id), 0x88a8, 100)
	}
	one := tenant(7)
	for i := range segs {
		segs[i].IPID += 30_000 // or they were copies
	}
	two := tenant(8)
	var both []event.Frame
	for i := range one {
		both = append(both, one[i], two[i])
	}
	both = wiretest.Number(both)
	calls, _ := find(t, both)
	if len(calls) != 18 {
		t.Fatalf("%d calls", len(calls))
	}
	for _, c := range calls {
		numbers := framesOf(t, both, c)
		if len(numbers) == 0 {
			t.Error("a call without packets")
		}
		for _, n := range numbers {
			if n%2 != numbers[0]%2 {
				t.Errorf("frames %v are of both tenants", numbers)
				break
			}
		}
	}
}
