package detect

import (
	"spaniel/event"
)

// A group is an alert whose key is quiet for a while: the calls that come
// meanwhile are counted, and when the quiet ends the alert is told once more
// with their number.
type group struct {
	alert *event.Alert // as told last; nil when it never was, or no more
	until int64
	// count is of all calls that belong to the alert, told what was said of it.
	count, told uint64
	last        event.Nanos
	call        event.ID // the latest counted: it may come through several keys
}

// open begins the group of an alert that was told, or held back (nil).
func (st *Stage) open(a *event.Alert, s *firing, o *Observation, count uint64) *group {
	g := &group{until: s.until, count: count, call: o.Call}
	if a != nil {
		st.follow(g, a, o.Order.Clock)
	}
	return g
}

// follow notes what was told of a group, whose calls are counted from then on.
// At the cap the group that would end first ends now.
func (st *Stage) follow(g *group, a *event.Alert, clock int64) {
	kept := *a // the other is whose it was given to
	known := g.alert != nil
	g.alert, g.told, g.last = &kept, a.Count, a.LastSeen
	if known || g.until <= clock {
		return
	}
	if st.groups.len() >= st.lim.OpenAlerts {
		st.closedEarly++
		st.closeGroup(st.groups.pop(), clock)
	}
	st.groups.add(g.until, g)
}

// add counts a call.
func (g *group) add(o *Observation) {
	if g.call == o.Call {
		return
	}
	g.call = o.Call
	g.count++
	g.last = max(g.last, event.Nanos(o.Time))
}

// closeGroup tells how many calls it was in all, if that is news. The rest of
// the alert is as it was when it was told.
func (st *Stage) closeGroup(g *group, clock int64) {
	a := g.alert
	if g.alert = nil; a == nil || g.count == g.told {
		return
	}
	a.Count, a.LastSeen, a.Order = g.count, g.last, event.Order{Clock: clock}
	st.emit(a)
}
