package frame

import (
	"encoding/binary"
	"net/netip"

	"spaniel/decode/defrag"
	"spaniel/event"
)

// IPv6 extension headers.
const (
	extHopByHop = 0
	extRouting  = 43
	extFragment = 44
	extAH       = 51
	extOptions  = 60
	extMobility = 135
	extHIP      = 139
	extShim6    = 140
)

// maxExtensions bounds the chain of extension headers. RFC 8200 knows seven
// in their order; more is an attempt to hide what follows.
const maxExtensions = 8

// The names of the anomalies this package reports.
const (
	// AnomalyChain: more extension headers than any host sends.
	AnomalyChain = "ipv6_header_chain"
	// AnomalyAtomic: a fragment that is the whole datagram.
	AnomalyAtomic = "ipv6_atomic_fragment"
	// AnomalyJumbo: a jumbo payload option.
	AnomalyJumbo = "ipv6_jumbo"
)

// ip6 reads an IPv6 header and what follows.
func (d *Decoder) ip6(b []byte) event.FrameFate {
	if len(b) < 40 {
		return d.short()
	}
	if b[0]>>4 != 6 {
		return event.FrameMalformed
	}
	src, dst := netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	d.p.TTL, d.p.IPID = b[7], 0
	wire, next := int(binary.BigEndian.Uint16(b[4:])), b[6]
	b = b[40:]
	if wire == 0 && next != 59 { // segmentation offload, or a jumbogram
		wire = len(b)
	}
	if len(b) > wire {
		b = b[:wire] // Ethernet's padding
	}
	return d.chain(next, b, wire, 0, 0, src, dst)
}

// chain walks extension headers up to TCP. seen counts them, also over
// reassembly; before is how many bytes of them there were in this packet.
func (d *Decoder) chain(next byte, b []byte, wire, seen, before int, src, dst netip.Addr) event.FrameFate {
	for ; ; seen++ {
		unit := 8
		switch next {
		case extHopByHop, extRouting, extOptions, extMobility, extHIP, extShim6:
		case extAH:
			unit = 4
		case extFragment:
			unit = 0
		default:
			return d.transport(next, b, wire, src, dst)
		}
		if seen == maxExtensions {
			d.anomaly(AnomalyChain, "more than 8 extension headers", src, dst)
			return event.FrameMalformed
		}
		if wire < 8 {
			return event.FrameMalformed
		}
		if len(b) < 8 {
			return event.FrameTruncated
		}
		if next == extFragment {
			return d.fragment6(b, wire, seen+1, before, src, dst)
		}
		n := 8 + int(b[1])*unit
		if next == extHopByHop && b[2] == 0xc2 {
			d.anomaly(AnomalyJumbo, "jumbo payload option", src, dst)
		}
		if n > wire {
			return event.FrameMalformed
		}
		if n > len(b) {
			return event.FrameTruncated
		}
		next, b, wire, before = b[0], b[n:], wire-n, before+n
	}
}

// fragment6 reads a fragment header and hands the fragment on.
func (d *Decoder) fragment6(b []byte, wire, seen, before int, src, dst netip.Addr) event.FrameFate {
	bits := binary.BigEndian.Uint16(b[2:])
	id := binary.BigEndian.Uint32(b[4:])
	next, data := b[0], b[8:]
	if bits&0xfff9 == 0 { // RFC 6946: handled alone, never mixed with others
		d.anomaly(AnomalyAtomic, "a fragment header on a whole datagram", src, dst)
		return d.chain(next, data, wire-8, seen, before+8, src, dst)
	}
	if len(b) < wire {
		return event.FrameTruncated
	}
	d.frag = defrag.Fragment{
		Key:    defrag.Key{Src: src, Dst: dst, ID: id, VLAN: d.p.VLAN, Inner: d.p.Inner, VNI: d.p.VNI, Depth: d.depth},
		Offset: int(bits &^ 7), More: bits&1 != 0, Before: before,
		Next: next, TTL: d.p.TTL, Data: data,
	}
	fate, whole := d.fragment()
	if fate != event.FrameStream {
		return fate
	}
	return d.chain(whole.Next, whole.Data, len(whole.Data), seen, 0, src, dst)
}
