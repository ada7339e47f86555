package stream

import "spaniel/event"

// keepAhead keeps s, which lies behind a hole, until the hole is filled,
// acknowledged, too old or too costly.
func (t *Table) keepAhead(f *flow, d event.Direction, s piece) {
	h := &f.half[d]
	if len(s.b) == 0 {
		return // cut off whole: a hole like any other
	}
	if s.pos+uint64(len(s.b)) > h.pos+uint64(t.cfg.Window) || h.outside(s.pos) {
		t.tooFar(f, d, s)
		return
	}
	for w := h.win; t.pool.held+t.needs(h, s) > t.pool.limit; {
		if t.waiting.head == nil {
			f.ev.Flags |= event.FlagCapped
			t.fate(event.ByteCapped, s.b)
			t.lose(f, d, lossCapped, 1, uint64(len(s.b)), s.at)
			return
		}
		t.GiveUpHole(s.at)
		if h.win != w || h.ended { // its own holes were the oldest: all has moved
			t.place(f, d, s)
			return
		}
	}
	w := t.windowOf(f, d, s.at.Clock)
	h.far = max(h.far, s.end())
	if s.wire > uint64(len(s.b)) && len(w.cuts) < maxCuts {
		w.cuts = append(w.cuts, span{s.pos + uint64(len(s.b)), s.end()})
	}
	overlap, differ := w.put(&t.pool, s.pos, s.b, s.at.Clock, &t.losers)
	t.led.Stream[event.ByteOverlap] += uint64(overlap)
	t.led.Buffered += uint64(len(s.b) - overlap)
	if differ {
		t.conflict(f, d, s.pos, len(s.b), s.at)
		t.other(f, d, s.pos, t.losers, s.at)
	}
	t.closeAcked(f, d, s.at)
	if !f.closed {
		t.arm(f)
	}
}

// needs returns how much memory keeping s may take at most.
func (t *Table) needs(h *half, s piece) int {
	w := h.win
	if w == nil {
		w = &window{low: h.pos / pageSize}
	}
	return w.needs(s.pos, len(s.b))
}

// windows is a list of windows, oldest first.
type windows struct{ head, tail *window }

// windowOf returns the direction's window, a new one if it has none.
func (t *Table) windowOf(f *flow, d event.Direction, clock int64) *window {
	h := &f.half[d]
	if h.win != nil {
		return h.win
	}
	w := t.spare
	if w == nil {
		w = new(window)
	} else {
		t.spare = w.next
	}
	*w = window{ring: w.ring, cuts: w.cuts[:0], policy: t.cfg.policy(f, d), flow: f, dir: d, low: h.pos / pageSize, since: clock, prev: t.waiting.tail}
	if w.prev == nil {
		t.waiting.head = w
	} else {
		w.prev.next = w
	}
	t.waiting.tail = w
	t.pool.held += len(w.ring) * 8
	h.win = w
	return w
}

// release gives back a window without waiting bytes.
func (t *Table) release(w *window) {
	if w.prev == nil {
		t.waiting.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		t.waiting.tail = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.flow.half[w.dir].win = nil
	t.pool.held -= len(w.ring) * 8
	if len(w.ring) > spareRing {
		w.ring = nil
	}
	w.flow, w.prev, w.next = nil, nil, t.spare
	t.spare = w
}

// spareRing is the longest ring an unused window keeps: 64 pages, 128 KiB.
const spareRing = 64
