package frame

import "net/netip"

// manyGood segments with payload and a right checksum must have come for each
// wrong one, before a wrong one counts as broken and not as one that a card
// fills in, or that somebody edited.
const manyGood = 8

// longest is the longest segment an Ethernet brings. A longer one was joined
// from several by the capturing host, which leaves the first one's checksum.
const longest = 1480

// headerRight judges the IPv4 header b and reports whether its packet is read.
func (d *Decoder) headerRight(b []byte, src, dst netip.Addr) bool {
	if d.cfg.Checksums == Ignore {
		return true
	}
	right := fold(sum64(0, b)) == 0xffff
	if d.cfg.Checksums == Verify {
		return right
	}
	if right {
		return true // not noted: a host whose segments are right has right headers
	}
	s := d.senders.of(src, d.p)
	if s.good > manyGood*s.badHeaders+1 {
		d.badChecksum(s, "of the IPv4 header", src, dst)
		return false
	}
	s.badHeaders++
	d.offloads(s, "no right checksum of an IPv4 header", src, dst)
	return true
}

// segmentRight judges the whole TCP segment b, of which head bytes are its header,
// and reports whether it is read.
func (d *Decoder) segmentRight(b []byte, head int, src, dst netip.Addr) bool {
	more := len(b) > head
	if d.cfg.Checksums == Ignore {
		return true
	}
	ps := pseudo(src, dst)
	n := lengthWord(len(b))
	right := fold(sum64(add(ps, n), b)) == 0xffff
	if right && more { // all ones: the payload has what the rest lacks
		d.p.sum, d.p.summed = folded(uint64(^fold(sum64(add(ps, n), b[:head])))), true
	}
	if d.cfg.Checksums == Verify {
		return right
	}
	d.senders.checked++
	if right && !more {
		// Empty segments prove nothing: a kernel fills in some of them itself,
		// and captures made anonymous have all of theirs right.
		return true
	}
	s := d.senders.of(src, d.p)
	if right {
		s.good++
		return true
	}
	// No card joins fragments: what came in them has the checksum its sender gave it.
	joined := !d.pieced() && (len(b) > longest || d.senders.merged() && unfilled(b, ps, n))
	switch {
	case s.good > manyGood*s.bad+1 && !joined:
		d.badChecksum(s, "of the TCP segment", src, dst)
		return false
	case s.good > 0 && !joined:
		d.badChecksum(s, "of the TCP segment; it was read", src, dst)
	default:
		d.offloads(s, "no right checksum of TCP", src, dst)
	}
	s.bad++
	d.senders.unfilled++
	return true
}

// pieced reports whether the segment came in fragments: in this very frame the
// last of them arrived.
func (d *Decoder) pieced() bool { return d.frag.Key.Src.IsValid() && d.frag.Stamp == d.p.Stamp }

// unfilled reports whether the checksum field of b holds what a kernel leaves
// there for its card to complete: the sum of the pseudo header ps, with the
// length n or without.
func unfilled(b []byte, ps, n uint64) bool {
	field := uint16(b[16]) | uint16(b[17])<<8
	return field == fold(ps) || field == fold(add(ps, n))
}
