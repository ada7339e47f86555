package stream

import (
	"cmp"
	"slices"

	"spaniel/event"
)

// ending is a connection that ends at the next occasion, and is told of then: a
// flow, or one that is half-open and gets a record.
type ending struct {
	frame uint64 // its first
	flow  *flow
	half  *event.Flow
}

func (t *Table) sortEnding() {
	slices.SortFunc(t.ending, func(a, b ending) int { return cmp.Compare(a.frame, b.frame) })
}

// endNext ends the first of those that end.
func (t *Table) endNext() {
	e := t.ending[0]
	t.ending[0] = ending{}
	if t.ending = t.ending[1:]; len(t.ending) == 0 {
		t.ending = nil
	}
	at := event.Stamp{Time: t.endAt, Clock: t.endAt}
	if e.flow != nil {
		t.close(e.flow, endCapture, false, at)
	} else {
		t.ended(e.half, at)
	}
}

// Leave makes all connections that are open due a nanosecond after clock, that
// of the capture's last packet, the timers due at which have fired: so what their
// end causes sorts behind all that packets caused, wherever epochs were cut, and
// by first frame among itself. No packet may follow.
func (t *Table) Leave(clock int64) {
	t.left, t.endAt = true, clock+1
	for _, s := range t.flows.slots {
		if f := s.v; f != nil {
			t.ending = append(t.ending, ending{frame: f.ev.FirstFrame, flow: f})
		}
	}
	for t.half.head != 0 {
		if f := t.giveUp(endCapture, clock+1); f != nil {
			t.ending = append(t.ending, ending{frame: f.FirstFrame, half: f})
		}
	}
	t.sortEnding()
	t.buryAll()
}

// Close ends all connections: no packet follows the last, of that clock.
func (t *Table) Close(clock int64) {
	t.Advance(clock)
	t.Leave(clock)
	t.Advance(clock + 1)
}
