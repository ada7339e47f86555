package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// maxAhead is how far an acknowledgement may run ahead of what was seen and
// still be believed: 64 MiB, half a second of loss at 1 Gbit/s. A stray number
// is believed once in 64 times.
const maxAhead = 64 << 20

// maxAside is how far from its sender's place a segment may be and still
// acknowledge what was not seen: its last window on the way, or one that the
// mirror lost.
const maxAside = 64 << 10

// vouches reports whether p can be trusted to acknowledge bytes of direction d
// that were not seen. Such a word closes holes for good, so it must come from
// where the receiver is: at its numbers, by its route.
func (f *flow) vouches(d event.Direction, p *frame.Packet) bool {
	o := &f.half[d.Reverse()]
	if !o.started {
		return true
	}
	n := int64(int32(p.Seq - o.next))
	return n >= -maxAside && n <= maxAside && !o.elsewhere(p)
}

// ack notes what p, from the peer, acknowledges of direction d, and offers.
func (t *Table) ack(f *flow, d event.Direction, p *frame.Packet) {
	h, ack := &f.half[d], p.Ack
	if !h.started {
		// The first answer to a SYN/ACK we missed says where the peer starts:
		// its sender has sent nothing yet, so neither was anything received.
		if o := &f.half[d.Reverse()]; o.syn && o.pos == base && d == event.ToClient {
			h.start(ack)
		} else {
			h.next, h.hinted = ack, true
		}
		return
	}
	pos := h.position(ack)
	if pos > h.pos+maxAhead {
		return
	}
	if pos > h.pos && !f.vouches(d, p) {
		return
	}
	f.offer(d, pos, p)
	if pos <= h.acked {
		return
	}
	h.acked = pos
	if h.ended && pos > h.fin+1 && !f.closed {
		t.reopen(f, d, p.Stamp)
	}
	if pos >= h.pos && h.kept != nil {
		t.forget(h)
	}
	if h.win != nil || h.finSeen || h.stray != nil {
		t.closeAcked(f, d, p.Stamp)
	}
}
