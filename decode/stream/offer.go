package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// minBeyond is how far past what its receiver offered a segment must begin, at
// least, to be taken for one that the receiver drops: packets with newer
// offers may have been missed.
const minBeyond = 16 << 10

// offer notes the window that p offers to the sender of direction d, up to
// whose position pos it acknowledges. Without both SYNs the scale is unknown;
// and a SYN's own offer is left out, since a receiver of which no more is seen
// says nothing about what it takes.
func (f *flow) offer(d event.Direction, pos uint64, p *frame.Packet) {
	h, o := &f.half[d], &f.half[d.Reverse()]
	if !h.syn || !o.syn || p.Flags&frame.SYN != 0 {
		return
	}
	n := uint64(p.Window)
	if h.wscale >= 0 && o.wscale >= 0 {
		n <<= uint8(o.wscale)
	}
	h.offered = max(h.offered, pos+n)
}

// outside reports whether pos lies far beyond what the receiver offered: more
// than the window again.
func (h *half) outside(pos uint64) bool {
	if h.offered == 0 || pos <= h.offered {
		return false
	}
	return pos-h.offered > max(h.offered-min(h.acked, h.offered), minBeyond)
}
