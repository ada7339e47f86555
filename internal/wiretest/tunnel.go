package wiretest

import (
	"encoding/binary"
	"slices"

	"spaniel/event"
)

// TunnelKind names an encapsulation.
type TunnelKind int

// The encapsulations Tunnel knows. VNI is what its argument of that name
// becomes.
const (
	GRE          TunnelKind = iota // the IP packet in GRE with a key, over IPv4
	VXLAN                          // the Ethernet frame in UDP port 4789
	GENEVE                         // the Ethernet frame in UDP port 6081, with one option
	MPLS                           // two labels over Ethernet, the outer one the VNI
	PPPoE                          // a PPPoE session over Ethernet
	IPIP                           // the IP packet in IPv4: 4 in 4, 6 in 4
	GREPlain                       // GRE without any field
	GREChecksum                    // with a checksum
	GRESequence                    // with a sequence number
	GREAll                         // with checksum, key and sequence number
	GRERoute                       // with a key and a source route, as of RFC 1701
	GREBridged                     // the Ethernet frame in GRE with a key
	GREinUDP                       // GRE with a key in UDP port 4754
	PPTP                           // GRE version 1 with PPP in it; the VNI is the call
	ERSPAN1                        // the Ethernet frame in GRE, no header
	ERSPAN2                        // with the header of type II; the VNI is the session
	ERSPAN3                        // type III
	ERSPAN3Sub                     // type III with a platform's subheader
	GPE                            // the IP packet in VXLAN with a protocol, UDP port 4790
	GatewayLB                      // the IP packet in GENEVE with the options of a cloud's gateway load balancer
	GTP                            // the IP packet in GTP-U, UDP port 2152
	GTPExtended                    // with a sequence number and an extension header
	TZSP                           // the Ethernet frame in UDP port 37008
	Teredo                         // the IPv6 packet in UDP port 3544
	TeredoOrigin                   // behind an origin indication
	Pseudowire                     // the Ethernet frame in MPLS with a control word
	SNAP                           // the IP packet in 802.3 with SNAP
	IP6                            // the IP packet in IPv6: 4 in 6, 6 in 6
)

var tunnelNames = map[string]TunnelKind{"gre": GRE, "vxlan": VXLAN, "geneve": GENEVE, "mpls": MPLS, "pppoe": PPPoE, "ipip": IPIP,
	"gre-plain": GREPlain, "gre-checksum": GREChecksum, "gre-sequence": GRESequence, "gre-all": GREAll, "gre-route": GRERoute,
	"gre-bridged": GREBridged, "gre-udp": GREinUDP, "pptp": PPTP, "erspan-1": ERSPAN1, "erspan-2": ERSPAN2, "erspan-3": ERSPAN3,
	"erspan-3-sub": ERSPAN3Sub, "gpe": GPE, "gateway-lb": GatewayLB, "gtp": GTP, "gtp-extended": GTPExtended, "tzsp": TZSP,
	"teredo": Teredo, "teredo-origin": TeredoOrigin, "pseudowire": Pseudowire, "snap": SNAP, "ip6": IP6}

// Tunnel wraps every Ethernet frame. vni is the tunnel's id: GRE's key, the
// VXLAN and GENEVE network, the outer MPLS label, the PPPoE session.
func Tunnel(frames []event.Frame, kind TunnelKind, vni uint32) []event.Frame {
	return TunnelTo(frames, kind, vni, 0)
}

// TunnelTo wraps every Ethernet frame; port is the UDP port, if it is not the usual one.
func TunnelTo(frames []event.Frame, kind TunnelKind, vni uint32, port uint16) []event.Frame {
	out := slices.Clone(frames)
	for i, f := range out {
		at, ether := ethernetPayload(f.Data)
		head, body, ok := splitIP(f.Data[at:], ether)
		if ok {
			ip := append(slices.Clone(head), body...)
			out[i] = withData(f, inPort(wrap(kind, vni, ether, f.Data, ip), port))
		}
	}
	return Number(out)
}

// inPort changes the destination port of UDP in IPv4, if port is not 0.
func inPort(frame []byte, port uint16) []byte {
	if port != 0 {
		binary.BigEndian.PutUint16(frame[36:], port)
	}
	return frame
}

func wrap(kind TunnelKind, vni uint32, ether uint16, frame, ip []byte) []byte {
	switch kind {
	case MPLS, PPPoE, Pseudowire, SNAP:
		return wrapLink(kind, vni, ether, frame, ip)
	case IPIP:
		return outerIPv4(ipInIP(ether), ip)
	case IP6:
		return outerIPv6(ipInIP(ether), ip)
	case GREBridged, ERSPAN1, ERSPAN2, ERSPAN3, ERSPAN3Sub:
		return outerIPv4(47, append(greBefore(kind, vni, ether), frame...))
	case GRE, GREPlain, GREChecksum, GRESequence, GREAll, GRERoute, PPTP:
		return outerIPv4(47, append(greBefore(kind, vni, ether), ip...))
	case GREinUDP:
		return outerIPv4(17, udp(4754, append(greBefore(GRE, vni, ether), ip...)))
	}
	return wrapUDP(kind, vni, ether, frame, ip)
}

// ipInIP is the protocol number of a packet within another.
func ipInIP(ether uint16) byte {
	if ether == etherIPv6 {
		return 41
	}
	return 4
}

// wrapLink wraps in what has an EtherType, or none.
func wrapLink(kind TunnelKind, vni uint32, ether uint16, frame, ip []byte) []byte {
	b := outerEthernet()
	switch kind {
	case PPPoE:
		b = append(b, 0x88, 0x64, 0x11, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(vni))
		b = binary.BigEndian.AppendUint16(b, uint16(len(ip)+2))
		return append(binary.BigEndian.AppendUint16(b, pppProtocol(ether)), ip...)
	case SNAP:
		b = binary.BigEndian.AppendUint16(b, uint16(8+len(ip)))
		b = append(b, 0xaa, 0xaa, 3, 0, 0, 0)
		return append(binary.BigEndian.AppendUint16(b, ether), ip...)
	}
	b = append(b, 0x88, 0x47)
	b = binary.BigEndian.AppendUint32(b, vni<<12|64)
	b = binary.BigEndian.AppendUint32(b, 17<<12|1<<8|64)
	if kind == Pseudowire {
		return append(append(b, 0, 0, 0, 0), frame...)
	}
	return append(b, ip...)
}

func pppProtocol(ether uint16) uint16 {
	if ether == etherIPv6 {
		return 0x57
	}
	return 0x21
}

// wrapUDP wraps in what has a UDP port.
func wrapUDP(kind TunnelKind, vni uint32, ether uint16, frame, ip []byte) []byte {
	var b []byte
	switch kind {
	case VXLAN:
		b = binary.BigEndian.AppendUint32([]byte{8, 0, 0, 0}, vni<<8)
		return outerIPv4(17, udp(4789, append(b, frame...)))
	case GPE:
		b = binary.BigEndian.AppendUint32([]byte{12, 0, 0, map[bool]byte{false: 1, true: 2}[ether == etherIPv6]}, vni<<8)
		return outerIPv4(17, udp(4790, append(b, ip...)))
	case GENEVE:
		b = binary.BigEndian.AppendUint32([]byte{2, 0, 0x65, 0x58}, vni<<8)
		b = append(b, 1, 2, 3, 1, 0xde, 0xad, 0xbe, 0xef) // class 0x0102, type 3, four bytes
		return outerIPv4(17, udp(6081, append(b, frame...)))
	case GatewayLB:
		b = binary.BigEndian.AppendUint16([]byte{8, 0}, ether) // eight words of options
		b = binary.BigEndian.AppendUint32(b, vni<<8)
		b = append(b, 1, 8, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8) // class 0x0108: the endpoint, the attachment, the flow's cookie
		b = append(b, 1, 8, 2, 2, 8, 7, 6, 5, 4, 3, 2, 1)
		b = append(b, 1, 8, 3, 1, 0xc0, 0x0c, 0x1e, 0)
		return outerIPv4(17, udp(6081, append(b, ip...)))
	case GTP, GTPExtended:
		b = []byte{0x30, 0xff}
		extra := []byte{}
		if kind == GTPExtended {
			b[0], extra = 0x36, []byte{0, 1, 0, 0x85, 1, 0x10, 9, 0} // sequence 1; a PDU session container
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(extra)+len(ip)))
		b = binary.BigEndian.AppendUint32(b, vni)
		return outerIPv4(17, udp(2152, append(append(b, extra...), ip...)))
	case TZSP:
		b = []byte{1, 0, 0, 1, 0, 10, 1, 0xd0, 1} // Ethernet; padding, a tag of one byte, the end
		return outerIPv4(17, udp(37008, append(b, frame...)))
	case TeredoOrigin:
		b = []byte{0, 0, 0xf2, 0x27, 0x33, 0x9b, 0x9b, 0xf8}
	}
	return outerIPv4(17, udp(3544, append(b, ip...)))
}

// greBefore returns what stands before the packet in GRE.
func greBefore(kind TunnelKind, vni uint32, ether uint16) []byte {
	key := binary.BigEndian.AppendUint32(nil, vni)
	flags := func(bits uint16, proto uint16, fields ...byte) []byte {
		return append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, bits), proto), fields...)
	}
	switch kind {
	case GREPlain:
		return flags(0, ether)
	case GREChecksum:
		return flags(0x8000, ether, 0x12, 0x34, 0, 0)
	case GRESequence:
		return flags(0x1000, ether, 0, 0, 0, 9)
	case GREAll:
		return flags(0xb000, ether, slices.Concat([]byte{0x12, 0x34, 0, 0}, key, []byte{0, 0, 0, 9})...)
	case GRERoute: // one route over two IPv4 hops, then the list's end
		route := []byte{8, 0, 4, 8, 192, 0, 2, 9, 192, 0, 2, 2, 0, 0, 0, 0}
		return flags(0x6000, ether, slices.Concat([]byte{0, 0, 0, 4}, key, route)...)
	case GREBridged:
		return flags(0x2000, 0x6558, key...)
	case PPTP: // key: length and call; then a sequence number, and PPP
		b := flags(0x3001, 0x880b, 0, 0, byte(vni>>8), byte(vni), 0, 0, 0, 9)
		return append(append(b, 0xff, 3), byte(pppProtocol(ether)>>8), byte(pppProtocol(ether)))
	case ERSPAN1:
		return flags(0, 0x88be)
	case ERSPAN2:
		return flags(0x1000, 0x88be, 0, 0, 0, 9, 0x10, 7, byte(vni>>8)&3, byte(vni), 0, 0, 0, 1)
	case ERSPAN3:
		return flags(0x1000, 0x22eb, 0, 0, 0, 9, 0x20, 7, byte(vni>>8)&3, byte(vni), 0, 0, 0, 1, 0, 0, 0, 4)
	case ERSPAN3Sub:
		return flags(0x1000, 0x22eb, 0, 0, 0, 9, 0x20, 7, byte(vni>>8)&3, byte(vni), 0, 0, 0, 1, 0, 0, 0, 5, 0x28, 0, 0, 0, 0, 0, 0, 0)
	}
	return flags(0x2000, ether, key...)
}

func outerEthernet() []byte { return []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1} }

// outerIPv4 puts payload into an IPv4 packet from 192.0.2.1 to 192.0.2.2.
func outerIPv4(proto byte, payload []byte) []byte {
	ip := []byte{0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+len(payload)))
	binary.BigEndian.PutUint16(ip[10:], Checksum(ip))
	return append(append(append(outerEthernet(), 8, 0), ip...), payload...)
}

// udp has no checksum, as tunnels over IPv4 may.
func udp(port uint16, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xc0, 1}, port)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	return append(append(b, 0, 0), payload...)
}

// outerIPv6 puts payload into an IPv6 packet from 2001:db8::1 to 2001:db8::2.
func outerIPv6(next byte, payload []byte) []byte {
	ip := make([]byte, 40)
	ip[0], ip[6], ip[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(ip[4:], uint16(len(payload)))
	copy(ip[8:], []byte{0x20, 1, 0x0d, 0xb8, 15: 1})
	copy(ip[24:], []byte{0x20, 1, 0x0d, 0xb8, 15: 2})
	return append(append(append(outerEthernet(), 0x86, 0xdd), ip...), payload...)
}
