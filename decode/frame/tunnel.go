package frame

import (
	"net/netip"

	"spaniel/event"
)

// maxNesting is how many tunnels may lie inside one another. A mirror's own
// ERSPAN or VXLAN around an overlay around a provider's tunnel makes three.
const maxNesting = 4

// AnomalyNesting is a frame with more tunnels inside one another than
// anybody builds.
const AnomalyNesting = "tunnel_nesting"

// IP protocols that hold other packets.
const (
	protoIPIP = 4
	protoUDP  = 17
	protoIPv6 = 41
	protoGRE  = 47
)

// carried reports whether a protocol is, or may hold, TCP.
func carried(proto byte) bool {
	switch proto {
	case protoTCP, protoIPIP, protoUDP, protoIPv6, protoGRE:
		return true
	}
	return false
}

// transport reads what an IP header announces. wire is how many bytes it is
// by that header, which may be more than b has.
func (d *Decoder) transport(proto byte, b []byte, wire int, src, dst netip.Addr) event.FrameFate {
	if proto == protoTCP {
		return d.tcp(b, wire, src, dst)
	}
	d.cut = d.cut || len(b) < wire
	switch proto {
	case protoUDP:
		return d.udp(b, src, dst)
	case protoICMPv6:
		d.neighbour(b, src, dst)
	case protoIPIP, protoIPv6, protoGRE:
		if !d.enter(src, dst) {
			return event.FrameUnknownLink
		}
	}
	switch proto {
	case protoIPIP:
		return d.ip4(b)
	case protoIPv6:
		return d.ip6(b)
	case protoGRE:
		return d.gre(b)
	}
	return event.FrameNotTCP
}

// enter counts one more encapsulation and reports whether that is allowed.
func (d *Decoder) enter(src, dst netip.Addr) bool {
	if d.depth == maxNesting {
		d.anomaly(AnomalyNesting, "more than 4 tunnels inside one another", src, dst)
		return false
	}
	d.depth++
	return true
}

// tenant notes a tunnel's id that tells tenants apart.
func (d *Decoder) tenant(id uint32) {
	if !d.cfg.JoinTunnels {
		d.p.VNI = id
	}
}

// inner reads what GRE's and GENEVE's protocol field announces: an
// EtherType, never a length.
func (d *Decoder) inner(kind uint16, b []byte) event.FrameFate {
	switch {
	case kind == etherBridged:
		return d.ethernet(b)
	case kind < etherMin:
		return event.FrameNotIP
	}
	return d.ether(kind, b)
}
