package frame

import (
	"encoding/binary"
	"net/netip"

	"spaniel/event"
)

// tcp reads a TCP header and fills the packet. wire is the segment's length
// by the IP header.
func (d *Decoder) tcp(b []byte, wire int, src, dst netip.Addr) event.FrameFate {
	if wire < 20 {
		return event.FrameMalformed
	}
	if len(b) < 20 {
		return event.FrameTruncated
	}
	head := int(b[12]>>4) * 4
	if head < 20 || head > wire {
		return event.FrameMalformed
	}
	if len(b) < head {
		return event.FrameTruncated
	}
	p := d.p
	p.Src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b))
	p.Dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	p.Seq, p.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	p.Flags = b[13]
	p.Window, p.Urgent = binary.BigEndian.Uint16(b[14:]), binary.BigEndian.Uint16(b[18:])
	p.options(b[20:head])
	p.Payload, p.WireLen = b[head:], wire-head
	skim := d.Skim
	if skim != nil && d.seen.none() {
		if fate := skim(p); fate != event.FrameStream {
			return fate
		}
		skim = nil
	}
	if len(b) == wire && !d.segmentRight(b, head, src, dst) {
		return event.FrameChecksum
	}
	if !d.cfg.KeepDuplicates && d.seen.again(p, b) {
		return event.FrameDuplicate
	}
	if skim != nil { // where the mirror doubles packets, each is to be counted once
		return skim(p)
	}
	return event.FrameStream
}

// options reads TCP options up to the first that makes no sense, as hosts
// do. MSS and window scale count in a SYN only (RFC 9293, RFC 7323).
func (p *Packet) options(b []byte) {
	for len(b) > 0 {
		if b[0] == 0 {
			return
		}
		if b[0] == 1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		o := b[:b[1]]
		switch {
		case o[0] == 2 && len(o) == 4 && p.Has(SYN):
			p.MSS = binary.BigEndian.Uint16(o[2:])
		case o[0] == 3 && len(o) == 3 && p.Has(SYN):
			p.WScale = int8(min(o[2], 14)) // larger counts as 14 (RFC 7323)
		case o[0] == 8 && len(o) == 10:
			p.HasTS, p.TSVal, p.TSEcr = true, binary.BigEndian.Uint32(o[2:]), binary.BigEndian.Uint32(o[6:])
		case o[0] == 19 && len(o) == 18:
			p.Signed = true
		}
		b = b[len(o):]
	}
}
