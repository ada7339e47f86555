package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// maxForeign is how far past all that was seen of its receiver a segment may
// acknowledge and still be read: 1 MiB, a window that the mirror lost.
const maxForeign = 1 << 20

// acknowledges reports whether the receiver of p, which is neither SYN nor
// RST, reads it: hosts drop what acknowledges nothing, or what they never
// sent. Without that, bytes that only a monitor reads would be put in their
// place. What p brings has found its fate if not.
func (t *Table) acknowledges(f *flow, d event.Direction, p *frame.Packet) bool {
	h := &f.half[d]
	var note string
	switch {
	case p.Flags&frame.ACK == 0 && !h.syn && f.ev.Packets[d.Reverse()] == 0 && !p.Has(frame.FIN):
		// Lone segments: made by hand, and nothing else is there to read.
		if !h.started && len(p.Payload) > 0 {
			t.raise(f, d, noteNoACK, base, len(p.Payload), p.Stamp)
		}
		return true
	case p.Flags&frame.ACK == 0:
		note = noteNoACK
	case (len(p.Payload) > 0 || p.WireLen > 0 || p.Has(frame.FIN)) && f.foreign(d.Reverse(), p.Ack):
		note = noteBadACK
	default:
		return true
	}
	t.fate(event.ByteBeyond, p.Payload)
	pos := uint64(base)
	if h.started {
		pos = h.position(p.Seq)
	}
	if len(p.Payload) > 0 || p.WireLen > 0 {
		t.raise(f, d, note, pos, len(p.Payload), p.Stamp)
		t.other(f, d, pos, p.Payload, p.Stamp)
	}
	if p.Has(frame.FIN) {
		t.raise(f, d, noteFIN, pos, 0, p.Stamp)
	}
	return false
}

// foreign reports whether ack lies beyond all that was sent in direction d.
// That needs a direction of which packets are seen and none are known to be
// missing. A server's word that it has more is one of these signs; a client's
// is not, since clients are who forge.
func (f *flow) foreign(d event.Direction, ack uint32) bool {
	h := &f.half[d]
	if !h.started || f.ev.Packets[d] == 0 || h.win != nil || h.stray != nil || h.finSeen && !h.ended {
		return false
	}
	known := h.pos
	if d == event.ToServer {
		known = max(known, h.acked)
	}
	return h.position(ack) > known+maxForeign
}
