package frame

import (
	"encoding/hex"
	"strings"
	"testing"

	"spaniel/event"
)

// Bytes of headers, to be put together in the cases below.
const (
	macs  = "020000000002 020000000001 "
	ip4   = "45 00 0028 0001 4000 40 06 0000 c6336407 0a000005 " // 20 bytes of TCP follow
	tcp   = "9c40 0050 00000001 00000002 50 10 01f6 0000 0000 "
	v6to  = "20010db8000000000000000000000007 20010db8000000000000000000000005 "
	ip6   = "60000000 0014 06 40 " + v6to
	other = "45 00 001c 0001 4000 40 11 0000 c6336407 0a000005 1111222200080000"
)

// frameOf makes a frame of hexadecimal digits. link 1 is Ethernet.
func frameOf(t testing.TB, link uint16, digits string) event.Frame {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		t.Fatal(err)
	}
	return event.Frame{Number: 1, Time: start, Clock: start, Length: len(b), Link: link, Data: b}
}

func TestFates(t *testing.T) {
	for _, tc := range []struct {
		name string
		link uint16
		hex  string
		want event.FrameFate
	}{
		{"TCP over IPv4", 1, macs + "0800" + ip4 + tcp, event.FrameStream},
		{"TCP over IPv6", 1, macs + "86dd" + ip6 + tcp, event.FrameStream},
		{"SNAP", 1, macs + "0030 aaaa03 000000 0800" + ip4 + tcp, event.FrameStream},
		{"SNAP of another organisation", 1, macs + "0030 aaaa03 00000c 2000" + ip4, event.FrameNotIP},
		{"spanning tree", 1, macs + "0026 424203 00000000", event.FrameNotIP},
		{"ARP", 1, macs + "0806 0001 0800 0604 0001", event.FrameNotIP},
		{"UDP", 1, macs + "0800" + other, event.FrameNotTCP},
		{"ESP over IPv6", 1, macs + "86dd 60000000 0008 32 40" + v6to + "0000000000000000", event.FrameNotTCP},
		{"no next header", 1, macs + "86dd 60000000 0000 3b 40" + v6to, event.FrameNotTCP},
		{"DOCSIS", 143, "0000", event.FrameUnknownLink},
		{"netlink in a cooked frame", 113, "0004 0338 0000 0000000000000000 0800" + ip4 + tcp, event.FrameNotIP},
		{"loopback family 2", 0, "02000000" + ip4 + tcp, event.FrameStream},
		{"loopback family 2, the other order", 0, "00000002" + ip4 + tcp, event.FrameStream},
		{"loopback family 24", 0, "18000000" + ip6 + tcp, event.FrameStream},
		{"loopback family 28", 0, "1c000000" + ip6 + tcp, event.FrameStream},
		{"loopback AppleTalk", 0, "10000000" + ip4 + tcp, event.FrameNotIP},
		{"PPP", 9, "ff030021" + ip4 + tcp, event.FrameStream},
		{"PPP without framing", 9, "0057" + ip6 + tcp, event.FrameStream},
		{"PPP in HDLC", 50, "ff030021" + ip4 + tcp, event.FrameStream},
		{"PPP, empty", 9, "ff03", event.FrameMalformed},
		{"PPP, half a protocol", 9, "00", event.FrameMalformed},
		{"raw, version 5", 101, "55" + ip4[2:] + tcp, event.FrameNotIP},
		{"raw IPv4 that is IPv6", 228, ip6 + tcp, event.FrameMalformed},
		{"raw IPv6 that is IPv4", 229, ip4 + tcp, event.FrameMalformed},
		{"raw, empty", 101, "", event.FrameMalformed},
		{"runt", 1, "0200", event.FrameMalformed},
		{"half a tag", 1, macs + "8100 00", event.FrameMalformed},
		{"half an IPv4 header", 1, macs + "0800" + ip4[:20], event.FrameMalformed},
		{"IPv4 header length 4", 1, macs + "0800 44" + ip4[2:] + tcp, event.FrameMalformed},
		{"IPv4 header longer than the packet", 1, macs + "0800 4f" + ip4[2:] + tcp, event.FrameMalformed},
		{"IPv4 length below the header", 1, macs + "0800 45 00 0010" + ip4[10:] + tcp, event.FrameMalformed},
		{"IPv4 length without room for TCP", 1, macs + "0800 45 00 0020" + ip4[10:] + tcp, event.FrameMalformed},
		{"IPv4 says more than there is", 1, macs + "0800 45 00 0040" + ip4[10:] + tcp, event.FrameStream},
		{"IPv4 says TCP is there, it is not", 1, macs + "0800" + ip4 + "9c40 0050", event.FrameTruncated},
		{"data offset 4", 1, macs + "0800" + ip4 + "9c40 0050 00000001 00000002 40 10 01f6 0000 0000", event.FrameMalformed},
		{"data offset past the segment", 1, macs + "0800" + ip4 + "9c40 0050 00000001 00000002 60 10 01f6 0000 0000", event.FrameMalformed},
		{"options not captured", 1, macs + "0800 45 00 002c" + ip4[10:] + "9c40 0050 00000001 00000002 60 10 01f6 0000 0000", event.FrameTruncated},
		{"extension headers", 1, macs + "86dd 60000000 0034 00 40" + v6to + "3c00000000000000 2b00000000000000 3300000000000000 06 00 000000000000" + tcp, event.FrameStream},
		{"extension header past the packet", 1, macs + "86dd 60000000 0010 00 40" + v6to + "0602000000000000 0000000000000000", event.FrameMalformed},
		{"extension header not captured", 1, macs + "86dd 60000000 0040 00 40" + v6to + "0602000000000000", event.FrameTruncated},
		{"half an extension header", 1, macs + "86dd 60000000 0004 00 40" + v6to + "06020000", event.FrameMalformed},
		{"atomic fragment", 1, macs + "86dd 60000000 001c 2c 40" + v6to + "06 00 0000 00000001" + tcp, event.FrameStream},
		{"first fragment", 1, macs + "0800 45 00 0028 0001 2000 40 06 0000 c6336407 0a000005" + tcp, event.FrameFragDropped}, // 20 bytes: 16 count, and Flush ends it
		{"UDP fragment", 1, macs + "0800 45 00 001c 0001 2000 40 01 0000 c6336407 0a000005 1111222200080000", event.FrameNotTCP},
		{"fragment not captured whole", 1, macs + "0800 45 00 0030 0001 2000 40 06 0000 c6336407 0a000005" + tcp, event.FrameTruncated},
		{"fragment of IPv6 not captured whole", 1, macs + "86dd 60000000 0040 2c 40" + v6to + "06 00 0001 00000001" + tcp, event.FrameTruncated},
	} {
		h := newHarness(Config{Checksums: Ignore}).run(t, []event.Frame{frameOf(t, tc.link, tc.hex)})
		if h.led.Frames[tc.want] != 1 {
			t.Errorf("%s: %v, ledger %v, want %v", tc.name, h.fates[0], h.led.Frames, tc.want)
		}
	}
}

func TestAnomalies(t *testing.T) {
	for _, tc := range []struct{ name, hex, want string }{
		{"nine extension headers", macs + "86dd 60000000 0060 00 40" + v6to + strings.Repeat("0000000000000000", 12), AnomalyChain},
		{"eight and TCP", macs + "86dd 60000000 0054 3c 40" + v6to + strings.Repeat("3c00000000000000", 7) + "0600000000000000" + tcp, ""},
		{"jumbo", macs + "86dd 60000000 0000 00 40" + v6to + "0600c20400000014" + tcp, AnomalyJumbo},
		{"atomic", macs + "86dd 60000000 001c 2c 40" + v6to + "06 00 0000 00000001" + tcp, AnomalyAtomic},
	} {
		h := newHarness(Config{Checksums: Ignore}).run(t, []event.Frame{frameOf(t, 1, tc.hex)})
		got := ""
		for _, a := range h.notes {
			got += a.Name
			if a.Frame != 1 || a.Key.Client.Addr().String() != "2001:db8::7" || a.Order.Seq != 1 || !a.Order.OfFrame {
				t.Errorf("%s: %+v", tc.name, a)
			}
		}
		if got != tc.want {
			t.Errorf("%s: anomalies %q, want %q", tc.name, got, tc.want)
		}
	}
}

// Fragments whose chain of extension headers goes on behind the fragment
// header must not count from the start again.
func TestFragmentHeadersInFragments(t *testing.T) {
	nested := macs + "86dd 60000000 0060 2c 40" + v6to + strings.Repeat("2c00000000000001", 11) + "0600000000000001"
	h := newHarness(Config{}).run(t, []event.Frame{frameOf(t, 1, nested)})
	if h.fates[0] != event.FrameMalformed {
		t.Errorf("twelve atomic fragment headers: %v", h.fates[0])
	}
}
