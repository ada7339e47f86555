package stream

import (
	"fmt"

	"spaniel/event"
)

// order places an event of f at the cause at: the frame, or f's timer. The
// ordinal is the caller's to set.
func (f *flow) order(at event.Stamp) event.Order {
	if at.Frame != 0 {
		return event.Order{Clock: at.Clock, OfFrame: true, Seq: at.Frame}
	}
	return event.Order{Clock: at.Clock, Seq: f.ev.FirstFrame}
}

// raise reports an anomaly of n bytes at position pos of a direction.
func (t *Table) raise(f *flow, d event.Direction, name string, pos uint64, n int, at event.Stamp) {
	if f.notes >= maxNotes {
		return
	}
	f.notes++
	if !f.half[d].started {
		pos = base
	}
	f.identify()
	t.note(event.Anomaly{Order: f.order(at), Time: at.Time, Frame: at.Frame, Name: name, FlowID: f.ev.ID, Key: f.ev.FlowKey,
		Detail: fmt.Sprintf("%s: %d bytes at %+d", d, n, int64(pos-base))})
}

// lose reports bytes that no call will hold.
func (t *Table) lose(f *flow, d event.Direction, reason string, packets, n uint64, at event.Stamp) {
	f.identify()
	t.loss(event.Loss{Order: f.order(at), Time: at.Time, Frame: at.Frame, Reason: reason, FlowID: f.ev.ID, Key: f.ev.FlowKey,
		Direction: d, Packets: packets, Bytes: n})
}
