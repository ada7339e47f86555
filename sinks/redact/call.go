package redact

import (
	"math"
	"strings"

	"spaniel/event"
)

// Call fills rec from c: every column but sensor_zone, iface, ruleset and
// spooled_day, which the sensor knows. rec owns what it holds and keeps
// the capacity of its lists, so that records can be used again.
func (r *Redactor) Call(c *event.Call, rec *event.Record) {
	q, p, leaves, pii, anomalies, words := rec.ReqHeaders[:0], rec.RespHeaders[:0], rec.Leaves[:0], rec.PII[:0], rec.Anomalies[:0], rec.Flags[:0]
	*rec = event.Record{} // in place: one that holds something would be made elsewhere and copied
	rec.ReqHeaders, rec.RespHeaders, rec.Leaves, rec.PII, rec.Anomalies, rec.Flags = q, p, leaves, pii, anomalies, words
	rec.ID, rec.Key, rec.Time, rec.SensorName, rec.Depth = c.ID, c.Key, event.Nanos(c.Time), c.Sensor, c.Depth
	rec.Proto, rec.Style, rec.Kind, rec.APIVersion = c.Proto, c.Style, c.Kind, r.value(c.APIVer)
	sent := r.formOf(c.Req.Headers)
	rec.SampleRate, rec.Fingerprint = 1, fingerprint(c, sent)
	flags := c.Flags
	r.messages(c, rec, sent)
	r.principal(&c.Principal, rec)
	if r.opt.Leaves || c.KeepLeaves {
		var cut bool
		if rec.Leaves, cut = r.leaves(rec.Leaves, c.Leaves()); cut {
			flags |= event.FlagCapped
		}
		flags |= c.Flags // making the leaves can add to them
	}
	r.ends(c, rec)
	rec.Anomalies = append(rec.Anomalies, c.Anomalies...)
	rec.Flags = flags.Append(rec.Flags)
	timing(c, rec)
}

// ends fills who talked to whom.
func (r *Redactor) ends(c *event.Call, rec *event.Record) {
	if c.Flow == nil {
		return
	}
	k := &c.Flow.FlowKey
	client, server := k.Client.Addr(), k.Server.Addr()
	rec.FlowID, rec.VLAN, rec.VNI = c.Flow.ID, k.VLAN, k.VNI
	rec.ClientPort, rec.ServerPort = k.Client.Port(), k.Server.Port()
	rec.ClientIP, rec.ServerIP = r.Addr(client), server
	rec.RealIP = rec.ClientIP
	if c.RealIP.IsValid() {
		rec.RealIP = r.Addr(c.RealIP)
	}
	rec.CommunityID = r.CommunityID(c.Flow)
}

// messages fills what the request and the response say; sent is the form of the
// request's fields.
func (r *Redactor) messages(c *event.Call, rec *event.Record, sent *form) {
	q, p := &c.Req, &c.Resp
	rec.Method, rec.Host, rec.Route = r.text(q.Method), r.host(q.Host), r.path(c.Route)
	rec.Path, rec.Query = r.path(q.Path), r.query(q.Query)
	rec.Target = r.whole(q, rec)
	rec.Status = uint16(min(max(p.Status, 0), math.MaxUint16))
	rec.ReqBytes, rec.RespBytes = q.BodyBytes, p.BodyBytes
	rec.AgentFamily, rec.Bot = c.AgentFamily, c.Bot
	rec.Country, rec.ASN = c.Country, c.ASN
	rec.ReqHeaders = r.fields(rec.ReqHeaders, &q.Message, sent)
	rec.UserAgent, rec.ReqType = r.agent(q, rec, sent), r.mediaType(&q.Message, sent)
	answered := r.formOf(p.Headers) // the last use of sent was before
	rec.RespHeaders = r.fields(rec.RespHeaders, &p.Message, answered)
	rec.RespType = r.mediaType(&p.Message, answered)
}

// agent is the User-Agent as stored; it is among the fields in rec, unless those
// called so were said to hold secrets.
func (r *Redactor) agent(q *event.Request, rec *event.Record, f *form) string {
	switch {
	case f == nil:
		return r.value(q.Get("User-Agent"))
	case f.agent == 0:
		return ""
	case !f.fields[f.agent-1].ordinary:
		return r.value(q.Headers[f.agent-1].Value)
	}
	return rec.ReqHeaders[f.agent-1].Value
}

// whole is the request's target as stored: where it is nothing but path and
// query, which it is nearly always, these say what it became.
func (r *Redactor) whole(q *event.Request, rec *event.Record) string {
	t, n := q.Target, len(q.Path)
	query := len(t) > n && t[n] == '?'
	switch {
	case n == 0 || q.Path[0] != '/' || !strings.HasPrefix(t, q.Path) || strings.IndexByte(t, '#') >= 0,
		query && t[n+1:] != q.Query, !query && len(t) != n:
		return r.target(t)
	case rec.Path == q.Path && rec.Query == q.Query:
		return t
	case query:
		return rec.Path + "?" + rec.Query
	}
	return rec.Path
}

// fields appends the fields of a message whose form f is, nil without one.
func (r *Redactor) fields(dst event.HeaderMap, m *event.Message, f *form) event.HeaderMap {
	if f != nil {
		for i := range m.Headers {
			known := &f.fields[i]
			value := m.Headers[i].Value
			if i < keptValues {
				value = known.value(r, value)
			} else {
				value = r.fieldValue(known.name, value, known.ordinary)
			}
			dst = append(dst, event.Header{Name: known.shown, Value: value})
		}
	} else {
		dst = r.eachField(dst, m.Headers)
	}
	return r.eachField(dst, m.Trailers)
}

func (r *Redactor) eachField(dst event.HeaderMap, list []event.Header) event.HeaderMap {
	for i := range list {
		name, value := r.field(list[i].Name, list[i].Value)
		dst = append(dst, event.Header{Name: name, Value: value})
	}
	return dst
}

// mediaType is the Content-Type without its parameters, in lower case, of a
// message whose form f is, nil without one.
func (r *Redactor) mediaType(m *event.Message, f *form) (sent string) {
	switch {
	case f == nil:
		sent = m.Get("Content-Type")
	case f.kind > 0:
		sent = m.Headers[f.kind-1].Value
	}
	if sent == "" {
		return ""
	}
	return r.mem.recall(useType, "", sent, func() string {
		t, _, _ := strings.Cut(sent, ";")
		return r.value(strings.ToLower(strings.TrimSpace(t)))
	})
}

func (r *Redactor) principal(p *event.Principal, rec *event.Record) {
	rec.PrincipalKind, rec.PrincipalID, rec.Session = p.Kind, p.ID, p.Session
	rec.User = r.User(p.User)
}

// timing fills the two durations, and the frames the call spans.
func timing(c *event.Call, rec *event.Record) {
	q, p := &c.Req, &c.Resp
	last := q.End
	if p.Seen {
		last = max(last, p.End)
	}
	rec.Duration = micros(last - c.Time)
	if q.Seen && p.Seen {
		rec.TTFB = micros(p.Start - q.End)
	}
	rec.FirstFrame, rec.LastFrame = q.FirstFrame, max(q.LastFrame, p.LastFrame)
	if !q.Seen || p.FirstFrame != 0 && p.FirstFrame < rec.FirstFrame {
		rec.FirstFrame = p.FirstFrame
	}
}

// micros is a span of ns as µs, held within what a column can say: a capture
// whose clock runs backwards gives 0.
func micros(ns int64) uint32 { return uint32(min(max(ns/1000, 0), math.MaxUint32)) }
