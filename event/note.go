package event

import "net/netip"

// FlowRecord is a Flow as stored and sent.
type FlowRecord struct {
	Time, Last              Nanos
	FlowID                  uint64
	CommunityID             string
	SensorName              string
	Iface                   string
	VLAN                    uint16
	VNI                     uint32
	ClientIP, ServerIP      netip.Addr
	ClientPort, ServerPort  uint16
	Service, Ended          string
	ReqPackets, RespPackets uint64
	ReqBytes, RespBytes     uint64
	ReqGaps, RespGaps       uint64
	Flags                   []string
	FirstFrame              uint64
	SpooledDay              string
}

// FlowColumns lists the columns of the flows table.
func FlowColumns() []Column[FlowRecord] {
	return []Column[FlowRecord]{
		{"ts", 1, TypeTime, "time of the connection's first packet", "2026-11-22T08:00:00.123456Z", func(r *FlowRecord) any { return &r.Time }},
		{"flow_last", 2, TypeTime, "time of its last packet", "2026-11-22T08:00:09.000001Z", func(r *FlowRecord) any { return &r.Last }},
		{"flow_id", 3, TypeU64, "id of the connection", "1844674407370955161", func(r *FlowRecord) any { return &r.FlowID }},
		{"flow_community_id", 4, TypeString, "Community ID v1", "1:LQU9…", func(r *FlowRecord) any { return &r.CommunityID }},
		{"sensor_name", 5, TypeEnum, "name of the sensor", "dc1-span", func(r *FlowRecord) any { return &r.SensorName }},
		{"iface", 6, TypeEnum, "capture interface", "eth1", func(r *FlowRecord) any { return &r.Iface }},
		{"flow_vlan", 7, TypeU16, "outermost VLAN id", "120", func(r *FlowRecord) any { return &r.VLAN }},
		{"flow_vni", 8, TypeU32, "innermost tunnel id", "4096", func(r *FlowRecord) any { return &r.VNI }},
		{"client_ip", 9, TypeIP, "address that opened the connection", "203.0.113.9", func(r *FlowRecord) any { return &r.ClientIP }},
		{"client_port", 10, TypeU16, "client's port", "51514", func(r *FlowRecord) any { return &r.ClientPort }},
		{"server_ip", 11, TypeIP, "address that answered", "10.0.0.5", func(r *FlowRecord) any { return &r.ServerIP }},
		{"server_port", 12, TypeU16, "server's port", "8080", func(r *FlowRecord) any { return &r.ServerPort }},
		{"flow_service", 13, TypeEnum, "what its first bytes looked like: http, http2, tls, websocket, unknown", "http", func(r *FlowRecord) any { return &r.Service }},
		{"flow_ended", 14, TypeEnum, "how it ended: fin, rst, idle, evicted, reused, end", "fin", func(r *FlowRecord) any { return &r.Ended }},
		{"req_packets", 15, TypeU64, "packets from the client", "12", func(r *FlowRecord) any { return &r.ReqPackets }},
		{"resp_packets", 16, TypeU64, "packets from the server", "14", func(r *FlowRecord) any { return &r.RespPackets }},
		{"req_bytes", 17, TypeU64, "payload bytes from the client", "2048", func(r *FlowRecord) any { return &r.ReqBytes }},
		{"resp_bytes", 18, TypeU64, "payload bytes from the server", "20480", func(r *FlowRecord) any { return &r.RespBytes }},
		{"req_gap_bytes", 19, TypeU64, "bytes from the client that were never seen", "0", func(r *FlowRecord) any { return &r.ReqGaps }},
		{"resp_gap_bytes", 20, TypeU64, "bytes from the server that were never seen", "1460", func(r *FlowRecord) any { return &r.RespGaps }},
		{"flow_flags", 21, TypeStrings, "midstream, one_sided, gap, overlap_diff, capped", `["midstream"]`, func(r *FlowRecord) any { return &r.Flags }},
		{"first_frame", 22, TypeU64, "number of its first frame", "7", func(r *FlowRecord) any { return &r.FirstFrame }},
		{"spooled_day", 23, TypeDate, "day the record was spooled, UTC", "2026-11-22", func(r *FlowRecord) any { return &r.SpooledDay }},
	}
}

// NoteRecord is an Anomaly, a Fact or a Loss as stored and sent.
type NoteRecord struct {
	Time                   Nanos
	Name                   string // anomaly name, kind of fact, reason of loss
	SensorName             string
	FlowID                 uint64
	VLAN                   uint16
	VNI                    uint32
	ClientIP, ServerIP     netip.Addr
	ClientPort, ServerPort uint16
	Direction              string
	Packets, Bytes         uint64
	Frame                  uint64
	Detail                 string
	// Fields are a fact's by name; Detail has them as words.
	Fields     ValueMap
	SpooledDay string
}

// NoteColumns lists the columns of the anomalies and losses tables.
func NoteColumns() []Column[NoteRecord] {
	return []Column[NoteRecord]{
		{"ts", 1, TypeTime, "when", "2026-11-22T08:00:00.123456Z", func(r *NoteRecord) any { return &r.Time }},
		{"name", 2, TypeEnum, "anomaly's name, or the loss's reason", "overlap_diff", func(r *NoteRecord) any { return &r.Name }},
		{"sensor_name", 3, TypeEnum, "name of the sensor", "dc1-span", func(r *NoteRecord) any { return &r.SensorName }},
		{"flow_id", 4, TypeU64, "connection it belongs to, 0 if none", "1844674407370955161", func(r *NoteRecord) any { return &r.FlowID }},
		{"flow_vlan", 5, TypeU16, "outermost VLAN id", "120", func(r *NoteRecord) any { return &r.VLAN }},
		{"flow_vni", 6, TypeU32, "innermost tunnel id", "4096", func(r *NoteRecord) any { return &r.VNI }},
		{"client_ip", 7, TypeIP, "client's address", "203.0.113.9", func(r *NoteRecord) any { return &r.ClientIP }},
		{"client_port", 8, TypeU16, "client's port", "51514", func(r *NoteRecord) any { return &r.ClientPort }},
		{"server_ip", 9, TypeIP, "server's address", "10.0.0.5", func(r *NoteRecord) any { return &r.ServerIP }},
		{"server_port", 10, TypeU16, "server's port", "8080", func(r *NoteRecord) any { return &r.ServerPort }},
		{"direction", 11, TypeEnum, "to_server or to_client, empty if neither", "to_client", func(r *NoteRecord) any { return &r.Direction }},
		{"packets", 12, TypeU64, "packets concerned", "1", func(r *NoteRecord) any { return &r.Packets }},
		{"bytes", 13, TypeU64, "bytes concerned", "1460", func(r *NoteRecord) any { return &r.Bytes }},
		{"frame", 14, TypeU64, "number of the frame that showed it", "812", func(r *NoteRecord) any { return &r.Frame }},
		{"detail", 15, TypeString, "in words", "16 bytes at +1460 differ", func(r *NoteRecord) any { return &r.Detail }},
		{"spooled_day", 16, TypeDate, "day the record was spooled, UTC", "2026-11-22", func(r *NoteRecord) any { return &r.SpooledDay }},
	}
}

// FactColumns lists the columns of the facts table: those of the others, and
// the fields by name.
func FactColumns() []Column[NoteRecord] {
	cols := NoteColumns()
	for i := range cols {
		switch cols[i].Name {
		case "name":
			cols[i].Meaning, cols[i].Example = "kind of fact: tls, arp, ndp; of the sensor itself: rules_loaded, rules_refused, rule_error, rule_quarantined, rule_slow, packets_kept, packets_not_kept", "tls"
		case "detail":
			cols[i].Meaning, cols[i].Example = "its fields as words", "sni=shop.example version=tls1.2"
		}
	}
	return append(cols, Column[NoteRecord]{"fields", 17, TypeValues, "its fields by name; one without a value is left out", `{"sni":"shop.example"}`,
		func(r *NoteRecord) any { return &r.Fields }})
}
