package detect

import (
	"spaniel/detect/window"
	"spaniel/event"
)

// closed ends an alert whose rule sees that it is over: it is told once more,
// as closed, and the window may fire again from then on.
func (st *Stage) closed(rs *ruleState, w *window.Window[firing], f *frame, o *Observation) (bool, error) {
	s, c := &w.State, &rs.rule.win.closed
	if !c.set() || s.id.IsZero() {
		return false, nil
	}
	over, err := c.window.test(&st.vm, f)
	if err != nil || !over {
		return false, err
	}
	g := s.group
	var a *event.Alert
	if g.alert != nil {
		kept := *g.alert
		a = &kept
	} else { // at the cap of open alerts it was let go
		a, err = st.alert(rs, w, f, o, g.count)
	}
	a.State, a.Order, a.Message = event.Closed, o.Order, cut("closed: "+a.Message, maxMessage)
	a.Count, a.LastSeen = g.count, max(g.last, event.Nanos(o.Time))
	s.until, s.awake, s.id, g.alert = o.Order.Clock, false, event.ID{}, nil
	st.admit(a, o.Order.Clock)
	return true, err
}
