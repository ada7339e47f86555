package frame

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"spaniel/event"
)

// UDP ports that hold other packets.
const (
	portGTP    = 2152
	portTeredo = 3544
	portGRE    = 4754
	portVXLAN  = 4789
	portGPE    = 4790 // VXLAN with a protocol field
	portGENEVE = 6081
	portTZSP   = 37008
)

// overlay is what a UDP datagram holds.
type overlay uint8

const (
	overNone overlay = iota
	overVXLAN
	overGPE
	overGENEVE
	overGTP
	overGRE
	overTZSP
	overTeredo
)

// udp looks for the overlays that clouds, switches and mobile networks build;
// other datagrams are not read.
func (d *Decoder) udp(b []byte, src, dst netip.Addr) event.FrameFate {
	if len(b) < 16 {
		return d.shortUDP(b)
	}
	over := d.overlay(binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), b[8:])
	if over == overNone {
		return event.FrameNotTCP
	}
	if !d.enter(src, dst) {
		return event.FrameUnknownLink
	}
	b = b[8:]
	switch over {
	case overVXLAN, overGPE:
		return d.vxlan(b, over == overGPE)
	case overGENEVE:
		return d.geneve(b)
	case overGTP:
		return d.gtp(b)
	case overTZSP:
		return d.tzsp(b)
	case overTeredo:
		return d.teredo(b)
	}
	return d.gre(b)
}

// shortUDP judges a datagram too short for any overlay. One whose ports are
// cut off, or that goes to the port of an overlay, might have held one.
func (d *Decoder) shortUDP(b []byte) event.FrameFate {
	if !d.cut {
		return event.FrameNotTCP
	}
	if len(b) < 4 {
		return event.FrameTruncated
	}
	port := binary.BigEndian.Uint16(b[2:])
	switch port {
	case portVXLAN, portGPE, portGENEVE, portGTP, portGRE, portTZSP:
		return event.FrameTruncated
	}
	if d.cfg.Teredo && port == portTeredo || slices.Contains(d.cfg.VXLANPorts, port) {
		return event.FrameTruncated
	}
	return event.FrameNotTCP
}

// overlay tells by the ports what a datagram b holds. What does not look like
// the overlay of its port is an ordinary datagram.
func (d *Decoder) overlay(from, port uint16, b []byte) overlay {
	switch {
	case port == portVXLAN && b[0]&0x08 != 0: // the flag that says a VNI is there
		return overVXLAN
	case port == portGPE && b[0]&0x08 != 0:
		return overGPE
	case port == portGENEVE && b[0]>>6 == 0: // version 0
		return overGENEVE
	case port == portGTP && b[0]&0xf0 == 0x30 && b[1] == 0xff: // version 1, a user's packet
		return overGTP
	case port == portGRE:
		return overGRE
	case port == portTZSP && b[0] == 1 && b[1] <= 1 && b[2] == 0 && b[3] == 1: // version 1, an Ethernet frame
		return overTZSP
	case d.cfg.Teredo && (port == portTeredo || from == portTeredo):
		return overTeredo
	case b[0]&0x08 != 0 && slices.Contains(d.cfg.VXLANPorts, port):
		return overVXLAN
	}
	return overNone
}

// vxlan reads a VXLAN header (RFC 7348), with its protocol extension.
func (d *Decoder) vxlan(b []byte, extended bool) event.FrameFate {
	d.tenant(binary.BigEndian.Uint32(b[4:]) >> 8)
	if extended && b[0]&0x04 != 0 {
		switch b[3] {
		case 1:
			return d.ip4(b[8:])
		case 2:
			return d.ip6(b[8:])
		case 3:
		default:
			return event.FrameUnknownLink
		}
	}
	return d.ethernet(b[8:])
}

// geneve reads a GENEVE header (RFC 8926); its options are stepped over.
func (d *Decoder) geneve(b []byte) event.FrameFate {
	n := 8 + int(b[0]&0x3f)*4
	if len(b) < n {
		return d.short()
	}
	d.tenant(binary.BigEndian.Uint32(b[4:]) >> 8)
	return d.inner(binary.BigEndian.Uint16(b[2:]), b[n:])
}

// gtp reads a GTP-U header (3GPP TS 29.281). Its tunnel ids differ by
// direction: they are no VNI.
func (d *Decoder) gtp(b []byte) event.FrameFate {
	n := 8
	if b[0]&7 != 0 { // sequence number, N-PDU number, extensions
		n = 12
		for len(b) >= n && b[0]&4 != 0 && b[n-1] != 0 { // an extension ends in the next one's type
			if len(b) == n || b[n] == 0 {
				return event.FrameMalformed
			}
			n += int(b[n]) * 4
		}
	}
	if len(b) < n {
		return d.short()
	}
	return d.ip(b[n:])
}

// tzsp reads what wireless access points and routers send to who sniffs: a
// header of four bytes, tags, an Ethernet frame.
func (d *Decoder) tzsp(b []byte) event.FrameFate {
	for b = b[4:]; len(b) > 0; {
		switch kind := b[0]; {
		case kind == 1: // the last
			return d.ethernet(b[1:])
		case kind == 0: // padding, without a length
			b = b[1:]
		case len(b) < 2 || len(b) < 2+int(b[1]):
			return d.short()
		default:
			b = b[2+int(b[1]):]
		}
	}
	return d.short()
}

// teredo reads IPv6 in UDP (RFC 4380), behind an authentication and an origin
// indication where they are.
func (d *Decoder) teredo(b []byte) event.FrameFate {
	if len(b) >= 4 && b[0] == 0 && b[1] == 1 {
		n := 13 + int(b[2]) + int(b[3])
		if len(b) < n {
			return d.short()
		}
		b = b[n:]
	}
	if len(b) >= 8 && b[0] == 0 && b[1] == 0 {
		b = b[8:]
	}
	if len(b) == 0 || b[0]>>4 != 6 {
		return event.FrameNotTCP
	}
	return d.ip6(b)
}
