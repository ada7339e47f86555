package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// unexpected drops p if it has an MD5 signature (RFC 2385) and its sender's
// SYN had none: both ends must know a key from the beginning, so the host
// drops it, too.
func (t *Table) unexpected(f *flow, d event.Direction, p *frame.Packet) bool {
	h := &f.half[d]
	if p.Has(frame.SYN) || !h.syn || h.signed {
		return false
	}
	t.fate(event.ByteBeyond, p.Payload)
	note := noteSigned
	if p.Has(frame.RST) {
		note = noteRST
	}
	t.raise(f, d, note, h.position(p.Seq), len(p.Payload), p.Stamp)
	return true
}
