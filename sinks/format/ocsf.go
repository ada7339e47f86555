package format

import (
	"slices"
	"strconv"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// ocsfVersion is that of the Open Cybersecurity Schema Framework: the first
// that has all the attributes used here, whose later ones have them, too.
const ocsfVersion = "1.4.0"

// appendOCSF appends an alert as a Detection Finding (class 2004), and a call
// as HTTP Activity (class 4002).
func appendOCSF(b []byte, it *event.Item) []byte {
	o := encode.Begin(b)
	if it.Alert != nil {
		ocsfFinding(&o, it.Alert)
	} else {
		ocsfActivity(&o, it.Call)
	}
	o.Close()
	return o.B
}

func ocsfFinding(o *encode.Object, a *event.Alert) {
	activity, status := uint64(1), uint64(1) // Create, New
	if a.State == "closed" {
		activity, status = 3, 4 // Close, Resolved
	}
	ocsfClass(o, 2004, activity, ocsfSeverity(a.Severity), a.Time)
	o.Some("message", a.Message)
	ocsfMetadata(o, a.ID.String(), a.Sensor.Version, "spaniel.alert")
	o.Num("count", a.Count)
	o.NumIf("start_time", uint64(max(millis(a.FirstSeen), 0)))
	o.NumIf("end_time", uint64(max(millis(a.LastSeen), 0)))
	o.Num("confidence_score", uint64(a.Confidence*100))
	o.Num("confidence_id", ocsfConfidence(a.Confidence))
	o.Num("status_id", status)
	o.True("is_alert")
	o.Open("finding_info")
	o.Str("uid", a.ID.String())
	o.Str("title", a.Rule.Title)
	o.Some("desc", a.Message)
	o.List("types", []string{a.Rule.Category})
	o.NumIf("first_seen_time", uint64(max(millis(a.FirstSeen), 0)))
	o.NumIf("last_seen_time", uint64(max(millis(a.LastSeen), 0)))
	o.Open("analytic")
	o.Num("type_id", 1) // Rule
	o.Str("uid", a.Rule.ID)
	o.Str("name", a.Rule.Title)
	o.Some("version", a.Rule.Ruleset)
	o.Close()
	if ids := techniques(a.Rule.Refs); len(ids) > 0 {
		o.OpenList("attacks")
		for _, id := range ids {
			o.Item()
			o.Open("technique")
			o.Str("uid", id)
			o.Close()
			o.Close()
		}
		o.CloseList()
	}
	o.Close()
	ocsfEvidence(o, a)
	o.Open("unmapped")
	ocsfOddMethod(o, a.Req.Method)
	o.Str("outcome", string(a.Outcome))
	o.Str("dedup_key", a.DedupKey)
	o.Some("route", a.Req.Route)
	o.Some("sensor", a.Sensor.Name)
	o.Some("evidence", evidence(a.Evidence))
	o.List("refs", a.Rule.Refs)
	o.Close()
}

// ocsfEvidence appends what the alert is about; an evidence of nothing is none.
func ocsfEvidence(o *encode.Object, a *event.Alert) {
	alone := !located(a.Client.IP) && !located(a.Server.IP) && a.Principal.User == ""
	if alone && a.Req.Target == "" {
		return
	}
	o.OpenList("evidences")
	o.Item()
	ocsfEnds(o, a.Client.IP, a.Client.Port, a.Server.IP, a.Server.Port)
	ocsfMessages(o, a.Req.Method, a.Req.Host, a.Req.Target, a.Req.UserAgent, a.Resp.Status)
	if alone { // messages are no evidence by themselves
		ocsfURL(o, a.Req.Host, a.Req.Target)
	}
	if a.Principal.User != "" {
		o.Open("actor")
		o.Open("user")
		o.Str("name", a.Principal.User)
		o.Close()
		o.Close()
	}
	o.Close()
	o.CloseList()
}

// located reports whether an address is one: what a window is about may have none.
func located(ip string) bool { return ip != "" && ip != "invalid IP" }

func ocsfActivity(o *encode.Object, c *event.Record) {
	activity := ocsfMethod(c.Method)
	ocsfClass(o, 4002, activity, 1, c.Time)
	if activity == ocsfOther {
		o.Str("activity_name", c.Method) // what is other has the name it came with
	}
	ocsfMetadata(o, c.ID.String(), "", "spaniel.call")
	o.Num("duration", uint64(c.Duration)/1000)
	o.NumIf("start_time", uint64(max(millis(c.Time), 0)))
	ocsfEnds(o, c.ClientIP.String(), c.ClientPort, c.ServerIP.String(), c.ServerPort)
	ocsfMessages(o, c.Method, c.Host, c.Target, c.UserAgent, c.Status)
	o.Open("connection_info")
	o.Num("direction_id", 0) // a mirror does not say which side is ours
	o.Num("protocol_num", 6)
	o.Str("protocol_name", "tcp")
	o.Some("community_uid", c.CommunityID)
	o.Close()
	o.Open("traffic")
	o.Num("bytes_in", c.ReqBytes)
	o.Num("bytes_out", c.RespBytes)
	o.Close()
	o.Open("unmapped")
	ocsfOddMethod(o, c.Method)
	o.Some("user", c.User)
	o.Some("route", c.Route)
	o.Some("sensor", c.SensorName)
	o.Some("kind", c.Kind)
	o.List("flags", c.Flags)
	o.List("anomalies", c.Anomalies)
	o.Close()
}

func ocsfClass(o *encode.Object, class, activity, severity uint64, at event.Nanos) {
	o.Num("class_uid", class)
	o.Num("category_uid", class/1000)
	o.Num("activity_id", activity)
	o.Num("type_uid", class*100+activity)
	o.Num("severity_id", severity)
	o.Key("time")
	o.B = strconv.AppendInt(o.B, millis(at), 10)
}

func ocsfMetadata(o *encode.Object, uid, v, log string) {
	o.Open("metadata")
	o.Str("version", ocsfVersion)
	o.Str("uid", uid)
	o.Str("log_name", log)
	o.Open("product")
	o.Str("name", product)
	o.Str("vendor_name", vendor)
	o.Some("version", v)
	o.Close()
	o.Close()
}

func ocsfSeverity(s event.Severity) uint64 {
	switch {
	case s >= event.Critical:
		return 5
	case s >= event.High:
		return 4
	case s >= event.Medium:
		return 3
	case s >= event.Low:
		return 2
	}
	return 1
}

func ocsfConfidence(c float32) uint64 {
	switch {
	case c >= 0.75:
		return 3
	case c >= 0.4:
		return 2
	}
	return 1
}

// ocsfMethods are the class's activities, by its own numbering. PATCH is none:
// only later versions have it.
var ocsfMethods = [...]string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"}

// ocsfMethod is the activity.
func ocsfMethod(m string) uint64 {
	if i := slices.Index(ocsfMethods[:], m); i >= 0 {
		return uint64(i + 1)
	}
	if m == "" {
		return 0 // Unknown
	}
	return ocsfOther
}

const ocsfOther = 99

// ocsfOddMethod appends a method that the schema has no word for.
func ocsfOddMethod(o *encode.Object, m string) {
	if !slices.Contains(ocsfMethods[:], m) {
		o.Some("http_method", m)
	}
}

func ocsfEnds(o *encode.Object, from string, fromPort uint16, to string, toPort uint16) {
	for _, e := range [...]struct {
		name, ip string
		port     uint16
	}{{"src_endpoint", from, fromPort}, {"dst_endpoint", to, toPort}} {
		if !located(e.ip) {
			continue
		}
		o.Open(e.name)
		o.Str("ip", e.ip)
		o.NumIf("port", uint64(e.port))
		o.Close()
	}
}

func ocsfMessages(o *encode.Object, method, host, target, agent string, status uint16) {
	if method != "" || target != "" {
		o.Open("http_request")
		if slices.Contains(ocsfMethods[:], method) {
			o.Str("http_method", method)
		}
		o.Some("user_agent", agent)
		ocsfURL(o, host, target)
		o.Close()
	}
	if status != 0 {
		o.Open("http_response")
		o.Num("code", uint64(status))
		o.Close()
	}
}

// ocsfURL appends what was asked for; of a host alone there is no URL.
func ocsfURL(o *encode.Object, host, target string) {
	if target == "" {
		return
	}
	path, query := split(target)
	o.Open("url")
	o.Str("url_string", url(host, target))
	o.Some("hostname", host)
	o.Some("path", path)
	o.Some("query_string", query)
	o.Close()
}
