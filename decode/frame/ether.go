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
	etherQinQ2 = 0x9100 // QinQ before it was a standard, also 0x9200 and 0x9300
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
		case etherVLAN, etherQinQ, etherQinQ2, etherQinQ2 + 0x100, etherQinQ2 + 0x200:
			if tags == maxTags {
				return event.FrameUnknownLink
			}
			if len(b) < 4 {
				return d.short()
			}
			d.tag(binary.BigEndian.Uint16(b) & 0xfff)
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
		switch {
		case kind < etherMin:
			return d.llc(b)
		case tagged(b): // of a type no standard names
			kind = etherVLAN
			continue
		}
		return event.FrameNotIP
	}
}

// tag notes a VLAN id. One of 0 carries a priority only.
func (d *Decoder) tag(id uint16) {
	switch {
	case d.cfg.JoinVLANs:
	case d.p.VLAN == 0:
		d.p.VLAN = id
	case id != 0:
		d.p.Inner = d.p.Inner<<12 | uint32(id)
	}
}

// tagged reports whether b, behind an unknown EtherType, is a VLAN tag with an
// IP packet in it. Switches can be told to use any type for a tag, so what
// stands within must tell: a header whose length fits and, in IPv4, whose
// checksum is right.
func tagged(b []byte) bool {
	for tags := 1; len(b) >= 24 && tags <= maxTags; tags++ {
		kind, ip := binary.BigEndian.Uint16(b[2:]), b[4:]
		switch kind {
		case etherIPv4:
			head := int(ip[0]&15) * 4
			return ip[0]>>4 == 4 && head >= 20 && head <= len(ip) && int(binary.BigEndian.Uint16(ip[2:])) <= len(ip) && fold(sum64(0, ip[:head])) == 0xffff
		case etherIPv6:
			return ip[0]>>4 == 6 && int(binary.BigEndian.Uint16(ip[4:]))+40 <= len(ip)
		case etherVLAN, etherQinQ, etherQinQ2:
			b = ip
		default:
			return false
		}
	}
	return false
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
