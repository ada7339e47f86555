package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// gopacketLinks are the link types gopacket reads as we do.
var gopacketLinks = map[uint16]gopacket.Decoder{
	0: layers.LayerTypeLoopback, 108: layers.LayerTypeLoopback, 1: layers.LayerTypeEthernet, 113: layers.LayerTypeLinuxSLL,
	12: layers.LinkTypeRaw, 101: layers.LinkTypeRaw, 228: layers.LayerTypeIPv4, 229: layers.LayerTypeIPv6,
}

// plain returns gopacket's TCP segment if the frame is one in our present
// terms: link, tags, one IP header, TCP, and none of them cut or broken.
func plain(f *event.Frame) (src, dst netip.AddrPort, tcp *layers.TCP, payload []byte, ok bool) {
	first, known := gopacketLinks[f.Link]
	if !known {
		return
	}
	pkt := gopacket.NewPacket(f.Data, first, gopacket.NoCopy)
	var a, b netip.Addr
	var body []byte
	for _, l := range pkt.Layers() {
		switch l := l.(type) {
		case *layers.Ethernet, *layers.Dot1Q, *layers.LinuxSLL, *layers.Loopback:
		case *layers.IPv4:
			if a.IsValid() || l.FragOffset != 0 || l.Flags&layers.IPv4MoreFragments != 0 || l.Length == 0 {
				return
			}
			a, b, body = netip.AddrFrom4([4]byte(l.SrcIP.To4())), netip.AddrFrom4([4]byte(l.DstIP.To4())), l.Payload
		case *layers.IPv6:
			if a.IsValid() || l.Length == 0 {
				return
			}
			a, b, body = netip.AddrFrom16([16]byte(l.SrcIP.To16())), netip.AddrFrom16([16]byte(l.DstIP.To16())), l.Payload
		case *layers.IPv6HopByHop:
			body = l.Payload
		case *layers.IPv6Destination:
			body = l.Payload
		case *layers.IPv6Routing:
			body = l.Payload
		case *layers.TCP:
			_ = body
			return netip.AddrPortFrom(a, uint16(l.SrcPort)), netip.AddrPortFrom(b, uint16(l.DstPort)), l, l.Payload, a.IsValid()
		default:
			return
		}
	}
	return
}

// compare decodes one frame with both. It returns what differs, "" if
// nothing, and whether gopacket saw a plain segment.
func compare(d *Decoder, f *event.Frame) (diff string, seen bool) {
	src, dst, tcp, payload, ok := plain(f)
	var p Packet
	fate := d.Decode(f, &p)
	if !ok {
		return "", false
	}
	if fate != event.FrameStream {
		return fmt.Sprintf("fate %v where gopacket sees TCP", fate), true
	}
	var flags uint8
	for i, on := range []bool{tcp.FIN, tcp.SYN, tcp.RST, tcp.PSH, tcp.ACK, tcp.URG, tcp.ECE, tcp.CWR} {
		if on {
			flags |= 1 << i
		}
	}
	switch {
	case p.Src != src || p.Dst != dst:
		return fmt.Sprintf("%v>%v, gopacket %v>%v", p.Src, p.Dst, src, dst), true
	case p.Seq != tcp.Seq || p.Ack != tcp.Ack || p.Flags != flags || p.Window != tcp.Window || p.Urgent != tcp.Urgent:
		return fmt.Sprintf("header %+v, gopacket %+v", p, tcp), true
	case !bytes.Equal(p.Payload, payload):
		return fmt.Sprintf("payload of %d bytes, gopacket %d", len(p.Payload), len(payload)), true
	}
	return optionDiff(&p, tcp), true
}

func optionDiff(p *Packet, tcp *layers.TCP) string {
	for _, o := range tcp.Options {
		switch {
		case o.OptionType == layers.TCPOptionKindTimestamps && len(o.OptionData) == 8:
			if !p.HasTS || p.TSVal != binary.BigEndian.Uint32(o.OptionData) || p.TSEcr != binary.BigEndian.Uint32(o.OptionData[4:]) {
				return "timestamps differ"
			}
		case o.OptionType == layers.TCPOptionKindMSS && len(o.OptionData) == 2 && tcp.SYN:
			if p.MSS != binary.BigEndian.Uint16(o.OptionData) {
				return "MSS differs"
			}
		case o.OptionType == layers.TCPOptionKindWindowScale && len(o.OptionData) == 1 && tcp.SYN:
			if p.WScale != int8(min(o.OptionData[0], 14)) {
				return "window scale differs"
			}
		}
	}
	return ""
}

func TestOracleOnBuiltPackets(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		frames := conversation(v6, wiretest.Timestamps())
		sets := [][]event.Frame{frames, wiretest.AddVLAN(frames, 0x8100, 9), wiretest.AddVLAN(wiretest.AddVLAN(frames, 0x8100, 9), 0x88a8, 10)}
		for _, link := range []uint16{0, 101, 113} {
			sets = append(sets, wiretest.Relink(frames, link))
		}
		for _, set := range sets {
			var led event.Ledger
			d := New(Config{KeepDuplicates: true, Checksums: Ignore}, &led, nil)
			n := 0
			for i := range set {
				diff, seen := compare(d, &set[i])
				if diff != "" {
					t.Errorf("link %d: %s", set[i].Link, diff)
				}
				if seen {
					n++
				}
			}
			if n != len(set) {
				t.Errorf("link %d: gopacket saw %d of %d", set[0].Link, n, len(set))
			}
		}
	}
}

// TestOracleOnCaptures compares on every real capture there is.
func TestOracleOnCaptures(t *testing.T) {
	dir := os.Getenv("SPANIEL_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "data", "pcaps")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no captures to compare with: %v", err)
	}
	paths, err := capture.List([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	files, frames, plain, differ := 0, 0, 0, 0
	var all event.Ledger
	for _, path := range paths {
		src, err := capture.Open(path)
		if err != nil {
			t.Errorf("opening %s: %v", path, err)
			continue
		}
		files++
		var led event.Ledger
		d := New(Config{KeepDuplicates: true, Checksums: Ignore}, &led, nil)
		for n := 1; ; n++ {
			var f event.Frame
			if err := src.Next(&f); err != nil {
				var fault *capture.Fault
				if !errors.Is(err, io.EOF) && !errors.As(err, &fault) {
					t.Errorf("reading %s: %v", path, err)
				}
				break
			}
			frames++
			diff, seen := compare(d, &f)
			if seen {
				plain++
			}
			if diff != "" && explained[fmt.Sprintf("%s %d", filepath.Base(path), n)] == "" {
				differ++
				if differ <= 40 {
					t.Errorf("%s frame %d: %s", path, n, diff)
				}
			}
		}
		d.Flush()
		if err := led.Check(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		all.Add(&led)
		if err := src.Close(); err != nil {
			t.Errorf("closing %s: %v", path, err)
		}
	}
	t.Logf("%d files, %d frames, %d of them plain TCP for gopacket, %d differ; fates %v", files, frames, plain, differ, all.Frames)
}

// explained lists frames where gopacket and we differ, with the reason. In
// the malformed ones a host drops the packet; gopacket reads on past the end
// that the IP header names, or takes a header that has no room.
var explained = map[string]string{
	"ndpi_fuzz-2006-09-29-28586.pcap 27":   "data offset 40 in a segment of 20 bytes",
	"ndpi_fuzz-2006-09-29-28586.pcap 80":   "data offset 40 in a segment of 20 bytes",
	"ndpi_fuzz-2006-09-29-28586.pcap 91":   "IP version 2 behind EtherType IPv4",
	"ndpi_fuzz-2006-09-29-28586.pcap 111":  "IP length 35: 15 bytes are no TCP header",
	"ws2013_docbook-examples-test.pcap 24": "IP length 39: 19 bytes are no TCP header",
	"ws2013_docbook-examples-test.pcap 38": "IP length 39: 19 bytes are no TCP header",
	"ws2013_docbook-examples-test.pcap 57": "IP length 39: 19 bytes are no TCP header",
	"sv_drop-protocol-change.pcap 7":       "data offset 8",
	"sv_transform-base64-7296.pcap 11":     "data offset 60 in a segment of 32 bytes",
	"sv_transform-base64-7296.pcap 59":     "data offset 60 in a segment of 32 bytes",
	"zeek_tcp-truncated-header.pcap 1":     "the capture ends inside the TCP options",
}
