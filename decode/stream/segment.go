package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// piece is a run of payload on its way to its place in the stream.
type piece struct {
	b    []byte
	pos  uint64
	wire uint64 // length on the wire; beyond len(b) the capture cut it off
	at   event.Stamp
}

func (s *piece) end() uint64 { return s.pos + s.wire }

// skip takes n bytes off the front; more than were captured count as cut.
func (s *piece) skip(n uint64) (taken []byte) {
	n = min(n, s.wire)
	taken = s.b[:min(n, uint64(len(s.b)))]
	s.b = s.b[len(taken):]
	s.pos += n
	s.wire -= n
	return taken
}

// segment takes a segment's payload, whose first byte has sequence number seq.
func (t *Table) segment(f *flow, d event.Direction, p *frame.Packet, seq uint32) {
	h := &f.half[d]
	if f.closed { // by the acknowledgement it carried
		t.fate(event.ByteBeyond, p.Payload)
		return
	}
	if !h.started {
		t.midstream(f, d, seq, p.Stamp)
	}
	s := piece{b: p.Payload, pos: h.position(seq), wire: uint64(max(p.WireLen, len(p.Payload))), at: p.Stamp}
	if t.stale(h, p) && s.end() > h.pos {
		t.fate(event.ByteBeyond, s.b)
		t.raise(f, d, noteTimestamp, s.pos, len(s.b), p.Stamp)
		t.other(f, d, s.pos, s.b, p.Stamp)
		return
	}
	if p.HasTS && s.pos <= h.pos && s.end() > h.pos {
		h.ts, h.hasTS = p.TSVal, true
	}
	if s.wire > uint64(len(s.b)) {
		f.ev.Flags |= event.FlagTruncated
		h.cutPackets++
		h.cutBytes += s.wire - uint64(len(s.b))
	}
	if p.Flags&frame.URG != 0 && p.Urgent > 0 {
		t.urgent(f, d, s, uint64(p.Urgent)-1)
		return
	}
	t.place(f, d, s)
}

// stale reports whether p's timestamp is older than what its sender sent
// already in order (RFC 7323, PAWS): its host would ignore it.
func (t *Table) stale(h *half, p *frame.Packet) bool {
	if !p.HasTS || !h.hasTS {
		return false
	}
	return int32(p.TSVal-h.ts) < -1
}

// midstream starts a direction whose SYN was not seen at the first byte seen.
func (t *Table) midstream(f *flow, d event.Direction, seq uint32, at event.Stamp) {
	f.half[d].start(seq)
	f.ev.Flags |= event.FlagMidstream
	t.receiver(f, at).Gap(d, 0, at)
}

// place finds what of s is new and delivers or keeps it.
func (t *Table) place(f *flow, d event.Direction, s piece) {
	h := &f.half[d]
	if s.pos < h.pos {
		t.seen(f, d, &s)
	}
	switch {
	case s.wire == 0:
		return
	case h.ended:
		if !t.keepAfter(f, h, s) {
			t.fate(event.ByteBeyond, s.b)
		}
		if len(s.b) > 0 && !f.closed {
			t.raise(f, d, noteAfterFIN, s.pos, len(s.b), s.at)
		}
		return
	}
	if h.finSeen && s.pos <= h.fin && s.end() > h.fin {
		// Data in the FIN's place: the host keeps the data.
		h.finSeen = false
		t.raise(f, d, noteFIN, h.fin, 0, s.at)
	}
	if s.pos > h.pos {
		t.keepAhead(f, d, s)
		return
	}
	t.inOrder(f, d, s)
}

// seen takes off s what lies before the next byte.
func (t *Table) seen(f *flow, d event.Direction, s *piece) {
	h := &f.half[d]
	if s.pos < base {
		t.fate(event.ByteBeyond, s.skip(base-s.pos))
	}
	for s.wire > 0 && s.pos < h.pos {
		to, fate := h.pos, event.ByteOverlap
		switch {
		case s.pos < h.lost.from:
			to = min(to, h.lost.from)
		case s.pos < h.lost.to:
			to, fate = min(to, h.lost.to), event.ByteBeyond
		}
		pos := s.pos
		b := s.skip(to - pos)
		t.fate(fate, b)
		if fate != event.ByteOverlap {
			continue
		}
		if h.differs(pos, b) || !f.asks(d) && f.answer.differs(pos, b) {
			t.conflict(f, d, pos, len(b), s.at)
			t.tell(f, d, pos, b, s.at)
		}
		if f.asks(d) && h.unseen(pos, len(b)) {
			t.unchecked(f, d, pos, len(b), s.at)
		}
	}
}

// inOrder delivers s, which begins at the next byte, and what waited for it.
func (t *Table) inOrder(f *flow, d event.Direction, s piece) {
	h := &f.half[d]
	if len(s.b) > 0 {
		if w := h.win; w != nil && w.first < s.pos+uint64(len(s.b)) {
			if w.policy.keepsWaiting() {
				t.keepAhead(f, d, s)
				if !f.closed {
					t.drain(f, d, s.at)
				}
				return
			}
			t.override(f, d, s)
		}
		t.pass(f, d, s.b, s.at)
	}
	if cut := s.wire - uint64(len(s.b)); cut > 0 {
		t.cutOff(f, d, s.pos+s.wire, s.at)
	}
	t.drain(f, d, s.at)
}

// override drops waiting bytes that s, which starts earlier, brings itself.
func (t *Table) override(f *flow, d event.Direction, s piece) {
	w := f.half[d].win
	end := s.pos + uint64(len(s.b))
	differ := false
	for w.n > 0 && w.first < end {
		run := w.run(w.first)
		run = run[:min(uint64(len(run)), end-w.first)]
		if string(run) != string(s.b[w.first-s.pos:][:len(run)]) {
			differ = true
			t.other(f, d, w.first, run, s.at)
		}
		to := w.first + uint64(len(run))
		n := uint64(w.drop(&t.pool, w.first, to))
		t.led.Buffered -= n
		t.led.Stream[event.ByteOverlap] += n
		w.seek(to)
	}
	if differ {
		t.conflict(f, d, s.pos, len(s.b), s.at)
	}
	if w.n == 0 {
		t.release(w)
	}
}

// conflict marks that a byte came twice with different values.
func (t *Table) conflict(f *flow, d event.Direction, pos uint64, n int, at event.Stamp) {
	f.ev.Flags |= event.FlagOverlapDiff
	t.raise(f, d, noteOverlap, pos, n, at)
}

// fate counts bytes that end here.
func (t *Table) fate(fate event.ByteFate, b []byte) { t.led.Stream[fate] += uint64(len(b)) }
