package detect

import (
	"strconv"
	"strings"

	"spaniel/detect/window"
	"spaniel/event"
)

// tellObserved hands on what the observation adds to each of its windows.
func (st *Stage) tellObserved(r *Rule, o *Observation) {
	rec := event.ObservationRecord{Time: event.Nanos(o.Time), Clock: event.Nanos(o.Order.Clock), Rule: r.ID, RuleHash: r.hash, CallID: o.Call,
		SensorName: st.cfg.Sensor.Name, SensorZone: st.cfg.Sensor.Zone}
	for i, v := range o.Values {
		if text, ok := valueText(v); ok {
			rec.Values = append(rec.Values, event.Header{Name: r.win.plan.args[i].source, Value: text})
		}
	}
	for i, key := range o.Keys {
		if key == "" {
			continue
		}
		rec.By, rec.Key = "", key
		if i < len(r.By) {
			rec.By = strings.Join(r.By[i], "|")
		}
		rec.ID = event.AlertID("observation "+r.ID, o.Call.String()+rec.By+"\x00"+key)
		one := rec
		st.cfg.Observed(o.Order, &one)
	}
}

// valueText is a value as text; that of nothing is none.
func valueText(v window.Value) (text string, ok bool) {
	switch v.Kind {
	case window.Number:
		return strconv.FormatFloat(v.Num, 'g', -1, 64), true
	case window.Text:
		return v.Str, true
	case window.Bool:
		return strconv.FormatBool(v.Num != 0), true
	}
	return "", false
}
