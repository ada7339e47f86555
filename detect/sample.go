package detect

import "spaniel/event"

// sample is what an alert shows of one call, redacted, owning its memory.
type sample struct {
	id         event.ID
	time       int64
	order      event.Order
	client     event.AlertClient
	server     event.AlertServer
	who        event.AlertWho
	req        event.AlertRequest
	endpoint   string
	status     uint16
	seen       bool // a response was seen
	loss       float64
	incomplete bool
}

// sample makes the sample of the scope's call.
func (s *scope) sample() *sample {
	c, fl := s.call, s.flow()
	m := &sample{id: c.ID, time: c.Time, order: c.Order, status: uint16(c.Resp.Status), seen: c.Resp.Seen, incomplete: c.Flags.Has(incompleteFlags)}
	m.client = event.AlertClient{IP: s.outgoing("client.ip", s.text("client.ip"), true), Port: fl.Client.Port(), Fingerprint: s.text("client.fingerprint"), Country: c.Country}
	m.server = event.AlertServer{IP: s.text("server.ip"), Port: fl.Server.Port()}
	m.who = event.AlertWho{Kind: c.Principal.Kind, ID: c.Principal.ID, User: s.outgoing("principal.user", c.Principal.User, false), Session: c.Principal.Session}
	if m.who.Kind == "" {
		m.who.Kind = "none"
	}
	route := cut(s.redact("req.route", c.Route), maxText)
	m.req = event.AlertRequest{Method: cut(s.redact("req.method", c.Req.Method), 32), Host: cut(s.redact("req.host", c.Req.Host), maxText), Route: route,
		Target: cut(s.redact("req.target", c.Req.Target), 1024), UserAgent: cut(s.redact("header.user-agent", c.Req.Get("user-agent")), maxText)}
	m.endpoint = m.req.Method + " " + m.req.Host + route
	lost := fl.Gaps[0] + fl.Gaps[1]
	if total := lost + fl.Bytes[0] + fl.Bytes[1]; total > 0 {
		m.loss = float64(lost) / float64(total)
	}
	return m
}

// text returns a field that is text.
func (s *scope) text(name string) string {
	t, ok := s.field(s.lang.index[name]).(string)
	if !ok {
		return ""
	}
	return t
}

// alert makes an alert of rule r that shows this sample.
func (m *sample) alert(r *Rule, ruleset string, sensor event.AlertSensor) *event.Alert {
	a := &event.Alert{Schema: event.AlertSchema, Time: event.Nanos(m.time), FirstSeen: event.Nanos(m.time), LastSeen: event.Nanos(m.time),
		Count: 1, State: "open", Confidence: 0.9, Outcome: event.Tried, Sensor: sensor, Client: m.client, Server: m.server, Principal: m.who,
		Req: m.req, Resp: event.AlertResponse{Status: m.status}, Evidence: []event.Evidence{}, Order: m.order,
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
