package frame

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
)

// arpFrame makes an Ethernet frame with an ARP packet.
func arpFrame(op uint16, from byte, who, whom string) []byte {
	b := append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, from, 8, 6}, 0, 1, 8, 0, 6, 4, byte(op>>8), byte(op), 2, 0, 0, 0, 0, from)
	b = append(b, netip.MustParseAddr(who).AsSlice()...)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(b, netip.MustParseAddr(whom).AsSlice()...)
}

// ndFrame makes an Ethernet frame with a message of neighbour discovery.
func ndFrame(kind, flags, hops, option byte, src, dst, target string) []byte {
	b := []byte{0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, hops}
	b = append(append(b, netip.MustParseAddr(src).AsSlice()...), netip.MustParseAddr(dst).AsSlice()...)
	b = append(append(b, kind, 0, 0, 0, flags, 0, 0, 0), netip.MustParseAddr(target).AsSlice()...)
	return append(b, option, 1, 2, 0, 0, 0, 0, 9)
}

// say decodes frames a second apart and tells each fact in a line.
func say(frames ...[]byte) (facts []string, h *harness) {
	h = newHarness(Config{})
	h.Fact = func(f event.Fact) {
		var words []string
		for _, x := range f.Fields {
			words = append(words, x.Name+"="+x.Value)
		}
		facts = append(facts, fmt.Sprintf("%d %s %s>%s vlan=%d %s", f.Frame, f.Kind, f.Key.Client.Addr(), f.Key.Server.Addr(), f.Key.VLAN, strings.Join(words, " ")))
	}
	for i, b := range frames {
		var p Packet
		at := start + int64(i)*1e9
		h.fates = append(h.fates, h.Decode(&event.Frame{Number: uint64(i + 1), Time: at, Clock: at, Link: 1, Length: len(b), Data: b}, &p))
	}
	return facts, h
}

func TestClaims(t *testing.T) {
	tagged := slices.Insert(arpFrame(2, 5, "10.0.0.1", "10.0.0.2"), 12, 0x81, 0, 0, 7)
	foreign := arpFrame(2, 5, "10.0.0.1", "10.0.0.2")
	foreign[11] = 6
	odd := arpFrame(2, 5, "10.0.0.9", "10.0.0.2")
	odd[18] = 7 // hardware addresses of seven bytes
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"request", arpFrame(1, 5, "10.0.0.1", "10.0.0.2"), "1 arp 10.0.0.1>10.0.0.2 vlan=0 op=request mac=02:00:00:00:00:05"},
		{"reply, tagged", tagged, "1 arp 10.0.0.1>10.0.0.2 vlan=7 op=reply mac=02:00:00:00:00:05"},
		{"gratuitous", arpFrame(2, 5, "10.0.0.1", "10.0.0.1"), "1 arp 10.0.0.1>10.0.0.1 vlan=0 op=reply mac=02:00:00:00:00:05 gratuitous=true"},
		{"probe", arpFrame(1, 5, "0.0.0.0", "10.0.0.1"), "1 arp 0.0.0.0>10.0.0.1 vlan=0 op=probe mac=02:00:00:00:00:05"},
		{"another's mac", foreign, "1 arp 10.0.0.1>10.0.0.2 vlan=0 op=reply mac=02:00:00:00:00:05 ether_src=02:00:00:00:00:06"},
		{"reverse ARP", arpFrame(3, 5, "10.0.0.1", "10.0.0.2"), ""},
		{"of no Ethernet", odd, ""},
		{"cut", arpFrame(1, 5, "10.0.0.1", "10.0.0.2")[:40], ""},
		{"solicitation", ndFrame(135, 0, 255, 1, "fe80::7", "ff02::1:ff00:1", "fe80::1"), "1 ndp fe80::7>fe80::1 vlan=0 op=solicitation mac=02:00:00:00:00:09 ether_src=02:00:00:00:00:07"},
		{"advertisement", ndFrame(136, 0xe0, 255, 2, "fe80::1", "fe80::7", "fe80::1"), "1 ndp fe80::1>fe80::7 vlan=0 op=advertisement mac=02:00:00:00:00:09 ether_src=02:00:00:00:00:07 router=true solicited=true override=true"},
		{"advertisement to all", ndFrame(136, 0x20, 255, 2, "fe80::1", "ff02::1", "fe80::1"), "1 ndp fe80::1>ff02::1 vlan=0 op=advertisement mac=02:00:00:00:00:09 gratuitous=true ether_src=02:00:00:00:00:07 override=true"},
		{"without a link address", ndFrame(136, 0, 255, 14, "fe80::1", "fe80::7", "fe80::1"), "1 ndp fe80::1>fe80::7 vlan=0 op=advertisement mac=02:00:00:00:00:07"},
		{"from beyond a router", ndFrame(136, 0, 254, 2, "fe80::1", "fe80::7", "fe80::1"), ""},
		{"router advertisement", ndFrame(134, 0, 255, 1, "fe80::1", "ff02::1", "fe80::1"), ""},
	} {
		got, h := say(c.frame)
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		want := event.FrameNotIP
		if strings.Contains(c.name, "dvertisement") || strings.Contains(c.name, "olicitation") || strings.HasPrefix(c.name, "without") || strings.HasPrefix(c.name, "from") {
			want = event.FrameNotTCP
		}
		if h.fates[0] != want {
			t.Errorf("%s: fate %v", c.name, h.fates[0])
		}
	}
}

// TestClaimOnceAMinute repeats a claim each second; a change is told at once.
func TestClaimOnceAMinute(t *testing.T) {
	frames := slices.Repeat([][]byte{arpFrame(2, 5, "10.0.0.1", "10.0.0.2")}, 130)
	frames[70] = arpFrame(2, 6, "10.0.0.1", "10.0.0.2")
	got, _ := say(frames...)
	var at []string
	for _, f := range got {
		n, _, _ := strings.Cut(f, " ")
		at = append(at, n)
	}
	if strings.Join(at, " ") != "1 61 71 121" {
		t.Errorf("told at frames %v", at)
	}
}

// TestClaimFlood sends claims of ever new addresses: memory and facts are
// bounded, and the flood is said.
func TestClaimFlood(t *testing.T) {
	h := newHarness(Config{})
	facts := 0
	h.Fact = func(event.Fact) { facts++ }
	b := arpFrame(2, 5, "10.0.0.1", "10.0.0.2")
	var p Packet
	for i := range 100_000 {
		binary.BigEndian.PutUint32(b[28:], uint32(i))
		at := start + int64(i)*1e6 // 100 s in all
		h.Decode(&event.Frame{Number: uint64(i + 1), Time: at, Clock: at, Link: 1, Length: len(b), Data: b}, &p)
	}
	if facts != 2*claimFlood || len(h.notes) != 2 || h.notes[0].Name != AnomalyClaims {
		t.Errorf("%d facts, anomalies %v", facts, h.notes)
	}
	if len(h.claims.at) > claimTable || len(h.claims.ring) > claimTable {
		t.Errorf("%d claims remembered, %d places", len(h.claims.at), len(h.claims.ring))
	}
	if n := testing.AllocsPerRun(50, func() { h.Decode(&event.Frame{Number: 1, Clock: start + 100e9, Link: 1, Length: len(b), Data: b}, &p) }); n != 0 {
		t.Errorf("%v allocations for a claim that is known", n)
	}
}

// A change of owner is told with who had the address before; the table of
// owners is bounded.
func TestOwnersAreBounded(t *testing.T) {
	var s claims
	who := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 3 * claimTable {
		c := claim{who: who(i), mac: [6]byte{2, 1}}
		if _, changed := s.owned(&c, 0); changed {
			t.Fatalf("claim %d changes something", i)
		}
		if len(s.owner) > claimTable || len(s.places) != len(s.owner) {
			t.Fatalf("%d owners, %d places", len(s.owner), len(s.places))
		}
	}
	last := claim{who: who(3*claimTable - 1), mac: [6]byte{2, 2}}
	if before, changed := s.owned(&last, 0); !changed || before != [6]byte{2, 1} {
		t.Errorf("was %v, changed %v", before, changed)
	}
	if _, changed := s.owned(&last, 7); changed {
		t.Error("another tenant's owner changed")
	}
}
