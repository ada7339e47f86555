package frame

import (
	"encoding/binary"
	"net/netip"

	"spaniel/decode/defrag"
	"spaniel/event"
)

const protoTCP = 6

// ip reads an IP packet of either version.
func (d *Decoder) ip(b []byte) event.FrameFate {
	if len(b) == 0 {
		return d.short()
	}
	switch b[0] >> 4 {
	case 4:
		return d.ip4(b)
	case 6:
		return d.ip6(b)
	}
	return event.FrameNotIP
}

// ip4 reads an IPv4 header and what follows.
func (d *Decoder) ip4(b []byte) event.FrameFate {
	if len(b) < 20 {
		return d.short()
	}
	head, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if b[0]>>4 != 4 || head < 20 {
		return event.FrameMalformed
	}
	if total == 0 { // segmentation offload: the card fills it in later
		total = len(b)
	}
	if total < head {
		return event.FrameMalformed
	}
	if len(b) > total {
		b = b[:total] // Ethernet's padding
	}
	if len(b) < head {
		return event.FrameTruncated
	}
	src, dst := netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	if !d.headerRight(b[:head], src, dst) {
		return event.FrameChecksum
	}
	d.p.TTL, d.p.IPID = b[8], binary.BigEndian.Uint16(b[4:])
	if bits := binary.BigEndian.Uint16(b[6:]); bits&0x3fff != 0 {
		return d.fragment4(b, head, total, bits, src, dst)
	}
	return d.transport(b[9], b[head:], total-head, src, dst)
}

// fragment4 hands a fragment on; bits is its flags and offset. Whether it
// may not be fragmented (DF) is the sender's contradiction, hosts do not care.
func (d *Decoder) fragment4(b []byte, head, total int, bits uint16, src, dst netip.Addr) event.FrameFate {
	if !carried(b[9]) {
		return event.FrameNotTCP // nothing in it for us: hold no memory
	}
	if len(b) < total {
		return event.FrameTruncated
	}
	d.frag = defrag.Fragment{
		Key:    defrag.Key{Src: src, Dst: dst, ID: uint32(d.p.IPID), Proto: b[9], VLAN: d.p.VLAN, Inner: d.p.Inner, VNI: d.p.VNI, Depth: d.depth},
		Offset: int(bits&0x1fff) * 8, More: bits&0x2000 != 0, Before: head,
		Next: b[9], TTL: b[8], Data: b[head:],
	}
	fate, whole := d.fragment()
	if fate != event.FrameStream {
		return fate
	}
	return d.transport(whole.Next, whole.Data, len(whole.Data), src, dst)
}

// fragment hands d.frag to the reassembler. FrameStream means that the
// datagram is whole.
func (d *Decoder) fragment() (event.FrameFate, *defrag.Datagram) {
	d.frag.Stamp = d.p.Stamp
	if !d.cfg.KeepDuplicates && d.seen.fragment(d.p, &d.frag) {
		d.frag.Data = nil
		return event.FrameDuplicate, nil
	}
	fate := d.frags.Add(&d.frag, &d.whole)
	d.frag.Data = nil
	switch fate {
	case defrag.Held:
		return event.FrameFragment, nil
	case defrag.Dropped:
		return event.FrameFragDropped, nil
	}
	d.p.TTL = d.whole.TTL
	d.parts = append(d.parts, d.whole.Frames...)
	return event.FrameStream, &d.whole
}
