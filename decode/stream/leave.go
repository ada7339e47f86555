package stream

import (
	"cmp"
	"slices"

	"spaniel/event"
)

// leaving is a connection that is open when the capture ends: a flow, or one
// that is half-open and gets a record.
type leaving struct {
	frame uint64 // its first
	flow  *flow
	half  *event.Flow
}

// Leave returns the first frames of all connections that are open still, in
// order, once the timers due at clock, that of the capture's last packet, have
// fired. CloseTo ends them; no packet may follow.
func (t *Table) Leave(clock int64) []uint64 {
	for _, f := range t.flows {
		t.rest = append(t.rest, leaving{frame: f.ev.FirstFrame, flow: f})
	}
	for t.half.head != 0 {
		if f := t.giveUp(endCapture, clock+1); f != nil {
			t.rest = append(t.rest, leaving{frame: f.FirstFrame, half: f})
		}
	}
	slices.SortFunc(t.rest, func(a, b leaving) int { return cmp.Compare(a.frame, b.frame) })
	frames := make([]uint64, len(t.rest))
	for i, l := range t.rest {
		frames[i] = l.frame
	}
	for k := range t.gone.graves {
		t.bury(k)
	}
	return frames
}

// CloseTo ends the connections whose first frame is not after frame, a
// nanosecond after clock: so what that causes sorts behind all that packets
// caused, wherever epochs were cut, and by first frame among itself.
func (t *Table) CloseTo(frame uint64, clock int64) {
	at := event.Stamp{Time: clock + 1, Clock: clock + 1}
	n := 0
	for ; n < len(t.rest) && t.rest[n].frame <= frame; n++ {
		l := &t.rest[n]
		if l.flow != nil {
			t.close(l.flow, endCapture, false, at)
		} else {
			t.ended(l.half, at)
		}
		*l = leaving{}
	}
	t.rest = t.rest[n:]
}

// Close is Leave and CloseTo for all at once.
func (t *Table) Close(clock int64) {
	t.fire(clock)
	t.Leave(clock)
	t.CloseTo(^uint64(0), clock)
}
