package frame

import (
	"encoding/binary"
	"net/netip"

	"spaniel/event"
)

// UDP ports that hold other packets.
const (
	portGTP    = 2152
	portGRE    = 4754
	portVXLAN  = 4789
	portGPE    = 4790 // VXLAN with a protocol field
	portGENEVE = 6081
)

// udp looks for the overlays that clouds, switches and mobile networks build;
// other datagrams are not read. What does not look like the overlay of its
// port is an ordinary datagram.
func (d *Decoder) udp(b []byte, src, dst netip.Addr) event.FrameFate {
	if len(b) < 16 {
		return event.FrameNotTCP
	}
	port, b := binary.BigEndian.Uint16(b[2:]), b[8:]
	switch {
	case (port == portVXLAN || port == portGPE) && b[0]&0x08 != 0: // the flag that says a VNI is there
	case port == portGENEVE && b[0]>>6 == 0: // version 0
	case port == portGTP && b[0]&0xf0 == 0x30 && b[1] == 0xff: // version 1, a user's packet
	case port == portGRE:
	default:
		return event.FrameNotTCP
	}
	if !d.enter(src, dst) {
		return event.FrameUnknownLink
	}
	switch port {
	case portVXLAN, portGPE:
		return d.vxlan(b, port == portGPE)
	case portGENEVE:
		return d.geneve(b)
	case portGTP:
		return d.gtp(b)
	}
	return d.gre(b)
}

// vxlan reads a VXLAN header (RFC 7348), with its protocol extension.
func (d *Decoder) vxlan(b []byte, extended bool) event.FrameFate {
	d.p.VNI = binary.BigEndian.Uint32(b[4:]) >> 8
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
	d.p.VNI = binary.BigEndian.Uint32(b[4:]) >> 8
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
