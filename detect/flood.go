package detect

import (
	"fmt"
	"time"

	"spaniel/event"
)

// floodPeriod is the time in which a rule may raise Limits.RuleAlerts alerts
// of each severity. By severity, so that many attempts cannot hide the one
// that worked.
const floodPeriod = int64(time.Minute)

// A flood counts the alerts of one rule and severity in one period.
type flood struct {
	from       int64
	told, held uint64
	first      *event.Alert // of those held back
	last       event.Nanos
}

type floodKey struct {
	rule     string
	severity event.Severity
}

// admit hands an alert on, or counts it where its rule has raised too many;
// then it returns false. A period begins with the first alert after the last.
func (st *Stage) admit(a *event.Alert, clock int64) bool {
	k := floodKey{a.Rule.ID, a.Severity}
	f := st.floods[k]
	if f == nil {
		f = &flood{from: clock}
		st.floods[k] = f
		st.ends.add(clock+floodPeriod, k)
	}
	if f.told < st.lim.RuleAlerts {
		f.told++
		st.emit(a)
		return true
	}
	if f.held == 0 {
		f.first, f.last = a, a.LastSeen
	}
	f.held++
	f.last = max(f.last, a.LastSeen)
	st.held++
	return false
}

// endFlood ends a period; where alerts were held back, one says how many. It
// shows the first of them.
func (st *Stage) endFlood(k floodKey, clock int64) {
	f := st.floods[k]
	delete(st.floods, k)
	if f.held == 0 {
		return
	}
	a := f.first
	a.ID = event.AlertID(k.rule, fmt.Sprintf("held|%s|%d", k.severity, f.from))
	a.DedupKey = k.rule + "|held|" + k.severity.String()
	a.Message = fmt.Sprintf("%d further alerts of this rule were suppressed: it raised more than %d in a minute", f.held, st.lim.RuleAlerts)
	a.Evidence = []event.Evidence{{Place: "alerts.suppressed", Op: ">", Want: float64(st.lim.RuleAlerts), Got: float64(f.told + f.held)}}
	a.Count, a.LastSeen, a.Order = f.held, f.last, event.Order{Clock: clock}
	st.emit(a)
}
