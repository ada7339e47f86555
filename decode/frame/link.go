package frame

import (
	"encoding/binary"

	"spaniel/event"
)

// Link types that are read, by their LINKTYPE_ value.
const (
	linkNull     = 0   // BSD loopback, byte order of the capturing host
	linkEthernet = 1   // Ethernet
	linkPPP      = 9   // PPP, HDLC's framing or none
	linkRaw12    = 12  // raw IP in captures from most systems
	linkRaw14    = 14  // raw IP in captures from OpenBSD
	linkPPPHDLC  = 50  // PPP in HDLC's framing
	linkRaw      = 101 // raw IP
	linkLoop     = 108 // OpenBSD loopback, network byte order
	linkSLL      = 113 // Linux cooked v1
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276 // Linux cooked v2
)

// Reads reports whether frames of the link type can be decoded.
func Reads(link uint16) bool {
	switch link {
	case linkNull, linkEthernet, linkPPP, linkPPPHDLC, linkRaw12, linkRaw14, linkRaw, linkLoop, linkSLL, linkIPv4, linkIPv6, linkSLL2,
		linkWiFi, linkRadiotap, linkPPI:
		return true
	}
	return false
}

// link reads the link header of the whole frame b.
func (d *Decoder) link(link uint16, b []byte) event.FrameFate {
	switch link {
	case linkEthernet:
		return d.ethernet(b)
	case linkRaw, linkRaw12, linkRaw14:
		return d.ip(b)
	case linkIPv4:
		return d.ip4(b)
	case linkIPv6:
		return d.ip6(b)
	case linkNull, linkLoop:
		return d.loopback(b)
	case linkPPP, linkPPPHDLC:
		return d.ppp(b)
	case linkSLL:
		return d.cooked(b, 16, 2, 14)
	case linkSLL2:
		return d.cooked(b, 20, 8, 0)
	case linkWiFi:
		return d.wifi(b, false)
	case linkRadiotap:
		return d.radiotap(b)
	case linkPPI:
		return d.ppi(b)
	}
	return event.FrameUnknownLink
}

func (d *Decoder) ethernet(b []byte) event.FrameFate {
	if len(b) < 14 {
		return d.short()
	}
	d.mac = b[6:12]
	return d.ether(binary.BigEndian.Uint16(b[12:]), b[14:])
}

// loopback has a family of the capturing system's; for link type 0 also in
// its byte order, so either order is taken.
func (d *Decoder) loopback(b []byte) event.FrameFate {
	if len(b) < 4 {
		return d.short()
	}
	family := binary.BigEndian.Uint32(b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	switch family {
	case 2: // AF_INET everywhere
		return d.ip4(b[4:])
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS
		return d.ip6(b[4:])
	}
	return event.FrameNotIP
}

// cooked reads a Linux cooked header of n bytes, whose hardware type and
// protocol are at the given places.
func (d *Decoder) cooked(b []byte, n, hardware, protocol int) event.FrameFate {
	if len(b) < n {
		return d.short()
	}
	if binary.BigEndian.Uint16(b[hardware:]) == 824 { // ARPHRD_NETLINK: the protocol is a netlink family
		return event.FrameNotIP
	}
	return d.ether(binary.BigEndian.Uint16(b[protocol:]), b[n:])
}
