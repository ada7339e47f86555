package frame

import (
	"encoding/binary"
	"net"
	"net/netip"

	"spaniel/event"
)

const etherARP = 0x0806

// arp reads an ARP packet of Ethernet and IPv4; others claim nothing.
func (d *Decoder) arp(b []byte) {
	const ethernetIPv4 = 1<<48 | 0x0800<<32 | 6<<24 | 4<<16
	if len(b) < 28 || binary.BigEndian.Uint64(b)&^0xffff != ethernetIPv4 {
		return
	}
	c := claim{kind: "arp", mac: [6]byte(b[8:])}
	who, whom := netip.AddrFrom4([4]byte(b[14:])), netip.AddrFrom4([4]byte(b[24:]))
	switch binary.BigEndian.Uint16(b[6:]) {
	case 1:
		c.op = "request"
		if who.IsUnspecified() { // RFC 5227: is the address free?
			c.op = "probe"
		}
	case 2:
		c.op = "reply"
	default:
		return
	}
	c.who, c.all = who, who == whom
	d.claimed(c, whom, func() []event.Header {
		if target := [6]byte(b[18:]); target != [6]byte{} {
			return []event.Header{{Name: "target_mac", Value: net.HardwareAddr(target[:]).String()}}
		}
		return nil
	})
}
