package detect

import (
	"spaniel/detect/window"
	"spaniel/event"
)

// waiting is a window in which something happened that should be followed.
type waiting struct {
	rs     *ruleState
	key    int
	window *window.Window[firing]
	o      Observation // the latest: what an alert shows
}

// await puts down when the window is to be looked at again if nothing comes;
// there is one such appointment for each window.
func (st *Stage) await(rs *ruleState, key int, w *window.Window[firing], o *Observation) {
	if wt := w.State.wait; wt != nil {
		wt.o = st.kept(o)
		return
	}
	at, _, ok := w.Due()
	if !ok {
		return
	}
	if st.waits.len() > 2*st.lim.WindowKeys {
		st.waits.keep(func(wt *waiting) bool { return !wt.window.Gone() })
	}
	w.State.wait = &waiting{rs, key, w, st.kept(o)}
	st.waits.add(at, w.State.wait)
}

// kept is what stays of an observation.
func (st *Stage) kept(o *Observation) Observation {
	st.show(o.sample)
	m := *o.sample
	m.lesson = nil
	return Observation{sample: &m}
}

// overdue looks at a window at the moment at which it was put down for. Where
// nothing at all was seen shortly before, nobody can say that nothing came:
// the capture may have paused, or the clock jumped.
func (st *Stage) overdue(wt *waiting, clock int64) {
	w := wt.window
	if w.Gone() || st.states[wt.rs.rule.ID] != wt.rs || wt.rs.stats.Quarantined {
		return
	}
	at, wait, ok := w.Due()
	w.State.wait = nil
	if !ok {
		return
	}
	o := wt.o
	if at <= clock {
		w.Slide(clock)
		if st.seen <= clock-min(wait, awake) {
			w.Unsaid(clock)
			st.unsaid++
		} else {
			o.Order = event.Order{Clock: clock}
			var fired *firing
			if err := st.judge(wt.rs, w, &o, wt.key, &fired); err != nil {
				wt.rs.stats.fail(err, st.lim.RuleErrors)
			}
			w.Settle() // whether the condition asked or not
		}
	}
	if at, _, ok = w.Due(); ok {
		w.State.wait = wt
		wt.o = o
		st.waits.add(max(at, clock+1), wt)
	}
}

// awake is within what time something must have been seen, of any client, for
// silence to say something.
const awake = int64(60e9)

// Saw notes that something was on the line at the clock.
func (st *Stage) Saw(clock int64) { st.seen = max(st.seen, clock) }
