package frame

import (
	"encoding/binary"

	"spaniel/event"
)

// What GRE holds beside EtherTypes.
const (
	etherBridged = 0x6558 // a whole Ethernet frame
	greERSPAN    = 0x88be // types I and II: a switch's mirrored frames
	greERSPAN3   = 0x22eb // type III
	grePPP       = 0x880b // PPTP
)

// gre reads a GRE header (RFC 1701, 2784, 2890; version 1 is PPTP's, RFC 2637).
func (d *Decoder) gre(b []byte) event.FrameFate {
	if len(b) < 4 {
		return d.short()
	}
	flags, kind := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	version := flags & 7
	if version > 1 {
		return event.FrameUnknownLink
	}
	n := 4
	if flags&0xc000 != 0 { // checksum and offset of the source route
		n += 4
	}
	keyAt := n
	for _, bit := range [2]uint16{0x2000, 0x1000} { // key, sequence number
		if flags&bit != 0 {
			n += 4
		}
	}
	if version == 1 && flags&0x0080 != 0 { // acknowledgement
		n += 4
	}
	if len(b) < n {
		return d.short()
	}
	if flags&0x2000 != 0 && version == 0 { // PPTP's differs by direction
		d.tenant(binary.BigEndian.Uint32(b[keyAt:]))
	}
	b = b[n:]
	if flags&0x4000 != 0 {
		var ok bool
		if b, ok = afterRoute(b); !ok {
			return d.short()
		}
	}
	switch kind {
	case greERSPAN:
		if flags&0x1000 == 0 { // type I has no header and no sequence number
			return d.ethernet(b)
		}
		return d.erspan(b, 8)
	case greERSPAN3:
		if len(b) >= 12 && b[11]&1 != 0 { // a platform's subheader follows
			return d.erspan(b, 20)
		}
		return d.erspan(b, 12)
	case grePPP:
		return d.ppp(b)
	}
	if kind&greArubaMask == greAruba {
		return d.wifi(b, false)
	}
	return d.inner(kind, b)
}

// afterRoute steps over the source route of RFC 1701: entries of an address
// family, an offset and a length, up to an entry without either.
func afterRoute(b []byte) (rest []byte, ok bool) {
	for len(b) >= 4 {
		family, n := binary.BigEndian.Uint16(b), int(b[3])
		if b = b[4:]; family == 0 && n == 0 {
			return b, true
		}
		if n > len(b) {
			break
		}
		b = b[n:]
	}
	return nil, false
}

// erspan steps over the switch's header. Its session id names the mirror, not
// the tenant, and may differ by direction: it is no VNI.
func (d *Decoder) erspan(b []byte, n int) event.FrameFate {
	if len(b) < n {
		return d.short()
	}
	return d.ethernet(b[n:])
}

// ppp reads a PPP frame, with or without HDLC's address and control.
func (d *Decoder) ppp(b []byte) event.FrameFate {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b = b[2:]
	}
	if len(b) < 1 {
		return d.short()
	}
	kind := uint16(b[0])
	if kind&1 != 0 { // compressed to one byte
		b = b[1:]
	} else {
		if len(b) < 2 {
			return d.short()
		}
		kind, b = binary.BigEndian.Uint16(b), b[2:]
	}
	switch kind {
	case 0x21:
		return d.ip4(b)
	case 0x57:
		return d.ip6(b)
	}
	return event.FrameNotIP
}
