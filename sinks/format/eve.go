package format

import (
	"hash/fnv"
	"net/netip"
	"strconv"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// appendEVE appends an alert or a call as Suricata's eve.json has them. That
// schema is closed, so only its keys are used; what it has none for stands in
// alert.metadata, whose values are lists of texts.
func appendEVE(b []byte, it *event.Item) []byte {
	o := encode.Begin(b)
	if it.Alert != nil {
		eveAlert(&o, it.Alert)
	} else {
		eveCall(&o, it.Call)
	}
	o.Close()
	return o.B
}

func eveAlert(o *encode.Object, a *event.Alert) {
	eveHead(o, a.Time, "alert")
	eveEnds(o, a.Client.IP, a.Client.Port, a.Server.IP, a.Server.Port)
	o.Open("alert")
	o.Str("action", "allowed") // passive: nothing is ever blocked
	o.Num("gid", 1)
	o.Num("signature_id", uint64(SignatureID(a.Rule.ID)))
	o.Num("rev", 1)
	o.Str("signature", a.Rule.Title)
	o.Str("category", a.Rule.Category)
	o.Num("severity", eveSeverity(a.Severity))
	o.Open("metadata")
	for _, m := range [...][2]string{{"rule_id", a.Rule.ID}, {"alert_id", a.ID.String()}, {"severity", a.Severity.String()},
		{"outcome", string(a.Outcome)}, {"count", strconv.FormatUint(a.Count, 10)}, {"dedup_key", a.DedupKey}, {"message", a.Message},
		{"evidence", evidence(a.Evidence)}, {"principal", a.Principal.ID}, {"user", a.Principal.User}, {"sensor", a.Sensor.Name}} {
		if m[1] != "" {
			o.List(m[0], []string{m[1]})
		}
	}
	o.List("refs", a.Rule.Refs)
	o.Close()
	o.Close()
	if !overHTTP(a) {
		return
	}
	o.Str("proto", "TCP")
	o.Str("app_proto", "http")
	o.Open("http")
	eveHTTP(o, a.Req.Host, a.Req.Target, a.Req.Method, a.Req.UserAgent, a.Resp.Status)
	o.Close()
}

func eveCall(o *encode.Object, c *event.Record) {
	eveHead(o, c.Time, "http")
	o.Num("flow_id", c.FlowID>>1) // eve.json holds a signed number
	o.Some("in_iface", c.Iface)
	o.Num("tx_id", uint64(c.Depth))
	o.Some("community_id", c.CommunityID)
	eveEnds(o, c.ClientIP.String(), c.ClientPort, c.ServerIP.String(), c.ServerPort)
	o.Str("proto", "TCP")
	o.Str("app_proto", "http")
	o.Open("http")
	eveHTTP(o, c.Host, c.Target, c.Method, c.UserAgent, c.Status)
	o.Some("http_refer", first(c.ReqHeaders, "referer"))
	o.Some("http_content_type", c.RespType)
	o.Some("protocol", eveProtocol(c.Proto))
	o.Num("length", c.RespBytes)
	if c.RealIP.IsValid() && c.RealIP != c.ClientIP {
		o.Str("xff", c.RealIP.String())
	}
	o.Close()
}

func eveHead(o *encode.Object, at event.Nanos, kind string) {
	o.Str("timestamp", at.Time().Format("2006-01-02T15:04:05.000000-0700"))
	o.Str("event_type", kind)
}

func eveEnds(o *encode.Object, from string, fromPort uint16, to string, toPort uint16) {
	if _, err := netip.ParseAddr(from); err == nil {
		o.Str("src_ip", from)
		o.Num("src_port", uint64(fromPort))
	}
	if _, err := netip.ParseAddr(to); err == nil {
		o.Str("dest_ip", to)
		o.Num("dest_port", uint64(toPort))
	}
}

func eveHTTP(o *encode.Object, host, target, method, agent string, status uint16) {
	o.Some("hostname", host)
	o.Some("url", target)
	o.Some("http_user_agent", agent)
	o.Some("http_method", method)
	o.NumIf("status", uint64(status))
}

// eveProtocol is the version as a request line has it.
func eveProtocol(p string) string {
	if v, ok := cutFold(p, "http/"); ok {
		return "HTTP/" + v
	}
	return p
}

// SignatureID is the number of a rule for systems that know signatures by
// numbers: a hash of its id, between 3,000,000,000 and 3,999,999,999, where no
// public set has its own.
func SignatureID(rule string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(rule))
	return 3_000_000_000 + h.Sum32()%1_000_000_000
}

// eveSeverity: 1 is the highest.
func eveSeverity(s event.Severity) uint64 {
	switch {
	case s >= event.High:
		return 1
	case s >= event.Medium:
		return 2
	case s >= event.Low:
		return 3
	}
	return 4
}
