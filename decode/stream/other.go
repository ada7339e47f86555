package stream

import "spaniel/event"

// other is bytes that an end sent for a place of its stream, and that its peer
// is not believed to have read: the losers of an overlap, or a segment that
// hosts drop. When other bytes are delivered in their place, the receiver
// is told, so that both readings are judged.
type other struct {
	pos uint64
	b   []byte
}

func (r *other) end() uint64 { return r.pos + uint64(len(r.b)) }

// maxOthers bounds the others of a direction that wait for their place. Their
// memory is the buffer's.
const maxOthers = 16

// other takes bytes at pos that lost. b is borrowed.
func (t *Table) other(f *flow, d event.Direction, pos uint64, b []byte, at event.Stamp) {
	h := &f.half[d]
	if len(b) == 0 || !h.started || h.ended || f.closed {
		return
	}
	if pos < h.pos {
		n := min(h.pos-pos, uint64(len(b)))
		if h.differs(pos, b[:n]) {
			t.tell(f, d, pos, b, at)
			return
		}
		pos, b = pos+n, b[n:]
	}
	if len(b) == 0 || pos > h.pos+uint64(t.cfg.Window) {
		return
	}
	if len(h.others) == maxOthers || (t.pool.held+len(b))*2 > t.pool.limit {
		t.unchecked(f, d, pos, len(b), at)
		return
	}
	t.pool.held += len(b)
	h.others = append(h.others, other{pos, append([]byte(nil), b...)})
}

// tell hands such bytes on, as far as its place may still be another's.
func (t *Table) tell(f *flow, d event.Direction, pos uint64, b []byte, at event.Stamp) {
	t.receiver(f, at).Other(d, int64(pos)-int64(f.half[d].pos), b, at)
}

// confront tells the others of b, which is delivered next, and drops those it
// has passed without a difference.
func (t *Table) confront(f *flow, d event.Direction, b []byte, at event.Stamp) {
	h := &f.half[d]
	end := h.pos + uint64(len(b))
	kept := h.others[:0]
	for _, r := range h.others {
		from, to := max(r.pos, h.pos), min(r.end(), end)
		differ := from < to && string(r.b[from-r.pos:to-r.pos]) != string(b[from-h.pos:to-h.pos])
		if differ {
			t.tell(f, d, r.pos, r.b, at)
		}
		if differ || r.end() <= end {
			t.pool.held -= len(r.b)
			continue
		}
		kept = append(kept, r)
	}
	h.others = kept
	if len(kept) == 0 {
		h.others = nil // the fast path looks at this
	}
}

// dropOthers forgets the others that end before pos.
func (t *Table) dropOthers(h *half, pos uint64) {
	kept := h.others[:0]
	for _, r := range h.others {
		if r.end() <= pos {
			t.pool.held -= len(r.b)
			continue
		}
		kept = append(kept, r)
	}
	if h.others = kept; len(kept) == 0 {
		h.others = nil
	}
}

// unchecked says, once a direction, that bytes sent again could not be
// compared with those before, or not be kept.
func (t *Table) unchecked(f *flow, d event.Direction, pos uint64, n int, at event.Stamp) {
	if h := &f.half[d]; !h.unchecked {
		h.unchecked = true
		t.raise(f, d, noteUnchecked, pos, n, at)
	}
}
