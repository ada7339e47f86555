package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// Forever is more bytes than any direction has.
const Forever = 1 << 62

const (
	// leastPass is how many bytes must be of no use for anybody to be told.
	leastPass = 32 << 10
	// mostPass is how many are told at a time: positions are told apart by the
	// lower half.
	mostPass = 1 << 30
	// passAgain is after how long it is told again: whoever was told may have
	// forgotten.
	passAgain = 1e9
)

// A Pass says which packets of a connection tell nothing that anybody looks at, so
// that they may be left out before they come here.
type Pass struct {
	event.FlowKey
	// All of them, in both directions, but for those that end the connection.
	All bool
	// Else those of a direction with payload from sequence number From on, all of it
	// below From+Bytes, and what acknowledges no more than that.
	Direction   event.Direction
	From, Bytes uint32
}

// passed is what was told of a flow.
type passed struct {
	all  bool
	span [2]span  // by direction: what may be missing without being lost
	at   [2]int64 // clock when it was told last
}

// tellPass tells, when packets are to be left out, which of f may be; one of
// direction d was just read.
func (t *Table) tellPass(f *flow, d event.Direction, clock int64) {
	n := f.recv.Useless(d)
	if n < leastPass || !f.orderly(d) || n < Forever && f.ev.RolesGuessed {
		return
	}
	if f.passed == nil {
		f.passed = new(passed)
	}
	w, h := f.passed, &f.half[d]
	told := w.all || h.pos < w.span[d].to
	if told && clock-w.at[d] < passAgain {
		return
	}
	p := Pass{FlowKey: f.ev.FlowKey, Direction: d}
	if n >= Forever {
		if !f.orderly(d.Reverse()) {
			return
		}
		w.all, p.All = true, true
		w.at[d.Reverse()] = clock
	} else {
		n = min(n, mostPass)
		w.span[d] = span{h.pos, h.pos + n}
		p.From, p.Bytes = h.next, uint32(n)
	}
	w.at[d] = clock
	t.Pass(p)
}

// orderly reports whether nothing waits in a direction, nor is in doubt.
func (f *flow) orderly(d event.Direction) bool {
	h := &f.half[d]
	return f.opened && f.again == nil && f.rival == nil && h.started &&
		h.win == nil && h.stray == nil && h.after == nil && h.urgent == nil && len(h.others) == 0 && !h.finSeen
}

// passOver moves both directions on over what was left out before p.
func (t *Table) passOver(f *flow, d event.Direction, p *frame.Packet) {
	if p.Has(frame.SYN) {
		return
	}
	// A RST says where its sender is, and nobody else does: within a message it
	// counts only where the bytes stand that were seen.
	if !p.Has(frame.RST) || f.passed.all {
		t.passTo(f, d, p.Seq, p.Stamp)
	}
	if p.Has(frame.ACK) {
		t.passTo(f, d.Reverse(), p.Ack, p.Stamp)
	}
}

// passTo moves a direction on to a sequence number, as far as what lies before
// it may have been left out.
func (t *Table) passTo(f *flow, d event.Direction, seq uint32, at event.Stamp) {
	h := &f.half[d]
	if !h.started || h.ended || h.win != nil || h.stray != nil {
		return
	}
	to := h.position(seq)
	if !f.passed.all {
		if h.pos < f.passed.span[d].from {
			return
		}
		to = min(to, f.passed.span[d].to)
	}
	if h.finSeen {
		to = min(to, h.fin)
	}
	if to <= h.pos {
		return
	}
	n := to - h.pos
	f.ev.Flags |= event.FlagPassed
	h.lost = span{h.pos, to}
	t.forget(h)
	t.dropOthers(h, to)
	h.advance(to)
	t.receiver(f, at).Passed(d, n, at)
}

// standIn counts the packets that p stands for.
func (t *Table) standIn(p *frame.Packet) {
	var k key
	fromLow := k.of(p)
	f := t.flows.find(k.hash(&t.salt), func(f *flow) bool { return f.key.is(&k) })
	if f == nil {
		return // it was given up meanwhile
	}
	d := f.direction(fromLow)
	f.ev.Flags |= event.FlagPassed
	f.ev.Packets[d] += p.Passed.Packets
	f.ev.Bytes[d] += p.Passed.Bytes
	f.ev.Last = max(f.ev.Last, p.Stamp.Time)
	f.clock = p.Stamp.Clock
}
