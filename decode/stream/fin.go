package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// fin handles a FIN by its sequence number, whatever the order of arrival.
func (t *Table) fin(f *flow, d event.Direction, p *frame.Packet) {
	h := &f.half[d]
	if f.closed {
		return
	}
	seq := p.Seq + uint32(max(p.WireLen, len(p.Payload)))
	if !h.started {
		// The first thing seen of this direction: it ended without a byte,
		// as far as we can tell.
		h.start(seq)
	}
	pos := h.position(seq)
	switch {
	case h.ended || h.finSeen:
		if pos != h.fin {
			t.raise(f, d, noteFIN, pos, 0, p.Stamp)
		}
		return
	case pos < h.pos, pos > h.pos+uint64(t.cfg.Window) && pos > h.acked, h.win != nil && h.win.has(pos):
		t.raise(f, d, noteFIN, pos, 0, p.Stamp)
		return
	}
	h.finSeen, h.fin, h.finSince = true, pos, p.Stamp.Clock
	if pos == h.pos {
		t.drain(f, d, p.Stamp)
		return
	}
	t.closeAcked(f, d, p.Stamp)
	if !f.closed {
		t.arm(f)
	}
}

// reset handles a RST. It counts only where the receiving host, too, is bound
// to believe it: at exactly the next byte (RFC 5961), or as the refusal of a
// SYN. Its payload is no stream data. One with a payload, or from elsewhere by
// its TTL, is not believed even there: should it be true, nothing follows, and
// the flow ends for want of packets.
func (t *Table) reset(f *flow, d event.Direction, p *frame.Packet) {
	t.fate(event.ByteBeyond, p.Payload)
	h, o := &f.half[d], &f.half[d.Reverse()]
	if !h.started {
		answers := p.Has(frame.ACK) && o.started &&
			(p.Ack == o.next || o.ended && p.Ack == o.next+1 || !f.opened && o.syn && t.acceptable(o, p.Ack))
		if answers || h.hinted && p.Seq == h.next {
			t.resetBy(f, d, p.Stamp)
			return
		}
		t.raise(f, d, noteRST, base, 0, p.Stamp)
		return
	}
	pos := h.position(p.Seq)
	if len(p.Payload) > 0 || p.WireLen > 0 || h.elsewhere(p) {
		f.shaken = true
		t.raise(f, d, noteRST, pos, len(p.Payload), p.Stamp)
		t.arm(f)
		return
	}
	switch {
	case pos == h.pos, h.ended && pos == h.pos+1, pos > h.pos && pos == h.acked:
		t.resetBy(f, d, p.Stamp)
	case h.ended && pos < h.pos:
		// A host that has closed answers late data with its old numbers.
	default:
		t.raise(f, d, noteRST, pos, 0, p.Stamp)
	}
}

// resetBy ends f by the RST that the sender of direction d sent.
func (t *Table) resetBy(f *flow, d event.Direction, at event.Stamp) {
	f.resetByLow = (d == event.ToServer) == f.clientLow
	if w := f.half[d.Reverse()].win; w != nil && !f.opened { // a SYN's payload, refused with it
		t.led.Stream[event.ByteBeyond] += uint64(t.discard(w))
	}
	t.close(f, endRST, true, at)
}
