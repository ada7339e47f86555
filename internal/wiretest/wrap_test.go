package wiretest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/ip4defrag"
	"github.com/google/gopacket/layers"

	"spaniel/event"
)

// lastTCP returns the innermost TCP header and payload gopacket finds.
func lastTCP(t *testing.T, f event.Frame, first gopacket.Decoder) []byte {
	t.Helper()
	p := gopacket.NewPacket(f.Data, first, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatalf("frame %d: %v", f.Number, e.Error())
	}
	for i := len(p.Layers()) - 1; i >= 0; i-- {
		if tcp, ok := p.Layers()[i].(*layers.TCP); ok {
			return append(bytes.Clone(tcp.Contents), tcp.Payload...)
		}
	}
	t.Fatalf("frame %d: no TCP in\n%v", f.Number, p)
	return nil
}

func TestWrappingsHoldTheSegment(t *testing.T) {
	frames := conversation().Frames()
	sets := map[string][]event.Frame{"VLAN": AddVLAN(frames, 0x8100, 7), "QinQ": AddVLAN(AddVLAN(frames, 0x8100, 7), 0x88a8, 8)}
	for i, name := range []string{"GRE", "VXLAN", "GENEVE", "MPLS", "PPPoE", "IPIP"} {
		sets[name] = Tunnel(frames, TunnelKind(i), 77)
	}
	for name, set := range sets {
		for i := range set {
			if !bytes.Equal(lastTCP(t, set[i], layers.LayerTypeEthernet), lastTCP(t, frames[i], layers.LayerTypeEthernet)) {
				t.Errorf("%s: frame %d differs", name, i)
			}
		}
	}
	for link, first := range map[uint16]gopacket.Decoder{LinkNull: layers.LayerTypeLoopback, LinkRaw: layers.LinkTypeRaw,
		LinkSLL: layers.LayerTypeLinuxSLL, LinkIPv4: layers.LayerTypeIPv4} {
		set := Relink(frames, link)
		for i := range set {
			if set[i].Link != link || !bytes.Equal(lastTCP(t, set[i], first), lastTCP(t, frames[i], layers.LayerTypeEthernet)) {
				t.Errorf("link %d: frame %d differs", link, i)
			}
		}
	}
}

func TestFragmentsJoin(t *testing.T) {
	frames := conversation().Frames()
	d := ip4defrag.NewIPv4Defragmenter()
	var got [][]byte
	cut := Fragment(frames, 500)
	for _, f := range cut {
		ip := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.Default).Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		if Checksum(ip.Contents) != 0 {
			t.Errorf("frame %d: header sums to %#x", f.Number, Checksum(ip.Contents))
		}
		whole, err := d.DefragIPv4(ip)
		if err != nil {
			t.Fatal(err)
		}
		if whole != nil {
			got = append(got, bytes.Clone(whole.Payload))
		}
	}
	if len(got) != len(frames) || len(cut) <= len(frames) {
		t.Fatalf("%d packets of %d fragments, want %d", len(got), len(cut), len(frames))
	}
	for i := range got {
		if !bytes.Equal(got[i], lastTCP(t, frames[i], layers.LayerTypeEthernet)) {
			t.Errorf("packet %d differs", i)
		}
	}
}

func TestFragmentsOfIPv6(t *testing.T) {
	b := New(1, start)
	c := b.Conn(addr("[2001:db8::7]:4000"), addr("[2001:db8::5]:80"))
	c.Client(bytes.Repeat([]byte("x"), 1000))
	var sum int
	for i, f := range Fragment(b.Frames(), 304)[:4] {
		p := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.Default)
		fr, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment)
		if !ok || int(fr.FragmentOffset)*8 != i*304 || fr.MoreFragments != (i < 3) || fr.NextHeader != layers.IPProtocolTCP {
			t.Fatalf("frame %d: %+v", i, fr)
		}
		sum += int(binary.BigEndian.Uint16(f.Data[18:])) - 8
	}
	if sum != 1020 {
		t.Errorf("%d bytes in all", sum)
	}
}

func TestTruncateKeepsLength(t *testing.T) {
	for _, f := range Truncate(conversation().Frames(), 60) {
		if len(f.Data) != 60 || f.Length < 60 {
			t.Errorf("%d of %d", len(f.Data), f.Length)
		}
	}
}

func ExamplePairs() {
	frames := Pairs(1, CaseStart, []Pair{
		{Request: "GET /items?id=1", Body: `{"id":1}`},
		{Request: `POST /login {"user":"ann","password":"x"}`, Status: 401, Body: `{"error":"no"}`},
	})
	fmt.Println(len(frames), "frames")
	// Output: 14 frames
}
