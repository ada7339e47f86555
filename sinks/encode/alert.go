package encode

import (
	"strconv"

	"spaniel/event"
)

// AppendAlert appends the alert as one JSON object, the same fields in the
// same order as event.Alert's tags say, but with the escaping of AppendString,
// empty lists as [] and numbers that JSON cannot say as 0.
func AppendAlert(b []byte, a *event.Alert) []byte {
	return append(AppendAlertFields(append(b, '{'), a), '}')
}

// AppendAlertFields is AppendAlert without the outer braces.
func AppendAlertFields(b []byte, a *event.Alert) []byte {
	o := Object{B: b}
	o.Str("schema", a.Schema)
	o.Key("id")
	o.B = appendID(o.B, &a.ID)
	o.Str("dedup_key", a.DedupKey)
	o.Time("ts", a.Time)
	o.Time("first_seen", a.FirstSeen)
	o.Time("last_seen", a.LastSeen)
	o.Num("count", a.Count)
	o.Str("state", a.State)
	o.Str("severity", a.Severity.String())
	o.Num("severity_num", uint64(a.SevNum))
	o.Float("confidence", float64(a.Confidence), 32)
	o.Str("outcome", string(a.Outcome))
	appendRule(&o, &a.Rule)
	o.Open("sensor")
	o.Str("name", a.Sensor.Name)
	o.Str("zone", a.Sensor.Zone)
	o.Str("version", a.Sensor.Version)
	o.Close()
	appendEnds(&o, a)
	appendMessages(&o, a)
	appendEvidence(&o, a.Evidence)
	o.Str("message", a.Message)
	appendCallIDs(&o, a.Calls)
	o.Open("links")
	o.Str("query", a.Links.Query)
	o.Close()
	o.Open("data_quality")
	o.Float("loss", a.Quality.Loss, 64)
	o.Float("sample_rate", a.Quality.SampleRate, 64)
	o.Close()
	if len(a.Cut) > 0 {
		o.List("cut", a.Cut)
	}
	o.Some("spooled_day", a.SpooledDay)
	return o.B
}

func appendRule(o *Object, r *event.AlertRule) {
	o.Open("rule")
	o.Str("id", r.ID)
	o.Str("title", r.Title)
	o.Str("category", r.Category)
	o.List("refs", r.Refs)
	o.Str("ruleset", r.Ruleset)
	o.Close()
}

func appendEnds(o *Object, a *event.Alert) {
	o.Open("client")
	o.Str("ip", a.Client.IP)
	o.Num("port", uint64(a.Client.Port))
	o.Some("country", a.Client.Country)
	o.Some("fingerprint", a.Client.Fingerprint)
	o.Close()
	o.Open("principal")
	o.Str("kind", a.Principal.Kind)
	o.Some("id", a.Principal.ID)
	o.Some("user", a.Principal.User)
	o.Some("session", a.Principal.Session)
	o.Close()
	o.Open("server")
	o.Str("ip", a.Server.IP)
	o.Num("port", uint64(a.Server.Port))
	o.Close()
}

func appendMessages(o *Object, a *event.Alert) {
	o.Open("req")
	o.Str("method", a.Req.Method)
	o.Str("host", a.Req.Host)
	o.Str("route", a.Req.Route)
	o.Str("target", a.Req.Target)
	o.Str("user_agent", a.Req.UserAgent)
	o.Close()
	o.Open("resp")
	o.Num("status", uint64(a.Resp.Status))
	o.Close()
}

func appendEvidence(o *Object, list []event.Evidence) {
	o.OpenList("evidence")
	for i := range list {
		o.Item()
		e := &list[i]
		o.Str("place", e.Place)
		o.Some("chain", e.Chain)
		o.Some("text", e.Text)
		if e.Offset != 0 {
			o.Key("offset")
			o.B = strconv.AppendInt(o.B, int64(e.Offset), 10)
		}
		o.Some("alt", e.Alt)
		o.Some("op", e.Op)
		if e.Want != 0 {
			o.Float("want", e.Want, 64)
		}
		if e.Got != 0 {
			o.Float("got", e.Got, 64)
		}
		o.Close()
	}
	o.CloseList()
}

func appendCallIDs(o *Object, ids []event.ID) {
	o.Key("calls")
	o.B = append(o.B, '[')
	for i := range ids {
		if i > 0 {
			o.B = append(o.B, ',')
		}
		o.B = appendID(o.B, &ids[i])
	}
	o.B = append(o.B, ']')
}
