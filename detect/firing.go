package detect

import (
	"spaniel/detect/window"
	"spaniel/event"
)

// firing is what a window remembers of its last alert.
type firing struct {
	until    int64 // suppressed until this clock
	fired    bool
	at       int64 // clock of the last alert
	awake    bool  // a call came after the last suppression: since, first
	since    int64
	first    event.ID
	id       event.ID
	severity event.Severity
	outcome  event.Outcome
	group    *group
	wait     *waiting // for a call that should follow
}

// start is the call with which the firing begins that the alert's id names:
// the oldest of the window, unless the last alert had seen that too, which
// happens where suppress is shorter than over; then the first after the
// suppression, since two firings must not share an id.
func (s *firing) start(w *window.Window[firing], o *Observation) (clock int64, call event.ID) {
	if w.Len() == 0 {
		return o.Order.Clock, o.Call // it is about alerts alone
	}
	oldest := w.Entry(0)
	if !s.fired || oldest.Clock > s.at {
		return oldest.Clock, oldest.Call
	}
	return s.since, s.first
}

// quiet makes a window silent together with the one that fired.
func (s *firing) quiet(other *firing) {
	s.until, s.id, s.severity, s.outcome = other.until, event.ID{}, other.severity, other.outcome
	s.at, s.awake, s.group = other.at, false, nil
}
