package frame

import (
	"encoding/binary"
	"net/netip"

	"spaniel/event"
)

// Encapsulations with an EtherType of their own.
const (
	etherMPLS  = 0x8847
	etherMPLS2 = 0x8848 // multicast, or upstream-assigned
	etherPPPoE = 0x8864 // session; discovery holds no packets
)

// maxLabels bounds an MPLS stack.
const maxLabels = 8

// mpls steps over a stack of labels. What follows says nothing about itself,
// so its first four bits decide, as routers do. Labels differ by direction:
// they are no VNI.
func (d *Decoder) mpls(b []byte) event.FrameFate {
	if !d.enter(netip.Addr{}, netip.Addr{}) {
		return event.FrameUnknownLink
	}
	for labels := 0; ; labels++ {
		if labels == maxLabels {
			return event.FrameUnknownLink
		}
		if len(b) < 4 {
			return d.short()
		}
		bottom := b[2]&1 != 0
		b = b[4:]
		if bottom {
			break
		}
	}
	if len(b) == 0 {
		return d.short()
	}
	switch b[0] >> 4 {
	case 4:
		return d.ip4(b)
	case 6:
		return d.ip6(b)
	case 0: // a pseudowire's control word, then an Ethernet frame
		if len(b) < 4 {
			return d.short()
		}
		return d.ethernet(b[4:])
	}
	return d.ethernet(b) // a pseudowire without control word
}

// pppoe reads a PPPoE session's packet (RFC 2516).
func (d *Decoder) pppoe(b []byte) event.FrameFate {
	if len(b) < 6 {
		return d.short()
	}
	if b[0] != 0x11 || b[1] != 0 {
		return event.FrameMalformed
	}
	if !d.enter(netip.Addr{}, netip.Addr{}) {
		return event.FrameUnknownLink
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	b = b[6:]
	if len(b) > n {
		b = b[:n] // Ethernet's padding
	}
	return d.ppp(b)
}
