package wiretest

import (
	"encoding/binary"
	"slices"

	"spaniel/event"
)

// TunnelKind names an encapsulation.
type TunnelKind int

// The encapsulations Tunnel knows.
const (
	GRE    TunnelKind = iota // the IP packet in GRE with a key, over IPv4
	VXLAN                    // the Ethernet frame in UDP port 4789
	GENEVE                   // the Ethernet frame in UDP port 6081, with one option
	MPLS                     // two labels over Ethernet
	PPPoE                    // a PPPoE session over Ethernet
	IPIP                     // the IP packet in IPv4
)

// Tunnel wraps every Ethernet frame. vni is the tunnel's id: GRE's key, the
// VXLAN and GENEVE network, the outer MPLS label, the PPPoE session.
func Tunnel(frames []event.Frame, kind TunnelKind, vni uint32) []event.Frame {
	out := slices.Clone(frames)
	for i, f := range out {
		at, ether := ethernetPayload(f.Data)
		head, body, ok := splitIP(f.Data[at:], ether)
		if ok {
			ip := append(slices.Clone(head), body...)
			out[i] = withData(f, wrap(kind, vni, ether, f.Data, ip))
		}
	}
	return Number(out)
}

func wrap(kind TunnelKind, vni uint32, ether uint16, frame, ip []byte) []byte {
	switch kind {
	case GRE:
		b := binary.BigEndian.AppendUint16([]byte{0x20, 0}, ether)
		return outerIPv4(47, append(binary.BigEndian.AppendUint32(b, vni), ip...))
	case VXLAN:
		b := binary.BigEndian.AppendUint32([]byte{8, 0, 0, 0}, vni<<8)
		return outerIPv4(17, udp(4789, append(b, frame...)))
	case GENEVE:
		b := binary.BigEndian.AppendUint32([]byte{2, 0, 0x65, 0x58}, vni<<8)
		b = append(b, 1, 2, 3, 1, 0xde, 0xad, 0xbe, 0xef) // class 0x0102, type 3, four bytes
		return outerIPv4(17, udp(6081, append(b, frame...)))
	case MPLS:
		b := append(outerEthernet(), 0x88, 0x47)
		b = binary.BigEndian.AppendUint32(b, vni<<12|64)
		b = binary.BigEndian.AppendUint32(b, 17<<12|1<<8|64)
		return append(b, ip...)
	case PPPoE:
		b := append(outerEthernet(), 0x88, 0x64, 0x11, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(vni))
		b = binary.BigEndian.AppendUint16(b, uint16(len(ip)+2))
		ppp := uint16(0x21)
		if ether == etherIPv6 {
			ppp = 0x57
		}
		return append(binary.BigEndian.AppendUint16(b, ppp), ip...)
	}
	proto := byte(4)
	if ether == etherIPv6 {
		proto = 41
	}
	return outerIPv4(proto, ip)
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
