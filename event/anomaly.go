package event

// An Anomaly is traffic that no honest peer sends, or that two honest peers
// could read differently. It is data: counted, stored, judged by rules.
type Anomaly struct {
	Order Order
	Time  int64
	Frame uint64
	// Name is stable API: lower case with underscores. The list of all names
	// with their meaning is docs/vocabulary.md.
	Name   string
	FlowID uint64
	Key    FlowKey
	Detail string
}

// A Loss is bytes or packets that were on the wire, or should have been, and
// that no call holds.
type Loss struct {
	Order Order
	Time  int64
	Frame uint64
	// Reason is gap, truncated, capped, evicted, desync or parser_panic.
	Reason    string
	FlowID    uint64
	Key       FlowKey
	Direction Direction
	Packets   uint64
	Bytes     uint64
}

// A Fact is something learned from packets that is no call: who claims an
// address (arp), what a TLS hello offers (tls).
type Fact struct {
	Order  Order
	Time   int64
	Frame  uint64
	Kind   string
	FlowID uint64
	Key    FlowKey
	Fields []Header
}
