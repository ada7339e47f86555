package event

import "net/netip"

// HeaderMap is header fields in wire order; its JSON and SQL form maps each
// lower-case name to the list of its values.
type HeaderMap []Header

// ValueMap is place → value; a place that occurs twice keeps both in the
// record, and JSON and SQL forms keep the first.
type ValueMap []Header

// Record is a call as stored and sent: flat, redacted, owning its memory. Its
// columns, their names, order and meaning are CallColumns.
type Record struct {
	Time                    Nanos
	ID, Key                 ID
	SensorName, SensorZone  string
	Iface                   string
	FlowID                  uint64
	CommunityID             string
	VLAN                    uint16
	VNI                     uint32
	Depth                   uint32
	ClientIP, ServerIP      netip.Addr
	RealIP                  netip.Addr
	ClientPort, ServerPort  uint16
	Country                 string
	ASN                     uint32
	Fingerprint             uint64
	Proto, Style, Kind      string
	Method, Host, Route     string
	APIVersion              string
	Path, Query, Target     string
	Operation               string
	Status                  uint16
	ReqBytes, RespBytes     uint64
	TTFB, Duration          uint32 // microseconds
	ReqType, RespType       string
	UserAgent, AgentFamily  string
	Bot                     string
	PrincipalKind           string
	PrincipalID, User       string
	Session                 string
	ReqHeaders, RespHeaders HeaderMap
	Leaves                  ValueMap
	PII, Anomalies, Flags   []string
	SampleRate              float32
	Ruleset                 string
	SpooledDay              string // yyyy-mm-dd, UTC
	FirstFrame, LastFrame   uint64
}
