package frame

import (
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

func TestTCPOptions(t *testing.T) {
	for _, tc := range []struct {
		name, flags, options string
		want                 Packet
	}{
		{"none", "02", "", Packet{WScale: -1}},
		{"all of a SYN", "02", "020405b4 0402 080a0000000700000009 01 030307", Packet{MSS: 1460, WScale: 7, HasTS: true, TSVal: 7, TSEcr: 9}},
		{"not of a SYN", "10", "020405b4 0101 080a0000000700000009 01 030307", Packet{WScale: -1, HasTS: true, TSVal: 7, TSEcr: 9}},
		{"scale too large counts as 14", "02", "030310 00", Packet{WScale: 14}},
		{"unknown ones are stepped over", "02", "fe06deadbeef 1e02 020405b4", Packet{MSS: 1460, WScale: -1}},
		{"nothing after the end", "02", "00 030307", Packet{WScale: -1}},
		{"length 0 ends it", "02", "fe00 0000 020405b4", Packet{WScale: -1}},
		{"length past the end ends it", "02", "020405b4 fe050000", Packet{MSS: 1460, WScale: -1}},
		{"kind without length", "02", "010101 02", Packet{WScale: -1}},
		{"wrong length is not believed", "02", "0206 05b40000 03040001 0101", Packet{WScale: -1}},
	} {
		opts := frameOf(t, 1, tc.options).Data
		for len(opts)%4 != 0 {
			t.Fatalf("%s: %d bytes of options", tc.name, len(opts))
		}
		f := frameOf(t, 1, macs+"0800"+ip4+tcp)
		f.Data[17], f.Data[46] = byte(40+len(opts)), byte(5+len(opts)/4)<<4
		f.Data[47] = frameOf(t, 1, tc.flags).Data[0]
		f.Data = append(f.Data, opts...)
		f.Length = len(f.Data)
		h := newHarness(Config{}).run(t, []event.Frame{f})
		if len(h.packets) != 1 {
			t.Fatalf("%s: %v", tc.name, h.fates)
		}
		g := h.packets[0]
		if g.MSS != tc.want.MSS || g.WScale != tc.want.WScale || g.HasTS != tc.want.HasTS || g.TSVal != tc.want.TSVal || g.TSEcr != tc.want.TSEcr {
			t.Errorf("%s: %+v", tc.name, g)
		}
	}
}

func TestPaddingIsNotPayload(t *testing.T) {
	for _, hex := range []string{macs + "0800" + ip4 + tcp + "000000000000", macs + "86dd" + ip6 + tcp + "deadbeef"} {
		h := newHarness(Config{}).run(t, []event.Frame{frameOf(t, 1, hex)})
		if p := h.packets[0]; len(p.Payload) != 0 || p.WireLen != 0 {
			t.Errorf("padding became %x, %d on the wire", p.Payload, p.WireLen)
		}
	}
}

// With segmentation offload the card fills in the length: 0 means all there is.
func TestLengthZero(t *testing.T) {
	for _, hex := range []string{
		macs + "0800 45 00 0000" + ip4[10:] + tcp + "68690a",
		macs + "86dd 60000000 0000 06 40" + v6to + tcp + "68690a",
	} {
		h := newHarness(Config{}).run(t, []event.Frame{frameOf(t, 1, hex)})
		if len(h.packets) != 1 || string(h.packets[0].Payload) != "hi\n" || h.packets[0].WireLen != 3 {
			t.Errorf("%v %+v", h.fates, h.packets)
		}
	}
}

func TestHeaderFields(t *testing.T) {
	h := newHarness(Config{}).run(t, []event.Frame{frameOf(t, 1, macs+"0800"+
		"46 00 0030 1234 4000 33 06 0000 c6336407 0a000005 94040000"+ // router alert
		"9c40 0050 fffffffe 80000000 50 39 1000 0000 0007 01020304")})
	p := h.packets[0]
	if p.Src.String() != "198.51.100.7:40000" || p.Dst.String() != "10.0.0.5:80" || p.TTL != 0x33 || p.IPID != 0x1234 ||
		p.Seq != 0xfffffffe || p.Ack != 0x80000000 || p.Flags != FIN|PSH|ACK|URG || p.Window != 4096 || p.Urgent != 7 ||
		string(p.Payload) != "\x01\x02\x03\x04" || p.Stamp != (event.Stamp{Time: start, Clock: start, Frame: 1}) {
		t.Errorf("%+v", p)
	}
}

func TestChecksums(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		good := conversation(v6)
		for i := range good {
			bad := good[i]
			bad.Data = append([]byte(nil), bad.Data...)
			last := 14 + 40
			if v6 {
				last += 20
			}
			bad.Data[last-4] ^= 0x40 // in the TCP header
			if h := newHarness(Config{Checksums: Verify}).run(t, []event.Frame{good[i], bad}); h.fates[0] != event.FrameStream || h.fates[1] != event.FrameChecksum {
				t.Fatalf("v6=%v frame %d: %v", v6, i, h.fates)
			}
			if h := newHarness(Config{}).run(t, []event.Frame{bad}); h.fates[0] != event.FrameStream {
				t.Fatalf("v6=%v frame %d, not verifying: %v", v6, i, h.fates)
			}
		}
	}
	frames := conversation(false)
	frames[3].Data[22]++ // TTL: only the IPv4 header's sum sees that
	if h := newHarness(Config{Checksums: Verify}).run(t, frames[3:4]); h.fates[0] != event.FrameChecksum {
		t.Errorf("wrong IPv4 checksum: %v", h.fates)
	}
	if h := newHarness(Config{Checksums: Verify}).run(t, wiretest.Truncate(conversation(false)[3:4], 100)); h.fates[0] != event.FrameStream {
		t.Errorf("cut segment: %v", h.fates)
	}
}
