package frame

import (
	"net/netip"

	"spaniel/event"
)

// Of ICMPv6: neighbour discovery (RFC 4861), which hosts believe only with a
// hop limit that no router let through.
const (
	protoICMPv6       = 58
	icmpSolicitation  = 135
	icmpAdvertisement = 136
	ndHopLimit        = 255

	optSourceMAC = 1
	optTargetMAC = 2
)

// neighbour reads a solicitation, whose source claims the MAC in it, or an
// advertisement, which claims it for the target.
func (d *Decoder) neighbour(b []byte, src, dst netip.Addr) {
	if len(b) < 24 || d.p.TTL != ndHopLimit || b[1] != 0 {
		return
	}
	target := netip.AddrFrom16([16]byte(b[8:]))
	c, whom, option := claim{kind: "ndp", op: "solicitation", who: src}, target, byte(optSourceMAC)
	switch b[0] {
	case icmpSolicitation:
	case icmpAdvertisement:
		c.op, c.who, whom, option = "advertisement", target, dst, optTargetMAC
		c.all = dst.IsMulticast()
	default:
		return
	}
	var ok bool
	if c.mac, ok = linkAddress(b[24:], option); !ok {
		if d.mac == nil {
			return
		}
		c.mac = [6]byte(d.mac) // left out where it says nothing new
	}
	flags := b[4]
	d.claimed(c, whom, func() (f []event.Header) {
		if c.op == "advertisement" {
			for i, name := range []string{"router", "solicited", "override"} {
				if flags&(0x80>>i) != 0 {
					f = append(f, event.Header{Name: name, Value: "true"})
				}
			}
		}
		return f
	})
}

// linkAddress returns the MAC in the first option of the kind.
func linkAddress(b []byte, kind byte) (mac [6]byte, ok bool) {
	for len(b) >= 8 && b[1] > 0 {
		if b[0] == kind && b[1] == 1 {
			return [6]byte(b[2:]), true
		}
		b = b[min(len(b), 8*int(b[1])):]
	}
	return mac, false
}
