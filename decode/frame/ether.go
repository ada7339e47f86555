package frame

import (
	"encoding/binary"

	"spaniel/event"
)

// EtherTypes that are read.
const (
	etherIPv4  = 0x0800
	etherIPv6  = 0x86dd
	etherVLAN  = 0x8100
	etherQinQ  = 0x88a8
	etherQinQ2 = 0x9100 // QinQ before it was a standard
	etherMin   = 0x0600 // below it is a length (802.3)
)

// maxTags is how many VLAN tags a frame may carry: two in the standards, and
// as many again for a mirror that adds its own.
const maxTags = 4

// ether reads what an EtherType announces.
func (d *Decoder) ether(kind uint16, b []byte) event.FrameFate {
	for tags := 0; ; tags++ {
		switch kind {
		case etherIPv4:
			return d.ip4(b)
		case etherIPv6:
			return d.ip6(b)
		case etherVLAN, etherQinQ, etherQinQ2:
			if tags == maxTags {
				return event.FrameUnknownLink
			}
			if len(b) < 4 {
				return d.short()
			}
			// A tag with id 0 carries a priority only. The outermost id stays.
			if id := binary.BigEndian.Uint16(b) & 0xfff; d.p.VLAN == 0 && !d.cfg.JoinVLANs {
				d.p.VLAN = id
			}
			kind, b = binary.BigEndian.Uint16(b[2:]), b[4:]
			continue
		case etherMPLS, etherMPLS2:
			return d.mpls(b)
		case etherPPPoE:
			return d.pppoe(b)
		case etherARP:
			d.arp(b)
			return event.FrameNotIP
		}
		if kind < etherMin {
			return d.llc(b)
		}
		return event.FrameNotIP
	}
}

// llc reads an 802.3 or 802.11 frame: IP in SNAP is rare in the first, where
// spanning tree is common, and the rule in the other.
func (d *Decoder) llc(b []byte) event.FrameFate {
	if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 || b[3]|b[4]|b[5] != 0 {
		return event.FrameNotIP
	}
	switch binary.BigEndian.Uint16(b[6:]) {
	case etherIPv4:
		return d.ip4(b[8:])
	case etherIPv6:
		return d.ip6(b[8:])
	case etherARP:
		d.arp(b[8:])
	}
	return event.FrameNotIP
}
