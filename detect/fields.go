package detect

import (
	"spaniel/detect/prefilter"
	"spaniel/event"
)

// A Field is a name usable in rules and in --where.
type Field struct {
	Name string
	// Type is string, int, bool, float, time, strings, leaves or headers.
	Type string
	// Meaning is one sentence; Example a value as an expression would write it.
	Meaning, Example string
	// Column is the column of the calls table that holds the same, "" for
	// what only expressions can see.
	Column string
}

// field is a Field with what computes it.
type field struct {
	Field
	get func(*scope) any
	// safe says that the value never holds a secret and needs no redaction
	// before it goes into a window or a message.
	safe bool
}

// Fields lists every name that rules and --where can use, in the order of the
// columns, what only expressions see after them.
func Fields() []Field {
	all := fieldTable()
	out := make([]Field, len(all))
	for i := range all {
		out[i] = all[i].Field
	}
	return out
}

// storedOnly lists the columns that have no field, since they are fixed only
// when the record is stored, after judgement.
func storedOnly() []string {
	return []string{"iface", "flow_community_id", "resp_pii", "call_sample_rate", "spooled_day"}
}

// fieldTable is the one list of fields. Names are the columns' names with a
// dot for the first underscore; that a column and its field agree is tested.
func fieldTable() []field {
	table := append(append(columnFields(), requestFields()...), noteFields()...)
	meaning := map[string]event.Column[event.Record]{}
	for _, c := range event.CallColumns() {
		meaning[c.Name] = c
	}
	for i := range table {
		f := &table[i]
		if c, ok := meaning[f.Column]; ok {
			f.Meaning, f.Example = c.Meaning, c.Example
		}
	}
	return table
}

// column declares a field that is also a column.
func column(name, col, typ string, safe bool, get func(*scope) any) field {
	return field{Field: Field{Name: name, Type: typ, Column: col}, get: get, safe: safe}
}

// only declares a field that only expressions see.
func only(name, typ, meaning, example string, safe bool, get func(*scope) any) field {
	return field{Field: Field{Name: name, Type: typ, Meaning: meaning, Example: example}, get: get, safe: safe}
}

// columnFields are the fields that the calls table also holds.
func columnFields() []field {
	return []field{
		column("ts", "ts", "time", true, func(s *scope) any { return event.Nanos(s.call.Time).Time() }),
		column("call.id", "call_id", "string", true, func(s *scope) any { return s.call.ID.String() }),
		column("call.key", "call_key", "string", true, func(s *scope) any { return s.call.Key.String() }),
		column("sensor.name", "sensor_name", "string", true, func(s *scope) any { return s.call.Sensor }),
		column("sensor.zone", "sensor_zone", "string", true, func(s *scope) any { return s.cfg.Sensor.Zone }),
		column("flow.id", "flow_id", "string", true, flowID),
		column("flow.vlan", "flow_vlan", "int", true, func(s *scope) any { return int(s.flow().VLAN) }),
		column("flow.vni", "flow_vni", "int", true, func(s *scope) any { return int(s.flow().VNI) }),
		column("call.depth", "call_depth", "int", true, func(s *scope) any { return int(s.call.Depth) }),
		column("client.ip", "client_ip", "string", true, func(s *scope) any { return s.addresses.text(s.flow().Client) }),
		column("server.ip", "server_ip", "string", true, func(s *scope) any { return s.addresses.text(s.flow().Server) }),
		column("client.real_ip", "client_real_ip", "string", true, realIP),
		column("client.port", "client_port", "int", true, func(s *scope) any { return int(s.flow().Client.Port()) }),
		column("server.port", "server_port", "int", true, func(s *scope) any { return int(s.flow().Server.Port()) }),
		column("client.country", "client_country", "string", true, func(s *scope) any { return s.call.Country }),
		column("client.asn", "client_asn", "int", true, func(s *scope) any { return int(s.call.ASN) }),
		column("client.fingerprint", "client_fingerprint", "string", true, fingerprint),
		column("call.proto", "call_proto", "string", true, func(s *scope) any { return s.call.Proto }),
		column("call.style", "call_style", "string", true, func(s *scope) any { return s.call.Style }),
		column("call.kind", "call_kind", "string", true, func(s *scope) any { return s.call.Kind }),
		column("req.method", "req_method", "string", true, func(s *scope) any { return s.call.Req.Method }),
		column("req.host", "req_host", "string", true, func(s *scope) any { return s.call.Req.Host }),
		column("req.route", "req_route", "string", false, func(s *scope) any { return s.call.Route }),
		column("req.version", "req_version", "string", true, func(s *scope) any { return s.call.APIVer }),
		column("req.path", "req_path", "string", false, func(s *scope) any { return s.call.Req.Path }),
		column("req.query", "req_query", "string", false, func(s *scope) any { return s.call.Req.Query }),
		column("req.target", "req_target", "string", false, func(s *scope) any { return s.call.Req.Target }),
		column("req.operation", "req_operation", "string", false, operation),
		column("resp.status", "resp_status", "int", true, func(s *scope) any { return s.call.Resp.Status }),
		column("req.body_bytes", "req_body_bytes", "int", true, func(s *scope) any { return int(s.call.Req.BodyBytes) }),
		column("resp.body_bytes", "resp_body_bytes", "int", true, func(s *scope) any { return int(s.call.Resp.BodyBytes) }),
		column("call.ttfb_us", "call_ttfb_us", "int", true, ttfb),
		column("call.duration_us", "call_duration_us", "int", true, duration),
		column("req.content_type", "req_content_type", "string", true, func(s *scope) any { return s.makeText(reqTypeText) }),
		column("resp.content_type", "resp_content_type", "string", true, func(s *scope) any { return s.makeText(respTypeText) }),
		column("req.user_agent", "req_user_agent", "string", false, func(s *scope) any { return s.call.Req.Get("user-agent") }),
		column("client.agent_family", "client_agent_family", "string", true, func(s *scope) any { return s.agents.of(s.call.Req.Get("user-agent")).family }),
		column("client.bot", "client_bot", "string", true, func(s *scope) any { return s.agents.of(s.call.Req.Get("user-agent")).claimed }),
		column("principal.kind", "principal_kind", "string", true, func(s *scope) any { return s.call.Principal.Kind }),
		column("principal.id", "principal_id", "string", true, func(s *scope) any { return s.call.Principal.ID }),
		column("principal.user", "principal_user", "string", false, func(s *scope) any { return s.call.Principal.User }),
		column("principal.session", "principal_session", "string", true, func(s *scope) any { return s.call.Principal.Session }),
		column("req.headers", "req_headers", "headers", false, func(s *scope) any { return headerList(&s.call.Req.Message) }),
		column("resp.headers", "resp_headers", "headers", false, func(s *scope) any { return headerList(&s.call.Resp.Message) }),
		column("req.leaves", "req_leaves", "leaves", false, func(s *scope) any { return s.allLeaves() }),
		column("call.anomalies", "call_anomalies", "strings", true, anomalies),
		column("call.flags", "call_flags", "strings", true, func(s *scope) any { return s.call.Flags.Append(nil) }),
		column("ruleset", "ruleset", "string", true, func(s *scope) any { return s.ruleset }),
		column("first_frame", "first_frame", "int", true, firstFrame),
		column("last_frame", "last_frame", "int", true, lastFrame),
	}
}

// requestFields are what only expressions see.
func requestFields() []field {
	return []field{
		only("req.body", "string", "request body, content codings removed, cut at the cap", `"{\"a\":1}"`, false, func(s *scope) any { return string(s.call.ReqBody()) }),
		only("resp.body", "string", "response body, content codings removed, cut at the cap", `"[]"`, false, func(s *scope) any { return string(s.call.RespBody()) }),
		only("req.uri", "string", "path and query as a server takes them: %XX undone once; slashes, backslashes, . and .. of the path resolved; a plus stays", `"/etc/passwd"`, false, func(s *scope) any { return prefilter.Text("req.uri")(s.call) }),
		only("req.seen", "bool", "a request was seen", "true", true, func(s *scope) any { return s.call.Req.Seen }),
		only("resp.seen", "bool", "a response was seen", "true", true, func(s *scope) any { return s.call.Resp.Seen }),
		only("req.complete", "bool", "the request's end was seen", "true", true, func(s *scope) any { return s.call.Req.Complete }),
		only("resp.complete", "bool", "the response's end was seen", "true", true, func(s *scope) any { return s.call.Resp.Complete }),
		only("resp.reason", "string", "reason phrase", `"Not Found"`, false, func(s *scope) any { return s.call.Resp.Reason }),
		only("req.http_version", "string", "HTTP version as the request says", `"HTTP/1.1"`, true, func(s *scope) any { return s.call.Req.Version }),
		only("resp.http_version", "string", "HTTP version as the response says", `"HTTP/1.1"`, true, func(s *scope) any { return s.call.Resp.Version }),
		only("req.duration_us", "int", "from the request's first byte to its last, microseconds", "120", true, func(s *scope) any { return micros(s.call.Req.Start, s.call.Req.End) }),
		only("resp.duration_us", "int", "from the response's first byte to its last, microseconds", "120", true, func(s *scope) any { return micros(s.call.Resp.Start, s.call.Resp.End) }),
		only("req.user", "string", "user name the request carries, else principal.user", `"u17"`, false, loginUser),
		only("req.password_hash", "string", "keyed hash of the password the request carries, empty without", `"5d41402abc4b2a76"`, true, passwordHash),
		only("req.password_place", "string", "where the request carries a password: query.password, body.password, header.authorization, empty without", `"body.password"`, true, passwordPlace),
		only("call.failed", "bool", "the operation that call.kind names did not succeed", "true", true, func(s *scope) any { return s.call.Failed }),
		only("call.incomplete", "bool", "a part of the call is missing", "false", true, func(s *scope) any { return s.call.Flags.Has(incompleteFlags) }),
		only("call.alt", "string", "the anomaly that gives the call a second reading, which rules without a window are judged on too; empty for nearly all calls", `"overlap_diff"`, true, altOf),
		only("endpoint", "string", "method, host and route", `"POST shop.example/login"`, false, endpoint),
		only("leaves", "leaves", "the same as req.leaves", "", false, func(s *scope) any { return s.field(s.lang.reqLeaves) }),
		only("anomalies", "strings", "the same as call.anomalies", `["smuggling_ambiguous"]`, true, anomalies),
		only("flow.service", "string", "what the connection's first bytes looked like", `"http"`, true, func(s *scope) any { return s.flow().Service }),
		only("flow.midstream", "bool", "the connection's start was not seen", "false", true, func(s *scope) any { return s.flow().Flags.Has(event.FlagMidstream) }),
	}
}
