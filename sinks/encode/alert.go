package encode

import (
	"math"
	"strconv"

	"spaniel/event"
)

// object appends the fields of a JSON object; its zero value with b set to
// "…{" is ready.
type object struct {
	b    []byte
	more bool
}

func (o *object) key(name string) {
	if o.more {
		o.b = append(o.b, ',')
	}
	o.more = true
	o.b = append(append(append(o.b, '"'), name...), '"', ':')
}

func (o *object) str(name, v string)              { o.key(name); o.b = AppendString(o.b, v) }
func (o *object) num(name string, v uint64)       { o.key(name); o.b = strconv.AppendUint(o.b, v, 10) }
func (o *object) time(name string, v event.Nanos) { o.key(name); o.b = appendTime(o.b, v) }
func (o *object) float(name string, v float64, bits int) {
	o.key(name)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	o.b = strconv.AppendFloat(o.b, v, 'g', -1, bits)
}
func (o *object) some(name, v string) { // leaves out what is empty
	if v != "" {
		o.str(name, v)
	}
}
func (o *object) open(name string) { o.key(name); o.b = append(o.b, '{'); o.more = false }
func (o *object) close()           { o.b = append(o.b, '}'); o.more = true }

// AppendAlert appends the alert as one JSON object, the same fields in the
// same order as event.Alert's tags say, but with the escaping of AppendString,
// empty lists as [] and numbers that JSON cannot say as 0.
func AppendAlert(b []byte, a *event.Alert) []byte {
	return append(AppendAlertFields(append(b, '{'), a), '}')
}

// AppendAlertFields is AppendAlert without the outer braces.
func AppendAlertFields(b []byte, a *event.Alert) []byte {
	o := object{b: b}
	o.str("schema", a.Schema)
	o.key("id")
	o.b = appendID(o.b, &a.ID)
	o.str("dedup_key", a.DedupKey)
	o.time("ts", a.Time)
	o.time("first_seen", a.FirstSeen)
	o.time("last_seen", a.LastSeen)
	o.num("count", a.Count)
	o.str("state", a.State)
	o.str("severity", a.Severity.String())
	o.num("severity_num", uint64(a.SevNum))
	o.float("confidence", float64(a.Confidence), 32)
	o.str("outcome", string(a.Outcome))
	appendRule(&o, &a.Rule)
	o.open("sensor")
	o.str("name", a.Sensor.Name)
	o.str("zone", a.Sensor.Zone)
	o.str("version", a.Sensor.Version)
	o.close()
	appendEnds(&o, a)
	appendMessages(&o, a)
	o.key("evidence")
	o.b = appendEvidence(o.b, a.Evidence)
	o.str("message", a.Message)
	appendCallIDs(&o, a.Calls)
	o.open("links")
	o.str("query", a.Links.Query)
	o.close()
	o.open("data_quality")
	o.float("loss", a.Quality.Loss, 64)
	o.float("sample_rate", a.Quality.SampleRate, 64)
	o.close()
	o.some("spooled_day", a.SpooledDay)
	return o.b
}

func appendRule(o *object, r *event.AlertRule) {
	o.open("rule")
	o.str("id", r.ID)
	o.str("title", r.Title)
	o.str("category", r.Category)
	o.key("refs")
	o.b = appendStrings(o.b, r.Refs)
	o.str("ruleset", r.Ruleset)
	o.close()
}

func appendEnds(o *object, a *event.Alert) {
	o.open("client")
	o.str("ip", a.Client.IP)
	o.num("port", uint64(a.Client.Port))
	o.some("country", a.Client.Country)
	o.some("fingerprint", a.Client.Fingerprint)
	o.close()
	o.open("principal")
	o.str("kind", a.Principal.Kind)
	o.some("id", a.Principal.ID)
	o.some("user", a.Principal.User)
	o.some("session", a.Principal.Session)
	o.close()
	o.open("server")
	o.str("ip", a.Server.IP)
	o.num("port", uint64(a.Server.Port))
	o.close()
}

func appendMessages(o *object, a *event.Alert) {
	o.open("req")
	o.str("method", a.Req.Method)
	o.str("host", a.Req.Host)
	o.str("route", a.Req.Route)
	o.str("target", a.Req.Target)
	o.str("user_agent", a.Req.UserAgent)
	o.close()
	o.open("resp")
	o.num("status", uint64(a.Resp.Status))
	o.close()
}

func appendEvidence(b []byte, list []event.Evidence) []byte {
	o := object{b: append(b, '[')}
	for i := range list {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b, o.more = append(o.b, '{'), false
		e := &list[i]
		o.str("place", e.Place)
		o.some("chain", e.Chain)
		o.some("text", e.Text)
		if e.Offset != 0 {
			o.key("offset")
			o.b = strconv.AppendInt(o.b, int64(e.Offset), 10)
		}
		o.some("alt", e.Alt)
		o.some("op", e.Op)
		if e.Want != 0 {
			o.float("want", e.Want, 64)
		}
		if e.Got != 0 {
			o.float("got", e.Got, 64)
		}
		o.close()
	}
	return append(o.b, ']')
}

func appendCallIDs(o *object, ids []event.ID) {
	o.key("calls")
	o.b = append(o.b, '[')
	for i := range ids {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendID(o.b, &ids[i])
	}
	o.b = append(o.b, ']')
}
