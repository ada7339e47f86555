package event

// ColumnType is how a column is kept in SQL; the sinks map it to their types.
type ColumnType uint8

// The column types. TypeEnum is a string of few distinct values.
const (
	TypeString ColumnType = iota
	TypeEnum
	TypeTime
	TypeDate
	TypeID
	TypeIP
	TypeU16
	TypeU32
	TypeU64
	TypeF32
	TypeStrings // list of few distinct strings
	TypeHeaders // name → list of values
	TypeValues  // place → value
)

// A Column is one column of a table over T: the same name in JSON, CSV, SQL
// and, with dots for underscores, in expressions.
type Column[T any] struct {
	Name string
	// Tag numbers the column in the binary form; never reused.
	Tag  byte
	Type ColumnType
	// Meaning is one sentence; Example a value as JSON would show it.
	Meaning, Example string
	// Field returns a pointer to the column's field: *string, *Nanos, *ID,
	// *netip.Addr, *uint16, *uint32, *uint64, *float32, *[]string,
	// *HeaderMap or *ValueMap.
	Field func(*T) any
}

// CallColumns lists the columns of a call in their order. It is the one list
// from which JSON, CSV, both databases' tables and the reference are made.
func CallColumns() []Column[Record] {
	return []Column[Record]{
		{"ts", 1, TypeTime, "time of the request's first byte", "2026-11-22T08:00:00.123456Z", func(r *Record) any { return &r.Time }},
		{"call_id", 2, TypeID, "id of the call, the same whenever it is read again", "0f1e…", func(r *Record) any { return &r.ID }},
		{"call_key", 3, TypeID, "joins the same call seen by several sensors", "9a3c…", func(r *Record) any { return &r.Key }},
		{"sensor_name", 4, TypeEnum, "name of the sensor; file when read from a capture", "dc1-span", func(r *Record) any { return &r.SensorName }},
		{"sensor_zone", 5, TypeEnum, "zone of the sensor, from its configuration", "prod", func(r *Record) any { return &r.SensorZone }},
		{"iface", 6, TypeEnum, "capture interface", "eth1", func(r *Record) any { return &r.Iface }},
		{"flow_id", 7, TypeU64, "id of the connection", "1844674407370955161", func(r *Record) any { return &r.FlowID }},
		{"flow_community_id", 8, TypeString, "Community ID v1 of the connection, to join with other tools", "1:LQU9…", func(r *Record) any { return &r.CommunityID }},
		{"flow_vlan", 9, TypeU16, "outermost VLAN id, 0 without", "120", func(r *Record) any { return &r.VLAN }},
		{"flow_vni", 10, TypeU32, "innermost tunnel id (VXLAN VNI, GRE key), 0 without", "4096", func(r *Record) any { return &r.VNI }},
		{"call_depth", 11, TypeU32, "position on its connection, from 1", "3", func(r *Record) any { return &r.Depth }},
		{"client_ip", 12, TypeIP, "address that opened the connection", "203.0.113.9", func(r *Record) any { return &r.ClientIP }},
		{"server_ip", 13, TypeIP, "address that answered", "10.0.0.5", func(r *Record) any { return &r.ServerIP }},
		{"client_real_ip", 14, TypeIP, "client behind trusted proxies, else client_ip", "198.51.100.7", func(r *Record) any { return &r.RealIP }},
		{"client_port", 15, TypeU16, "client's port", "51514", func(r *Record) any { return &r.ClientPort }},
		{"server_port", 16, TypeU16, "server's port", "8080", func(r *Record) any { return &r.ServerPort }},
		{"client_country", 17, TypeEnum, "country of client_real_ip, empty without a database", "NL", func(r *Record) any { return &r.Country }},
		{"client_asn", 18, TypeU32, "autonomous system of client_real_ip, 0 without a database", "64496", func(r *Record) any { return &r.ASN }},
		{"client_fingerprint", 19, TypeU64, "hash of the request's header names and their order", "7719…", func(r *Record) any { return &r.Fingerprint }},
		{"call_proto", 20, TypeEnum, "protocol: http/1.1, http/1.0, http/0.9", "http/1.1", func(r *Record) any { return &r.Proto }},
		{"call_style", 21, TypeEnum, "style of the API: rest, graphql, soap, jsonrpc, grpc", "rest", func(r *Record) any { return &r.Style }},
		{"call_kind", 22, TypeEnum, "what the call means: login, logout, reset, otp, signup, refresh, payment, or empty", "login", func(r *Record) any { return &r.Kind }},
		{"req_method", 23, TypeEnum, "request method", "POST", func(r *Record) any { return &r.Method }},
		{"req_host", 24, TypeEnum, "Host header or authority, lower case, without the default port", "shop.example", func(r *Record) any { return &r.Host }},
		{"req_route", 25, TypeEnum, "path with its variable segments named", "/orders/{id}", func(r *Record) any { return &r.Route }},
		{"req_version", 26, TypeEnum, "version of the API, from the path or a header", "v1", func(r *Record) any { return &r.APIVersion }},
		{"req_path", 27, TypeString, "raw path, redacted spans apart", "/orders/17", func(r *Record) any { return &r.Path }},
		{"req_query", 28, TypeString, "raw query without the question mark, redacted spans apart", "q=shoe", func(r *Record) any { return &r.Query }},
		{"req_target", 29, TypeString, "request target as on the wire, redacted spans apart", "/orders/17?q=shoe", func(r *Record) any { return &r.Target }},
		{"req_operation", 30, TypeString, "GraphQL or RPC operation", "getOrder", func(r *Record) any { return &r.Operation }},
		{"resp_status", 31, TypeU16, "response status, 0 when none was seen", "200", func(r *Record) any { return &r.Status }},
		{"req_body_bytes", 32, TypeU64, "request body on the wire", "512", func(r *Record) any { return &r.ReqBytes }},
		{"resp_body_bytes", 33, TypeU64, "response body on the wire", "20480", func(r *Record) any { return &r.RespBytes }},
		{"call_ttfb_us", 34, TypeU32, "from the request's last byte to the response's first, microseconds", "1830", func(r *Record) any { return &r.TTFB }},
		{"call_duration_us", 35, TypeU32, "from the call's first byte to its last, microseconds", "2100", func(r *Record) any { return &r.Duration }},
		{"req_content_type", 36, TypeEnum, "media type of the request body", "application/json", func(r *Record) any { return &r.ReqType }},
		{"resp_content_type", 37, TypeEnum, "media type of the response body", "application/json", func(r *Record) any { return &r.RespType }},
		{"req_user_agent", 38, TypeString, "User-Agent header", "curl/8.5.0", func(r *Record) any { return &r.UserAgent }},
		{"client_agent_family", 39, TypeEnum, "family of the user agent", "curl", func(r *Record) any { return &r.AgentFamily }},
		{"client_bot", 40, TypeString, "name of the bot the user agent claims to be, or empty", "Googlebot", func(r *Record) any { return &r.Bot }},
		{"principal_kind", 41, TypeEnum, "how the caller authenticates: none, basic, bearer, jwt, cookie, apikey", "jwt", func(r *Record) any { return &r.PrincipalKind }},
		{"principal_id", 42, TypeString, "keyed hash of the credential, or of the token's subject", "5d41402abc4b2a76", func(r *Record) any { return &r.PrincipalID }},
		{"principal_user", 43, TypeString, "user name, where the wire shows one", "u17", func(r *Record) any { return &r.User }},
		{"principal_session", 44, TypeString, "keyed hash of the session id", "7d793037a0760186", func(r *Record) any { return &r.Session }},
		{"req_headers", 45, TypeHeaders, "request headers, redacted", `{"accept":["*/*"]}`, func(r *Record) any { return &r.ReqHeaders }},
		{"resp_headers", 46, TypeHeaders, "response headers, redacted", `{"server":["nginx"]}`, func(r *Record) any { return &r.RespHeaders }},
		{"req_leaves", 47, TypeValues, "client-controlled values by place, redacted; of calls with an alert of their own, or of all with store.leaves", `{"query.q":"shoe"}`, func(r *Record) any { return &r.Leaves }},
		{"resp_pii", 48, TypeStrings, "classes of personal data found in the response", `["email"]`, func(r *Record) any { return &r.PII }},
		{"call_anomalies", 49, TypeStrings, "protocol anomalies of the call", `["smuggling_ambiguous"]`, func(r *Record) any { return &r.Anomalies }},
		{"call_flags", 50, TypeStrings, "what is missing or was cut: request_only, gap, capped, …", `["gap"]`, func(r *Record) any { return &r.Flags }},
		{"call_sample_rate", 51, TypeF32, "share of calls kept; 1 is all", "1", func(r *Record) any { return &r.SampleRate }},
		{"ruleset", 52, TypeEnum, "hash of the rule set that judged the call", "a1b2c3d4e5f6", func(r *Record) any { return &r.Ruleset }},
		{"spooled_day", 53, TypeDate, "day the record was spooled, UTC", "2026-11-22", func(r *Record) any { return &r.SpooledDay }},
		{"first_frame", 54, TypeU64, "number of the call's first frame in its capture", "812", func(r *Record) any { return &r.FirstFrame }},
		{"last_frame", 55, TypeU64, "number of the call's last frame in its capture", "815", func(r *Record) any { return &r.LastFrame }},
	}
}
