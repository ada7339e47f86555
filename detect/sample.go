package detect

import (
	"strconv"

	"spaniel/detect/learned"
	"spaniel/event"
)

// sample is what an alert shows of one call. It is made of nearly every call and
// hardly ever shown: until then its texts are as on the wire, and it belongs to
// the findings it is in, which are used again.
type sample struct {
	Order event.Order
	// Time is the call's own; Order.Clock is what windows slide on.
	Time        int64
	Call        event.ID
	origin      uint64          // the client's network
	lesson      *learned.Lesson // of the call; gone when the call was learned from
	client      event.AlertClient
	fingerprint uint64
	server      event.AlertServer
	rests       event.FlowPart
	who         event.AlertWho
	req         event.AlertRequest
	endpoint    string
	status      uint16
	seen        bool // a response was seen
	loss        float64
	incomplete  bool
	shown       bool // it is redacted
	noted       bool // it is of no call
}

// take makes m the sample of the scope's call.
func (s *scope) take(m *sample) {
	c, fl := s.call, s.flow()
	*m = sample{Call: c.ID, Time: c.Time, Order: c.Order, origin: originOf(c.RealIP), status: uint16(c.Resp.Status), seen: c.Resp.Seen, incomplete: c.Noted == nil && c.Flags.Has(incompleteFlags), noted: c.Noted != nil, fingerprint: s.prints.of(c)}
	m.client = event.AlertClient{IP: s.text("client.ip"), Port: fl.Client.Port(), Country: c.Country}
	m.server = event.AlertServer{IP: s.text("server.ip"), Port: fl.Server.Port()}
	m.who = event.AlertWho{Kind: c.Principal.Kind, ID: c.Principal.ID, User: c.Principal.User, Session: c.Principal.Session}
	m.req = event.AlertRequest{Method: c.Req.Method, Host: c.Req.Host, Route: c.Route, Target: c.Req.Target, UserAgent: c.Req.Get("user-agent")}
	if fl.ID != 0 { // 0 is no connection
		m.rests = event.FlowPart{FlowKey: fl.FlowKey, FirstFrame: fl.FirstFrame, Packets: fl.Packets[0] + fl.Packets[1]}
	}
	lost := fl.Gaps[0] + fl.Gaps[1]
	if total := lost + fl.Bytes[0] + fl.Bytes[1]; total > 0 {
		m.loss = float64(lost) / float64(total)
	}
}

// show makes the sample one that may be shown, and kept.
func (m *sample) show(out *outlet) {
	if m.shown {
		return
	}
	m.shown = true
	m.client.IP = out.outgoing("client.ip", m.client.IP, true)
	if m.fingerprint != 0 {
		m.client.Fingerprint = strconv.FormatUint(m.fingerprint, 10)
	}
	m.who.User = out.outgoing("principal.user", m.who.User, false)
	if m.who.Kind == "" {
		m.who.Kind = "none"
	}
	r := &m.req
	r.Method, r.Host, r.Route = cut(out.redact("req.method", r.Method), 32), cut(out.redact("req.host", r.Host), maxText), cut(out.redact("req.route", r.Route), maxText)
	r.Target, r.UserAgent = cut(out.redact("req.target", r.Target), 1024), cut(out.redact("header.user-agent", r.UserAgent), maxText)
	m.endpoint = r.Method + " " + r.Host + r.Route
}

// text returns a field that is text.
func (s *scope) text(name string) string {
	t, ok := s.field(s.lang.index[name]).(string)
	if !ok {
		return ""
	}
	return t
}

// alert makes an alert of rule r that shows this sample, which may be shown.
func (m *sample) alert(r *Rule, ruleset string, sensor event.AlertSensor) *event.Alert {
	a := &event.Alert{Schema: event.AlertSchema, Time: event.Nanos(m.Time), FirstSeen: event.Nanos(m.Time), LastSeen: event.Nanos(m.Time),
		Count: 1, State: event.Open, Confidence: 0.9, Outcome: event.Tried, Sensor: sensor, Client: m.client, Server: m.server, Principal: m.who,
		Req: m.req, Resp: event.AlertResponse{Status: m.status}, Evidence: []event.Evidence{}, Order: m.Order, Rests: m.rests,
		Rule: event.AlertRule{ID: r.ID, Title: r.Title, Category: r.Category, Refs: r.Refs, Ruleset: ruleset}}
	if m.incomplete {
		a.Confidence = 0.6 // something of the call is missing
	}
	if !m.seen {
		a.Outcome = event.Unknown
	}
	a.Quality = event.AlertQuality{Loss: m.loss, SampleRate: 1}
	return a
}

func setSeverity(a *event.Alert, s event.Severity) {
	a.Severity, a.SevNum = s, uint16(s)
}

// shows links an alert to the calls it is about, which those about facts,
// anomalies and connections have none of.
func (m *sample) shows(a *event.Alert, calls []event.ID) {
	if m.noted {
		a.Calls = []event.ID{}
		return
	}
	a.Calls, a.Links.Query = calls, callsQuery(calls)
}

// callsQuery is SQL that shows the calls; ids are hex, so nothing needs quoting.
func callsQuery(ids []event.ID) string {
	const shown = 16
	b := []byte("SELECT * FROM calls WHERE call_id IN (")
	for i, id := range ids {
		if i == shown {
			break
		}
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '\'')
		b = append(b, id.String()...)
		b = append(b, '\'')
	}
	return string(append(b, ") ORDER BY ts"...))
}
