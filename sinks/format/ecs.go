package format

import (
	"strconv"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// ecsVersion is that of the Elastic Common Schema whose fields are used.
const ecsVersion = "8.17.0"

// appendECS appends an alert or a call as a document of the Elastic Common
// Schema. What ECS has no field for stands under `spaniel`. The index template
// of sinks/elastic maps exactly these fields.
func appendECS(b []byte, it *event.Item) []byte {
	o := encode.Begin(b)
	if it.Alert != nil {
		ecsAlert(&o, it.Alert)
	} else {
		ecsCall(&o, it.Call)
	}
	o.Close()
	return o.B
}

func ecsAlert(o *encode.Object, a *event.Alert) {
	o.Time("@timestamp", a.Time)
	o.Str("message", a.Message)
	ecsHead(o)
	o.Open("event")
	o.Str("kind", "alert")
	o.List("category", []string{"intrusion_detection", "web"})
	o.List("type", []string{"info"})
	o.Str("module", "spaniel")
	o.Str("dataset", "spaniel.alert")
	o.Str("id", a.ID.String())
	o.Num("severity", uint64(a.SevNum))
	o.Float("risk_score", float64(float32(a.SevNum)*a.Confidence), 32)
	o.Str("outcome", ecsOutcome(a.Outcome))
	o.Time("start", a.FirstSeen)
	o.Time("end", a.LastSeen)
	o.Close()
	o.Open("rule")
	o.Str("id", a.Rule.ID)
	o.Str("name", a.Rule.Title)
	o.Str("category", a.Rule.Category)
	o.Some("ruleset", a.Rule.Ruleset)
	o.Close()
	if ids := techniques(a.Rule.Refs); len(ids) > 0 {
		o.Open("threat")
		o.Str("framework", "MITRE ATT&CK")
		o.Open("technique")
		o.List("id", ids)
		o.Close()
		o.Close()
	}
	ecsEnds(o, ecsEnd{a.Client.IP, a.Client.Port, a.Client.Country}, ecsEnd{ip: a.Server.IP, port: a.Server.Port})
	ecsURL(o, a.Req.Host, a.Req.Target)
	if overHTTP(a) {
		o.Open("http")
		o.Open("request")
		o.Some("method", a.Req.Method)
		o.Close()
		o.Open("response")
		o.NumIf("status_code", uint64(a.Resp.Status))
		o.Close()
		o.Close()
	}
	ecsWho(o, a.Req.UserAgent, a.Principal.User)
	if overHTTP(a) {
		ecsNetwork(o, "")
	}
	ecsObserver(o, a.Sensor.Name, a.Sensor.Zone, a.Sensor.Version)
	o.Open("spaniel")
	o.Str("severity", a.Severity.String())
	o.Str("outcome", string(a.Outcome))
	o.Str("state", a.State)
	o.Num("count", a.Count)
	o.Str("dedup_key", a.DedupKey)
	o.Some("route", a.Req.Route)
	o.Some("principal_kind", a.Principal.Kind)
	o.Some("principal_id", a.Principal.ID)
	o.List("refs", a.Rule.Refs)
	calls := make([]string, len(a.Calls))
	for i := range a.Calls {
		calls[i] = a.Calls[i].String()
	}
	o.List("calls", calls)
	ecsEvidence(o, a.Evidence)
	o.Close()
}

func ecsEvidence(o *encode.Object, list []event.Evidence) {
	o.OpenList("evidence")
	for i := range list {
		o.Item()
		e := &list[i]
		o.Str("place", e.Place)
		o.Some("chain", e.Chain)
		o.Some("text", e.Text)
		if e.Op != "" {
			o.Str("op", e.Op)
			o.Float("want", e.Want, 64)
			o.Float("got", e.Got, 64)
		}
		o.Close()
	}
	o.CloseList()
}

func ecsCall(o *encode.Object, c *event.Record) {
	o.Time("@timestamp", c.Time)
	ecsHead(o)
	o.Open("event")
	o.Str("kind", "event")
	o.List("category", []string{"web"})
	o.List("type", []string{"access"})
	o.Str("module", "spaniel")
	o.Str("dataset", "spaniel.call")
	o.Str("id", c.ID.String())
	o.Num("duration", uint64(c.Duration)*1000) // ECS counts nanoseconds
	o.Close()
	ecsEnds(o, ecsEnd{c.ClientIP.String(), c.ClientPort, c.Country}, ecsEnd{ip: c.ServerIP.String(), port: c.ServerPort})
	ecsURL(o, c.Host, c.Target)
	o.Open("http")
	ecsMessage(o, "request", c.ReqBytes, c.ReqType, func() { o.Some("method", c.Method) })
	ecsMessage(o, "response", c.RespBytes, c.RespType, func() { o.NumIf("status_code", uint64(c.Status)) })
	o.Close()
	ecsWho(o, c.UserAgent, c.User)
	ecsNetwork(o, c.CommunityID)
	ecsObserver(o, c.SensorName, c.SensorZone, "")
	o.Open("spaniel")
	o.Some("route", c.Route)
	o.Some("call_kind", c.Kind)
	o.Some("style", c.Style)
	o.Str("flow_id", strconv.FormatUint(c.FlowID, 10))
	o.Some("principal_kind", c.PrincipalKind)
	o.Some("principal_id", c.PrincipalID)
	o.List("anomalies", c.Anomalies)
	o.List("flags", c.Flags)
	o.Close()
}

func ecsMessage(o *encode.Object, name string, bytes uint64, mime string, first func()) {
	o.Open(name)
	first()
	o.Some("mime_type", mime)
	o.Open("body")
	o.Num("bytes", bytes)
	o.Close()
	o.Close()
}

func ecsHead(o *encode.Object) {
	o.Open("ecs")
	o.Str("version", ecsVersion)
	o.Close()
}

// ecsOutcome is the outcome of what the alert is about, in the three words ECS
// has.
func ecsOutcome(out event.Outcome) string {
	switch out {
	case event.LikelySucceeded:
		return "success"
	case event.Refused, event.FailedOutcome:
		return "failure"
	}
	return "unknown"
}

type ecsEnd struct {
	ip      string
	port    uint16
	country string
}

func ecsEnds(o *encode.Object, from, to ecsEnd) {
	for _, e := range [...]struct {
		name string
		ecsEnd
	}{{"source", from}, {"destination", to}} {
		if !located(e.ip) {
			continue // a window that is not about a client
		}
		o.Open(e.name)
		o.Str("ip", e.ip)
		o.NumIf("port", uint64(e.port))
		if e.country != "" {
			o.Open("geo")
			o.Str("country_iso_code", e.country)
			o.Close()
		}
		o.Close()
	}
}

func ecsURL(o *encode.Object, host, target string) {
	if host == "" && target == "" {
		return
	}
	path, query := split(target)
	o.Open("url")
	o.Str("original", target)
	o.Some("domain", host)
	o.Some("path", path)
	o.Some("query", query)
	o.Close()
}

func ecsWho(o *encode.Object, agent, user string) {
	if agent != "" {
		o.Open("user_agent")
		o.Str("original", agent)
		o.Close()
	}
	if user != "" {
		o.Open("user")
		o.Str("name", user)
		o.Close()
	}
}

func ecsNetwork(o *encode.Object, community string) {
	o.Open("network")
	o.Str("transport", "tcp")
	o.Str("protocol", "http")
	o.Some("community_id", community)
	o.Close()
}

func ecsObserver(o *encode.Object, name, zone, v string) {
	o.Open("observer")
	o.Some("name", name)
	o.Str("type", "ids")
	o.Str("vendor", vendor)
	o.Str("product", product)
	o.Some("version", v)
	if zone != "" {
		o.Open("ingress")
		o.Str("zone", zone)
		o.Close()
	}
	o.Close()
}
