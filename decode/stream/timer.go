package stream

import (
	"math"

	"spaniel/event"
)

// timer is a flow's entry in the heap of deadlines. Its time may be earlier
// than the flow's true deadline, which packets push on without touching the
// heap; it is never later.
type timer struct {
	at    int64
	frame uint64 // the flow's first
	f     *flow
}

// before orders timers by deadline and, for a total order that depends on
// packets alone, by the flow's first frame.
func (a timer) before(b timer) bool {
	return a.at < b.at || a.at == b.at && a.frame < b.frame
}

// deadline returns when f wants to be woken.
func (t *Table) deadline(f *flow) int64 {
	d := t.idleAt(f)
	for i := range f.half {
		if at, ok := t.holeAt(&f.half[i]); ok {
			d = min(d, at)
		}
	}
	return d
}

// idleAt returns when f ends for want of packets. The first packet after a long
// silence comes at the old clock, until the next one confirms its time: by then
// that time is what counts.
func (t *Table) idleAt(f *flow) int64 {
	last := max(f.clock, min(f.ev.Last, t.now))
	switch {
	case !f.opened:
		return last + int64(t.cfg.SynIdle)
	case f.half[0].ended || f.half[1].ended || f.shaken:
		return last + int64(t.cfg.HalfIdle)
	}
	return last + int64(t.cfg.OpenIdle)
}

// holeAt returns when the first hole of a direction is given up.
func (t *Table) holeAt(h *half) (at int64, ok bool) {
	switch {
	case h.win != nil:
		return h.win.since + int64(t.cfg.HoleWait), true
	case h.finSeen && !h.ended:
		return h.finSince + int64(t.cfg.HoleWait), true
	case h.stray != nil:
		return h.stray.at.Clock + int64(t.cfg.HoleWait), true
	}
	return 0, false
}

// Nobody is the number of no frame.
const Nobody = math.MaxUint64

// Due returns the clock of what Fire does next; nothing comes before it without
// a packet.
func (t *Table) Due() int64 {
	due := t.half.due()
	if len(t.timers) > 0 && !t.left {
		due = min(due, t.timers[0].at)
	}
	if len(t.ending) > 0 {
		due = min(due, t.endAt)
	}
	return due
}

// Next returns the place of what Fire does next: its clock, and the first frame
// of the connection, by which two of one clock are ordered. Where nothing is left
// to do it is the largest clock, and Nobody.
func (t *Table) Next() (clock int64, frame uint64) {
	clock, frame = math.MaxInt64, Nobody
	if len(t.timers) > 0 && !t.left {
		clock, frame = t.timers[0].at, t.timers[0].frame
	}
	if len(t.ending) > 0 && (t.endAt < clock || t.endAt == clock && t.ending[0].frame < frame) {
		clock, frame = t.endAt, t.ending[0].frame
	}
	if due := t.half.due(); t.half.head != 0 && len(t.ending) == 0 && due <= clock {
		clock, frame = due, 0
	}
	return clock, frame
}

// Fire does what Next said, for one connection. clock is that of the packet, or
// the moment, until which timers are fired: not before it.
func (t *Table) Fire(clock int64) {
	t.now = max(t.now, clock)
	due, frame := t.Next()
	switch {
	case frame == 0:
		t.lapse(due, clock)
	case len(t.ending) > 0 && t.endAt == due && t.ending[0].frame == frame:
		t.endNext()
	default:
		t.fireFlow()
	}
}

// Advance fires all timers due at clock.
func (t *Table) Advance(clock int64) {
	for {
		if due, frame := t.Next(); due > clock || frame == Nobody {
			break
		}
		t.Fire(clock)
	}
	t.now = max(t.now, clock)
}

// fireFlow does what is due first of a flow, if it still is.
func (t *Table) fireFlow() {
	f, at := t.timers[0].f, t.timers[0].at
	d := t.deadline(f)
	if d <= at {
		t.expire(f, event.Stamp{Time: d, Clock: d})
		if f.closed {
			return
		}
		d = t.deadline(f)
	}
	t.timers[0].at = d
	t.down(0)
}

// lapse takes the half-open connections due at a time out of the table, in the
// order of what follows.
func (t *Table) lapse(due, clock int64) {
	t.endAt = due
	for t.half.head != 0 && t.half.due() == due {
		if t.half.late(clock) {
			continue
		}
		if f := t.giveUp(endIdle, due); f != nil {
			t.ending = append(t.ending, ending{frame: f.FirstFrame, half: f})
		}
	}
	t.sortEnding()
}

// expire does what is due for f at its deadline.
func (t *Table) expire(f *flow, at event.Stamp) {
	if t.idleAt(f) <= at.Clock {
		t.close(f, endIdle, false, at)
		return
	}
	for d := range f.half {
		for h := &f.half[d]; !f.closed; {
			if due, ok := t.holeAt(h); !ok || due > at.Clock {
				break
			}
			t.closeHole(f, event.Direction(d), lossGap, at)
		}
	}
}

// arm makes sure that f is woken no later than its deadline.
func (t *Table) arm(f *flow) {
	d := t.deadline(f)
	switch {
	case f.timer < 0:
		f.timer = len(t.timers)
		t.timers = append(t.timers, timer{d, f.ev.FirstFrame, f})
		t.up(f.timer)
	case d < t.timers[f.timer].at:
		t.timers[f.timer].at = d
		t.up(f.timer)
	}
}

func (t *Table) disarm(f *flow) {
	i, last := f.timer, len(t.timers)-1
	if i < 0 {
		return
	}
	t.swap(i, last)
	t.timers[last] = timer{}
	t.timers = t.timers[:last]
	f.timer = -1
	if i < last {
		t.up(i)
		t.down(i)
	}
}

func (t *Table) swap(i, j int) {
	t.timers[i], t.timers[j] = t.timers[j], t.timers[i]
	t.timers[i].f.timer, t.timers[j].f.timer = i, j
}

func (t *Table) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !t.timers[i].before(t.timers[p]) {
			return
		}
		t.swap(i, p)
		i = p
	}
}

func (t *Table) down(i int) {
	for {
		c := 2*i + 1
		if c+1 < len(t.timers) && t.timers[c+1].before(t.timers[c]) {
			c++
		}
		if c >= len(t.timers) || !t.timers[c].before(t.timers[i]) {
			return
		}
		t.swap(i, c)
		i = c
	}
}
