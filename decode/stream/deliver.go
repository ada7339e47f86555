package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// deliver hands b on as the direction's next bytes.
func (t *Table) deliver(f *flow, d event.Direction, b []byte, at event.Stamp) {
	t.handOn(f, d, b, at, nil)
}

// handOn is deliver; p is the segment whose payload b is, nil if it is none's.
func (t *Table) handOn(f *flow, d event.Direction, b []byte, at event.Stamp, p *frame.Packet) {
	h := &f.half[d]
	r := f.recv
	if r == nil {
		r = t.receiver(f, at)
	}
	if o := &f.half[d.Reverse()]; o.acked > o.pos+1 && o.started && !o.ended { // one more may be its FIN
		r.Unseen(d.Reverse(), o.acked-o.pos, at)
	}
	asks := f.asks(d)
	if asks || f.ev.RolesGuessed {
		t.remember(h, h.pos, b)
	} else if h.kept != nil { // it turned out to be the answers'
		t.forget(h)
	}
	if h.others != nil {
		t.confront(f, d, b, at)
	}
	if asks {
		f.answer.behind = true
	} else {
		f.answer.note(h.pos, b, p)
	}
	h.next += uint32(len(b))
	h.pos += uint64(len(b))
	t.led.Stream[event.ByteDelivered] += uint64(len(b))
	r.Data(d, b, at)
	if f.asks(d) && !asks { // as these very bytes have shown
		t.remember(h, h.pos-uint64(len(b)), b)
		f.answer = answer{behind: true}
	}
}

// gap announces that nothing from the next byte to position to was seen.
func (t *Table) gap(f *flow, d event.Direction, to uint64, reason string, at event.Stamp) {
	h := &f.half[d]
	if to <= h.pos {
		return
	}
	n := to - h.pos
	h.lost = span{h.pos, to}
	t.forget(h)
	t.dropOthers(h, to)
	h.advance(to)
	f.ev.Flags |= event.FlagGap
	f.ev.Gaps[d] += n
	t.led.Gaps++
	t.led.GapBytes += n
	t.receiver(f, at).Gap(d, n, at)
	if reason != lossTruncated { // those are summed up when the flow ends
		t.lose(f, d, reason, 0, n, at)
	}
}

// cutOff announces that the bytes up to position to were cut off by the
// capture, but for those that another segment brought.
func (t *Table) cutOff(f *flow, d event.Direction, to uint64, at event.Stamp) {
	h := &f.half[d]
	for h.pos < to && !h.ended {
		if h.win == nil || h.win.first >= to {
			t.gap(f, d, to, lossTruncated, at)
			return
		}
		t.gap(f, d, h.win.first, lossTruncated, at)
		t.drain(f, d, at)
	}
}

// drain delivers what waited for the next byte, and the FIN.
func (t *Table) drain(f *flow, d event.Direction, at event.Stamp) {
	h := &f.half[d]
	for w := h.win; w != nil && !(h.finSeen && h.fin == h.pos); w = h.win {
		if w.first > h.pos {
			if !t.drainCut(f, d, at) {
				break
			}
			continue
		}
		t.drainRun(f, d, at)
	}
	if w := h.win; w != nil {
		w.low = h.pos / pageSize
	}
	if h.finSeen && h.fin == h.pos && !h.ended {
		t.end(f, d, at)
	}
	if h.win != nil && !f.closed {
		t.arm(f)
	}
}

// drainRun delivers the waiting bytes at the next position.
func (t *Table) drainRun(f *flow, d event.Direction, at event.Stamp) {
	h := &f.half[d]
	w := h.win
	b := w.run(h.pos)
	from := h.pos
	t.led.Buffered -= uint64(len(b))
	t.pass(f, d, b, at)
	w.drop(&t.pool, from, h.pos)
	w.seek(h.pos)
	if w.n == 0 {
		t.release(w)
		return
	}
	// The next hole was noticed when the page behind it was begun; but its
	// time is never up in the past.
	w.since = max(w.at(w.first).since, at.Clock-int64(t.cfg.HoleWait)+1)
}

// drainCut passes over the range the next byte lies in if the capture cut it
// off.
func (t *Table) drainCut(f *flow, d event.Direction, at event.Stamp) bool {
	h := &f.half[d]
	for i, c := range h.win.cuts {
		if c.from <= h.pos && h.pos < c.to {
			h.win.cuts = append(h.win.cuts[:i], h.win.cuts[i+1:]...)
			t.gap(f, d, min(c.to, h.win.first), lossTruncated, at)
			return true
		}
	}
	return false
}

// holeEnd returns where the direction's first hole ends: at a waiting byte or
// at a FIN.
func (h *half) holeEnd() (to uint64, ok bool) {
	if h.win != nil {
		to, ok = h.win.first, true
	}
	if h.finSeen && !h.ended && (!ok || h.fin < to) {
		to, ok = h.fin, true
	}
	return to, ok
}

// closeHole gives up the direction's first hole.
func (t *Table) closeHole(f *flow, d event.Direction, reason string, at event.Stamp) {
	if to, ok := f.half[d].holeEnd(); ok {
		t.gap(f, d, to, reason, at)
		t.drain(f, d, at)
	} else {
		t.judgeStray(f, d, reason, at)
	}
}

// flush gives up all holes of a direction.
func (t *Table) flush(f *flow, d event.Direction, reason string, at event.Stamp) {
	for h := &f.half[d]; h.win != nil; {
		t.closeHole(f, d, reason, at)
	}
}

// closeAcked closes the holes whose every byte the peer acknowledged: they
// were lost by the mirror, and will not come again.
func (t *Table) closeAcked(f *flow, d event.Direction, at event.Stamp) {
	h := &f.half[d]
	for {
		if to, ok := h.holeEnd(); !ok || to > h.acked || h.acked <= h.pos {
			break
		}
		t.closeHole(f, d, lossGap, at)
	}
	if h.stray != nil && h.win == nil && h.stray.pos <= h.acked {
		t.judgeStray(f, d, lossGap, at)
	}
}

// end says that the direction ended by its FIN. What waits beyond was sent
// after it, which no host reads.
func (t *Table) end(f *flow, d event.Direction, at event.Stamp) {
	h := &f.half[d]
	h.ended = true
	if w := h.win; w != nil {
		n := t.discard(w)
		t.led.Stream[event.ByteBeyond] += uint64(n)
		t.raise(f, d, noteAfterFIN, h.pos, n, at)
	}
	t.dropStray(f, d, at)
	if f.recv != nil {
		f.recv.End(d, at)
	}
	switch {
	case f.half[d.Reverse()].ended:
		t.close(f, endFIN, true, at)
	case !f.closed:
		t.arm(f)
	}
}

// discard drops all that waits in w and releases it.
func (t *Table) discard(w *window) (n int) {
	n = w.n
	for w.n > 0 {
		to := w.first + uint64(len(w.run(w.first)))
		w.drop(&t.pool, w.first, to)
		w.seek(to)
	}
	t.led.Buffered -= uint64(n)
	t.release(w)
	return n
}
