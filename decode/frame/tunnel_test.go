package frame

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

var tunnels = []struct {
	name string
	kind wiretest.TunnelKind
	vni  uint32
}{{"GRE", wiretest.GRE, 77}, {"VXLAN", wiretest.VXLAN, 77}, {"GENEVE", wiretest.GENEVE, 77}, {"MPLS", wiretest.MPLS, 0}, {"PPPoE", wiretest.PPPoE, 0}, {"IPIP", wiretest.IPIP, 0}}

func TestTunnelsGiveTheSamePackets(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		frames := conversation(v6)
		want := newHarness(Config{}).run(t, frames).packets
		for _, tun := range tunnels {
			wrapped := wiretest.Tunnel(frames, tun.kind, 77)
			for name, set := range map[string][]event.Frame{
				"":               wrapped,
				" cut outside":   wiretest.Fragment(wrapped, 512),
				" cut inside":    wiretest.Tunnel(wiretest.Fragment(frames, 512), tun.kind, 77),
				" cut both ways": wiretest.Fragment(wiretest.Tunnel(wiretest.Fragment(frames, 512), tun.kind, 77), 200),
				" with VLAN":     wiretest.AddVLAN(wrapped, 0x8100, 9),
			} {
				if strings.Contains(name, "outside") && (tun.kind == wiretest.MPLS || tun.kind == wiretest.PPPoE) {
					continue // no outer IP
				}
				h := newHarness(Config{}).run(t, set)
				same(t, fmt.Sprintf("%s%s v6=%v", tun.name, name, v6), h.packets, want)
				if len(h.packets) > 0 && h.packets[0].VNI != tun.vni {
					t.Errorf("%s%s: VNI %d", tun.name, name, h.packets[0].VNI)
				}
			}
		}
	}
}

func TestNesting(t *testing.T) {
	frames := conversation(false)
	want := newHarness(Config{}).run(t, frames).packets
	for depth := 1; depth <= 6; depth++ {
		frames = wiretest.Tunnel(frames, []wiretest.TunnelKind{wiretest.VXLAN, wiretest.GENEVE}[depth%2], uint32(depth))
		h := newHarness(Config{}).run(t, frames)
		if depth <= maxNesting {
			same(t, fmt.Sprint("depth ", depth), h.packets, want)
			if len(h.notes) != 0 || h.packets[0].VNI != 1 { // the innermost
				t.Errorf("depth %d: %v, VNI %d", depth, h.notes, h.packets[0].VNI)
			}
		} else if h.led.Frames[event.FrameUnknownLink] != uint64(len(frames)) || len(h.notes) != len(frames) || h.notes[0].Name != AnomalyNesting {
			t.Errorf("depth %d: %v, %d anomalies", depth, h.led.Frames, len(h.notes))
		}
	}
}

// Fragments of the outer and of the inner packet with the same addresses,
// identification and protocol must not meet.
func TestOuterAndInnerFragmentsStayApart(t *testing.T) {
	outer := func(body string) string {
		return fmt.Sprintf("45 00 %04x 0001 2000 40 04 0000 c6336407 0a000005", 20+len(strings.Join(strings.Fields(body), ""))/2) + body
	}
	inner := "45 00 001c 0001 2000 40 04 0000 c6336407 0a000005 4500001400010000"
	whole := strings.Replace(outer(inner), "2000 40 04", "0000 40 04", 1)
	h := newHarness(Config{Checksums: Ignore}).run(t, []event.Frame{frameOf(t, 101, whole), frameOf(t, 101, outer("4500001400010000"))})
	if h.led.Datagrams[event.DatagramUnended] != 2 || h.led.Datagrams[event.DatagramConflict] != 0 || len(h.notes) != 0 {
		t.Errorf("%+v %v", h.led.Datagrams, h.notes)
	}
}

func TestTunnelFates(t *testing.T) {
	udp := func(port, body string) string {
		n := len(strings.Join(strings.Fields(body), ""))/2 + 8
		return fmt.Sprintf("45 00 %04x 0001 4000 40 11 0000 c6336407 0a000005 c001 %s %04x 0000", 20+n, port, n) + body
	}
	gre := func(body string) string {
		return fmt.Sprintf("45 00 %04x 0001 4000 40 2f 0000 c6336407 0a000005", 20+len(strings.Join(strings.Fields(body), ""))/2) + body
	}
	eth := macs + "0800" + ip4 + tcp
	for _, tc := range []struct {
		name, hex string
		want      event.FrameFate
	}{
		{"VXLAN", udp("12b5", "08000000 00004d00"+eth), event.FrameStream},
		{"VXLAN without the flag", udp("12b5", "00000000 00004d00"+eth), event.FrameNotTCP},
		{"VXLAN with ARP", udp("12b5", "08000000 00004d00"+macs+"0806 0001"), event.FrameNotIP},
		{"VXLAN, nothing in it", udp("12b5", "08000000 00004d00"), event.FrameMalformed},
		{"GENEVE", udp("17c1", "00006558 00004d00"+eth), event.FrameStream},
		{"GENEVE with IPv4 at once", udp("17c1", "00000800 00004d00"+ip4+tcp), event.FrameStream},
		{"GENEVE of another version", udp("17c1", "40006558 00004d00"+eth), event.FrameNotTCP},
		{"GENEVE, options not there", udp("17c1", "3f006558 00004d00"+eth), event.FrameMalformed},
		{"VXLAN-GPE", udp("12b6", "0c000003 00004d00"+eth), event.FrameStream},
		{"VXLAN-GPE without protocol", udp("12b6", "08000000 00004d00"+eth), event.FrameStream},
		{"VXLAN-GPE with IPv4", udp("12b6", "0c000001 00004d00"+ip4+tcp), event.FrameStream},
		{"VXLAN-GPE with IPv6", udp("12b6", "0c000002 00004d00"+ip6+tcp), event.FrameStream},
		{"VXLAN-GPE with NSH", udp("12b6", "0c000004 00004d00"+eth), event.FrameUnknownLink},
		{"GRE in UDP", udp("1292", "0000 0800"+ip4+tcp), event.FrameStream},
		{"GTP-U", udp("0868", "30ff 0028 00000001"+ip4+tcp), event.FrameStream},
		{"GTP-U with sequence number", udp("0868", "32ff 002c 00000001 00070000"+ip4+tcp), event.FrameStream},
		{"GTP-U with extensions", udp("0868", "34ff 0034 00000001 00000085 01100085 01100000"+ip4+tcp), event.FrameStream},
		{"GTP-U with an extension of length 0", udp("0868", "34ff 0034 00000001 00000085 00100085"+ip4+tcp), event.FrameMalformed},
		{"GTP-U, extension not there", udp("0868", "34ff 0034 00000001 00000085 ff100085"), event.FrameMalformed},
		{"GTP-U echo", udp("0868", "3201 0004 00000000 00070000"), event.FrameNotTCP},
		{"DNS", udp("0035", "08000000 00004d00"+eth), event.FrameNotTCP},
		{"GRE", gre("0000 0800" + ip4 + tcp), event.FrameStream},
		{"GRE with everything", gre("b000 0800 00000000 0000004d 00000001" + ip4 + tcp), event.FrameStream},
		{"GRE with source routes", gre("4000 0800 00000000 0800 04 08 c0000201 c0000202 00000000" + ip4 + tcp), event.FrameStream},
		{"GRE with the end of source routes alone", gre("4000 0800 00000000 00000000" + ip4 + tcp), event.FrameStream},
		{"GRE, source route not there", gre("4000 0800 00000000 080004ff" + ip4 + tcp), event.FrameMalformed},
		{"GRE, source routes without end", gre("4000 0800 00000000 08000000"), event.FrameMalformed},
		{"TZSP", udp("9090", "01000001 00 0a01d0 01"+eth), event.FrameStream},
		{"TZSP of 802.11", udp("9090", "01000012 01 00000000000000"), event.FrameNotTCP},
		{"TZSP, tag not there", udp("9090", "01000001 0aff0102"), event.FrameMalformed},
		{"TZSP without end", udp("9090", "01000001 00000000"), event.FrameMalformed},
		{"Teredo, not asked for", udp("0dd8", ip6+tcp), event.FrameNotTCP},
		{"GRE version 2", gre("0002 0800" + ip4 + tcp), event.FrameUnknownLink},
		{"GRE, key not there", gre("2000 0800 00"), event.FrameMalformed},
		{"GRE with Ethernet", gre("0000 6558" + eth), event.FrameStream},
		{"GRE with a number that is a length", gre("0000 0030 aaaa03 000000 0800" + ip4 + tcp), event.FrameNotIP},
		{"ERSPAN I", gre("0000 88be" + eth), event.FrameStream},
		{"ERSPAN II", gre("1000 88be 00000001 1000 0001 00000000" + eth), event.FrameStream},
		{"ERSPAN III", gre("1000 22eb 00000001 2000 0001 00000000 00000000" + eth), event.FrameStream},
		{"ERSPAN III with subheader", gre("1000 22eb 00000001 2000 0001 00000000 00000001 0000000000000000" + eth), event.FrameStream},
		{"PPTP", gre("3081 880b 002a 0001 00000001 00000001 ff03 0021" + ip4 + tcp), event.FrameStream},
		{"PPTP, short protocol", gre("3001 880b 002a 0001 00000001 21" + ip4 + tcp), event.FrameStream},
		{"PPP control", gre("3001 880b 002a 0001 00000001 c021 0101"), event.FrameNotIP},
		{"6in4", "45 00 0050 0001 4000 40 29 0000 c6336407 0a000005" + ip6 + tcp, event.FrameStream},
	} {
		h := newHarness(Config{}).run(t, []event.Frame{frameOf(t, 101, tc.hex)})
		if h.fates[0] != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, h.fates[0], tc.want)
		}
	}
	for _, tc := range []struct {
		name, hex string
		want      event.FrameFate
	}{
		{"MPLS", "8847 0004d040 00011140" + ip4 + tcp, event.FrameStream},
		{"MPLS pseudowire", "8847 00011140 00000000" + eth, event.FrameStream},
		{"MPLS pseudowire without control word", "8847 00011140 " + strings.Replace(eth, "020000", "120000", 1), event.FrameStream},
		{"MPLS without bottom", "8847" + strings.Repeat("00011040", 9), event.FrameUnknownLink},
		{"MPLS, stack not there", "8847 00011040", event.FrameMalformed},
		{"PPPoE discovery", "8863 11090000 0000", event.FrameNotIP},
		{"PPPoE", "8864 11000001 002a 0021" + ip4 + tcp + "00000000", event.FrameStream},
		{"PPPoE of another version", "8864 21000001 002a 0021" + ip4 + tcp, event.FrameMalformed},
	} {
		h := newHarness(Config{}).run(t, []event.Frame{frameOf(t, 1, macs+tc.hex)})
		if h.fates[0] != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, h.fates[0], tc.want)
		}
		if len(h.packets) == 1 && len(h.packets[0].Payload) != 0 {
			t.Errorf("%s: payload %x", tc.name, h.packets[0].Payload)
		}
	}
}
