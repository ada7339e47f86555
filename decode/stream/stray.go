package stream

import "spaniel/event"

// stray is a segment from beyond the window: nonsense, or the first sign that
// the mirror lost more than a window. It is kept until one of the two shows.
type stray struct {
	piece
	was uint64 // where the direction stood when the segment came
	// heard counts what the receiver had sent then; a segment from outside its
	// window is nonsense when it goes on without acknowledging that.
	heard uint64
}

// tooFar handles a segment beyond the window, ours or its receiver's. It is believed when the peer
// acknowledged what lies before it, or when it goes on where the furthest
// segment ended, as a stream does and nonsense does not: then the holes before
// it are closed.
func (t *Table) tooFar(f *flow, d event.Direction, s piece) {
	h := &f.half[d]
	switch {
	case s.pos <= h.acked:
		t.resync(f, d, s, lossGap)
	case s.pos == h.far && !h.outside(s.pos):
		t.Stats.HolesCapped++
		f.ev.Flags |= event.FlagCapped
		t.resync(f, d, s, lossCapped)
	default:
		t.setStray(f, d, s)
	}
}

// resync gives up what lies before s and goes on there.
func (t *Table) resync(f *flow, d event.Direction, s piece, reason string) {
	h := &f.half[d]
	t.flush(f, d, reason, s.at)
	if y := h.stray; y != nil && y.pos < s.pos && !h.ended {
		t.goOn(f, d, t.takeStray(h), reason, s.at)
	}
	t.goOn(f, d, s, reason, s.at)
}

// goOn closes the hole before s and delivers it.
func (t *Table) goOn(f *flow, d event.Direction, s piece, reason string, at event.Stamp) {
	if h := &f.half[d]; !h.ended {
		t.gap(f, d, s.pos, reason, at)
	}
	s.at = at
	t.place(f, d, s)
}

// setStray keeps s in the place of an older stray, which is nonsense then.
func (t *Table) setStray(f *flow, d event.Direction, s piece) {
	h := &f.half[d]
	t.dropStray(f, d, s.at)
	h.far = s.end()
	if t.pool.held+len(s.b) > t.pool.limit {
		t.fate(event.ByteBeyond, s.b)
		t.raise(f, d, noteBeyond, s.pos, len(s.b), s.at)
		return
	}
	s.b = append([]byte(nil), s.b...)
	h.stray = &stray{piece: s, was: h.pos, heard: f.ev.Packets[d.Reverse()]}
	t.pool.held += len(s.b)
	t.led.Buffered += uint64(len(s.b))
	t.arm(f)
}

// takeStray takes the stray out of the direction that has one.
func (t *Table) takeStray(h *half) piece {
	s := h.stray.piece
	h.stray = nil
	t.pool.held -= len(s.b)
	t.led.Buffered -= uint64(len(s.b))
	return s
}

// dropStray drops the stray, if there is one, as nonsense.
func (t *Table) dropStray(f *flow, d event.Direction, at event.Stamp) {
	if h := &f.half[d]; h.stray != nil {
		s := t.takeStray(h)
		t.fate(event.ByteBeyond, s.b)
		t.raise(f, d, noteBeyond, s.pos, len(s.b), at)
		t.other(f, d, s.pos, s.b, at)
	}
}

// judgeStray decides about a stray whose time is up: if nothing came in its
// stead, the stream is there; if the stream went on without it, it has been
// reached or is nonsense.
func (t *Table) judgeStray(f *flow, d event.Direction, reason string, at event.Stamp) {
	h := &f.half[d]
	switch y := h.stray; {
	case y == nil:
	case y.pos > h.acked && h.outside(y.pos) && (y.was != h.pos || f.ev.Packets[d.Reverse()] > y.heard):
		t.dropStray(f, d, at)
	case y.was == h.pos, y.pos <= h.acked:
		t.goOn(f, d, t.takeStray(h), reason, at)
	case y.end() <= h.pos+uint64(t.cfg.Window):
		s := t.takeStray(h)
		s.at = at
		t.place(f, d, s)
	default:
		t.dropStray(f, d, at)
	}
}
