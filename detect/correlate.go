package detect

import (
	"net/netip"

	"spaniel/event"
)

// correlate tells the rules that count the alerts of a's rule. o is what made
// the alert; an alert that only comes again does not count again.
func (st *Stage) correlate(a *event.Alert, o *Observation) {
	for _, j := range st.set.joined[a.Rule.ID] {
		rs := st.states[j.rule.ID]
		if rs == nil || rs.stats.Quarantined {
			continue
		}
		rs.stats.Considered++
		var fired *firing
		for i, t := range rs.tables {
			key := "all"
			if by := j.rule.win.joinBy; len(by) > 0 {
				key = joinKey(by[i], a)
			}
			if key == "" {
				continue
			}
			w := t.Touch(key, o.origin, o.Order.Clock)
			w.Mark(j.aggregate, o.Order.Clock)
			if err := st.judge(rs, w, o, i, &fired); err != nil {
				rs.stats.fail(err, st.lim.RuleErrors)
			}
		}
	}
}

// observationOf is what an alert about one call says of it.
func observationOf(a *event.Alert) *Observation {
	m := &sample{Time: int64(a.Time), Order: a.Order, client: a.Client, server: a.Server, rests: a.Rests, who: a.Principal, req: a.Req,
		endpoint: a.Req.Method + " " + a.Req.Host + a.Req.Route, status: a.Resp.Status, seen: a.Outcome != event.Unknown, loss: a.Quality.Loss, shown: true}
	o := &Observation{sample: m}
	if len(a.Calls) > 0 {
		o.Call = a.Calls[len(a.Calls)-1]
	}
	if ip, err := netip.ParseAddr(a.Client.IP); err == nil {
		o.origin = originOf(ip)
	}
	return o
}
