package frame

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"spaniel/decode/defrag"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

const start = int64(1767607200e9)

// harness decodes frames and keeps what came out, payloads copied.
type harness struct {
	*Decoder
	led     event.Ledger
	notes   []event.Anomaly
	packets []Packet
	fates   []event.FrameFate
}

func newHarness(cfg Config) *harness {
	h := &harness{}
	h.Decoder = New(cfg, &h.led, func(a event.Anomaly) { h.notes = append(h.notes, a) })
	h.Fact = func(event.Fact) {}
	return h
}

// run decodes frames, checking the ledger after each.
func (h *harness) run(t testing.TB, frames []event.Frame) *harness {
	t.Helper()
	for i := range frames {
		var p Packet
		fate := h.Decode(&frames[i], &p)
		h.fates = append(h.fates, fate)
		if fate == event.FrameStream {
			p.Payload = bytes.Clone(p.Payload)
			h.packets = append(h.packets, p)
		}
		if err := h.led.Check(); err != nil {
			t.Fatalf("after frame %d: %v", i+1, err)
		}
	}
	h.Flush()
	if err := h.led.Check(); err != nil {
		t.Fatal(err)
	}
	return h
}

// conversation has 6 empty segments and as many with data as 3,000 bytes
// need, one way and the other.
func conversation(v6 bool, opts ...wiretest.Option) []event.Frame {
	b := wiretest.New(3, start)
	client, server := "198.51.100.7:40000", "10.0.0.5:80"
	if v6 {
		client, server = "[2001:db8::7]:40000", "[2001:db8::5]:80"
	}
	c := b.Conn(netip.MustParseAddrPort(client), netip.MustParseAddrPort(server), opts...)
	c.Open()
	c.Client([]byte(strings.Repeat("GET this ", 333)))
	c.Wait(time.Millisecond)
	c.Server([]byte(strings.Repeat("take that", 333)))
	c.Fin()
	return b.Frames()
}

// same compares packets but for what the way they came says.
func same(t *testing.T, name string, got, want []Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d packets, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		g, w := got[i], want[i]
		if !bytes.Equal(g.Payload, w.Payload) {
			t.Errorf("%s: packet %d: payload differs", name, i)
			return
		}
		g.Payload, w.Payload = nil, nil
		g.Stamp, w.Stamp, g.VLAN, w.VLAN, g.Inner, w.Inner, g.VNI, w.VNI = event.Stamp{}, event.Stamp{}, 0, 0, 0, 0, 0, 0
		g.IPID, w.IPID = 0, 0
		if a, b := describe(g), describe(w); a != b {
			t.Errorf("%s: packet %d:\n%s\n%s", name, i, a, b)
			return
		}
	}
}

func TestLinksGiveTheSamePackets(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		frames := conversation(v6, wiretest.Timestamps())
		want := newHarness(Config{Checksums: Verify}).run(t, frames).packets
		if len(want) != len(frames) {
			t.Fatalf("%d packets of %d frames", len(want), len(frames))
		}
		links := []uint16{0, 12, 14, 101, 108, 113, 276, 228}
		if v6 {
			links[len(links)-1] = 229
		}
		for _, link := range links {
			h := newHarness(Config{Checksums: Verify}).run(t, wiretest.Relink(frames, link))
			same(t, fmt.Sprint("link ", link), h.packets, want)
		}
	}
}

func TestVLAN(t *testing.T) {
	frames := conversation(false)
	want := newHarness(Config{}).run(t, frames).packets
	for _, tc := range []struct {
		name   string
		frames []event.Frame
		vlan   uint16
		inner  uint32
	}{
		{"one tag", wiretest.AddVLAN(frames, 0x8100, 120), 120, 0},
		{"priority tag", wiretest.AddVLAN(frames, 0x8100, 0), 0, 0},
		{"priority in front", wiretest.AddVLAN(wiretest.AddVLAN(frames, 0x8100, 9), 0x8100, 0), 9, 0},
		{"QinQ", wiretest.AddVLAN(wiretest.AddVLAN(frames, 0x8100, 120), 0x88a8, 7), 7, 120},
		{"old QinQ", wiretest.AddVLAN(wiretest.AddVLAN(frames, 0x8100, 120), 0x9100, 7), 7, 120},
		{"three tags", wiretest.AddVLAN(wiretest.AddVLAN(wiretest.AddVLAN(frames, 0x8100, 120), 0x8100, 2), 0x9200, 7), 7, 2<<12 | 120},
		{"a type of its own", wiretest.AddVLAN(wiretest.AddVLAN(frames, 0x8100, 120), 0x4242, 7), 7, 120},
		{"cooked", wiretest.Relink(conversation(false, wiretest.VLAN(5, 6)), wiretest.LinkSLL), 5, 6},
		{"cooked 2", wiretest.Relink(conversation(false, wiretest.VLAN(5, 6)), wiretest.LinkSLL2), 5, 6},
	} {
		h := newHarness(Config{}).run(t, tc.frames)
		same(t, tc.name, h.packets, want)
		if len(h.packets) > 0 && (h.packets[0].VLAN != tc.vlan || h.packets[0].Inner != tc.inner) {
			t.Errorf("%s: VLAN %d, inner %d, want %d and %d", tc.name, h.packets[0].VLAN, h.packets[0].Inner, tc.vlan, tc.inner)
		}
	}
	five := frames
	for range 5 {
		five = wiretest.AddVLAN(five, 0x8100, 3)
	}
	if h := newHarness(Config{}).run(t, five); h.led.Frames[event.FrameUnknownLink] != uint64(len(five)) {
		t.Errorf("five tags: %v", h.fates)
	}
}

func TestFragmentsGiveTheSamePackets(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		frames := conversation(v6)
		want := newHarness(Config{Checksums: Verify}).run(t, frames).packets
		for _, size := range []int{8, 24, 400, 1400} {
			cut := wiretest.Fragment(frames, size)
			h := newHarness(Config{Checksums: Verify, Defrag: manyFragments}).run(t, cut)
			same(t, fmt.Sprint("fragments of ", size), h.packets, want)
			if n := h.led.Frames[event.FrameFragment]; n != uint64(len(cut)-len(frames)) {
				t.Errorf("%d frames are fragments, want %d", n, len(cut)-len(frames))
			}
		}
	}
}

func TestCapturedShort(t *testing.T) {
	frames := conversation(false)
	full := newHarness(Config{}).run(t, frames).packets
	h := newHarness(Config{}).run(t, wiretest.Truncate(frames, 96))
	for i, p := range h.packets {
		if p.WireLen != len(full[i].Payload) || len(p.Payload) != min(96-14-40, len(full[i].Payload)) && p.MSS == 0 {
			t.Fatalf("packet %d: %d of %d bytes, in full %d", i, len(p.Payload), p.WireLen, len(full[i].Payload))
		}
	}
	for n := range 54 {
		h := newHarness(Config{}).run(t, wiretest.Truncate(frames, n))
		if h.led.Frames[event.FrameTruncated] != uint64(len(frames)) {
			t.Errorf("cut at %d: %v", n, h.fates)
		}
	}
}

// manyFragments allows datagrams in pieces of eight bytes.
var manyFragments = defrag.Config{MaxFragments: 1000}

// describe prints every field.
func describe(p Packet) string { return fmt.Sprintf("%+v", p) }
