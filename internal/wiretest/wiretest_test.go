package wiretest

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"spaniel/event"
)

const start = int64(1767607200e9)

var (
	client = netip.MustParseAddrPort("198.51.100.7:40000")
	server = netip.MustParseAddrPort("10.0.0.5:80")
)

// streams puts the payload of frames back together by sequence number, with
// gopacket reading the headers: one entry for each direction.
func streams(t *testing.T, frames []event.Frame) map[string]string {
	t.Helper()
	first := map[string]uint32{}
	data := map[string][]byte{}
	for _, f := range frames {
		p := gopacket.NewPacket(f.Data, layers.LinkTypeEthernet, gopacket.Default)
		if e := p.ErrorLayer(); e != nil {
			t.Fatalf("frame %d: %v", f.Number, e.Error())
		}
		tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		flow := p.NetworkLayer().NetworkFlow().String() + " " + tcp.TransportFlow().String()
		if tcp.SYN {
			first[flow] = tcp.Seq + 1
		}
		at := int(tcp.Seq - first[flow])
		if len(tcp.Payload) == 0 {
			continue
		}
		have := data[flow]
		if need := at + len(tcp.Payload); need > len(have) {
			have = append(have, make([]byte, need-len(have))...)
		}
		copy(have[at:], tcp.Payload)
		data[flow] = have
	}
	out := map[string]string{}
	for k, v := range data {
		out[k] = string(v)
	}
	return out
}

const toServer, toClient = "198.51.100.7->10.0.0.5 40000->80", "10.0.0.5->198.51.100.7 80->40000"

func conversation(opts ...Option) *Builder {
	b := New(7, start)
	c := b.Conn(client, server, opts...)
	c.Open()
	c.Client(bytes.Repeat([]byte("request "), 700))
	c.Wait(time.Second)
	c.Server(bytes.Repeat([]byte("response"), 900))
	c.Fin()
	return b
}

func TestConversationCarriesItsBytes(t *testing.T) {
	wrap := ISN(0xfffffff0, 0xffffff00)
	for name, segs := range map[string][]Segment{
		"plain":     conversation().Segments(),
		"wrap":      conversation(wrap).Segments(),
		"small":     conversation(MSS(100), Timestamps()).Segments(),
		"vlan":      conversation(VLAN(7, 9)).Segments(),
		"cut":       Cut(conversation(wrap).Segments(), Between(1, 1, 300)),
		"cut by 1":  Cut(conversation(wrap).Segments(), Every(1)),
		"duplicate": Duplicate(conversation().Segments(), 1, 2),
		"overlap":   Overlap(conversation(MSS(100), wrap).Segments(), 1, 90),
		"all":       Duplicate(Overlap(Cut(conversation(wrap).Segments(), Between(2, 1, 200)), 3, 300), 4, 3),
	} {
		got := streams(t, Render(segs))
		if got[toServer] != strings.Repeat("request ", 700) || got[toClient] != strings.Repeat("response", 900) {
			t.Errorf("%s: %d and %d bytes", name, len(got[toServer]), len(got[toClient]))
		}
	}
}

func TestChecksums(t *testing.T) {
	for _, ends := range [][2]string{{"198.51.100.7:40000", "10.0.0.5:80"}, {"[2001:db8::7]:40000", "[2001:db8::5]:80"}} {
		b := New(1, start)
		c := b.Conn(netip.MustParseAddrPort(ends[0]), netip.MustParseAddrPort(ends[1]), Timestamps())
		c.Open()
		c.Client([]byte("odd"))
		for _, f := range b.Frames() {
			p := gopacket.NewPacket(f.Data, layers.LinkTypeEthernet, gopacket.Default)
			tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
			want := tcp.Checksum
			if err := tcp.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
				t.Fatal(err)
			}
			buf := gopacket.NewSerializeBuffer()
			opt := gopacket.SerializeOptions{ComputeChecksums: true}
			if err := gopacket.SerializeLayers(buf, opt, tcp, gopacket.Payload(tcp.Payload)); err != nil {
				t.Fatal(err)
			}
			if tcp.Checksum != want {
				t.Errorf("%s frame %d: checksum %#x, gopacket computes %#x", ends[0], f.Number, want, tcp.Checksum)
			}
			if ip, ok := p.NetworkLayer().(*layers.IPv4); ok && Checksum(ip.Contents) != 0 {
				t.Errorf("frame %d: IPv4 header sums to %#x", f.Number, Checksum(ip.Contents))
			}
		}
	}
}

func TestDeterministic(t *testing.T) {
	build := func() []event.Frame {
		return Fragment(Render(Shuffle(conversation().Segments(), 9, 4)), 400)
	}
	a, b := build(), build()
	for i := range a {
		if !bytes.Equal(a[i].Data, b[i].Data) || a[i].Time != b[i].Time {
			t.Fatalf("frame %d differs", i)
		}
	}
}

func TestShuffleKeepsTimesSortedAndSegments(t *testing.T) {
	in := conversation().Segments()
	out := Shuffle(in, 5, 6)
	moved := 0
	for i := range out {
		if i > 0 && out[i].Time < out[i-1].Time {
			t.Fatalf("time goes back at %d", i)
		}
		if out[i].IPID != in[i].IPID || out[i].Src != in[i].Src {
			moved++
		}
	}
	if len(out) != len(in) || moved == 0 {
		t.Errorf("%d of %d segments, %d moved", len(out), len(in), moved)
	}
}

func TestDropAndConflict(t *testing.T) {
	segs := conversation().Segments()
	data := DataAt(segs, 40000)
	if got := streams(t, Render(Drop(segs, data[1]))); strings.Count(got[toServer], "\x00") != 1460 {
		t.Errorf("dropping one segment leaves %d zeros", strings.Count(got[toServer], "\x00"))
	}
	last := streams(t, Render(Conflict(segs, data[0], []byte("REQ"), false)))[toServer]
	first := streams(t, Render(Conflict(segs, data[0], []byte("REQ"), true)))[toServer]
	if !strings.HasPrefix(last, "REQuest ") || !strings.HasPrefix(first, "request ") {
		t.Errorf("after: %.8q, before: %.8q", last, first)
	}
}

func TestNumber(t *testing.T) {
	frames := Number([]event.Frame{{Time: 5}, {Time: 3}, {Time: 9}})
	for i, want := range []int64{5, 5, 9} {
		if frames[i].Clock != want || frames[i].Number != uint64(i+1) {
			t.Errorf("frame %d: number %d, clock %d", i, frames[i].Number, frames[i].Clock)
		}
	}
}

func addr(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }
