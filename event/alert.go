package event

// AlertSchema is the version of the alert's JSON form; changes within /1 are
// additive only.
const AlertSchema = "spaniel.alert/1"

// The states of an alert. Closed is one whose rule says that the traffic no
// longer shows what it told.
const (
	Open   = "open"
	Closed = "closed"
)

// An Alert is a rule's verdict with its reason. Its JSON form is what Kafka,
// the SIEM and `spaniel read -o ndjson` carry; the alerts table is its
// flattening. Every string in it is already redacted.
type Alert struct {
	Schema     string        `json:"schema"`
	ID         ID            `json:"id"`
	DedupKey   string        `json:"dedup_key"`
	Time       Nanos         `json:"ts"`
	FirstSeen  Nanos         `json:"first_seen"`
	LastSeen   Nanos         `json:"last_seen"`
	Count      uint64        `json:"count"`
	State      string        `json:"state"`
	Severity   Severity      `json:"severity"`
	SevNum     uint16        `json:"severity_num"`
	Confidence float32       `json:"confidence"`
	Outcome    Outcome       `json:"outcome"`
	Rule       AlertRule     `json:"rule"`
	Sensor     AlertSensor   `json:"sensor"`
	Client     AlertClient   `json:"client"`
	Principal  AlertWho      `json:"principal"`
	Server     AlertServer   `json:"server"`
	Req        AlertRequest  `json:"req"`
	Resp       AlertResponse `json:"resp"`
	Evidence   []Evidence    `json:"evidence"`
	Message    string        `json:"message"`
	Calls      []ID          `json:"calls"`
	Links      AlertLinks    `json:"links"`
	Quality    AlertQuality  `json:"data_quality"`
	// Cut names what was cut off for a destination that takes no more; what is
	// stored is whole.
	Cut []string `json:"cut,omitempty"`
	// SpooledDay is fixed when the alert is spooled: yyyy-mm-dd, UTC.
	SpooledDay string `json:"spooled_day,omitempty"`

	// Order is the alert's place in the capture's one order.
	Order Order `json:"-"`
	// Rests is the connection of the call it shows, or that it is about. It holds
	// addresses as they are on the wire, and never leaves the sensor.
	Rests FlowPart `json:"-"`
}

// A FlowPart is a connection up to a moment: how its packets are found. Its zero
// value is none.
type FlowPart struct {
	FlowKey
	// FirstFrame numbers its first frame, Packets counts its packets until then; 0
	// is not known.
	FirstFrame, Packets uint64
}

// AlertRule names the rule that fired.
type AlertRule struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Category string   `json:"category"`
	Refs     []string `json:"refs"`
	Ruleset  string   `json:"ruleset"` // hash of the whole rule set
}

// AlertSensor names the sensor.
type AlertSensor struct {
	Name    string `json:"name"`
	Zone    string `json:"zone"`
	Version string `json:"version"`
}

// AlertClient is the calling end. For a window whose key leaves the client
// out, it is that of the last sample.
type AlertClient struct {
	IP          string `json:"ip"`
	Port        uint16 `json:"port"`
	Country     string `json:"country,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

// AlertWho is the principal.
type AlertWho struct {
	Kind    string `json:"kind"`
	ID      string `json:"id,omitempty"`
	User    string `json:"user,omitempty"`
	Session string `json:"session,omitempty"`
}

// AlertServer is the called end.
type AlertServer struct {
	IP   string `json:"ip"`
	Port uint16 `json:"port"`
}

// AlertRequest is the request of the call, or of a window's last sample.
type AlertRequest struct {
	Method    string `json:"method"`
	Host      string `json:"host"`
	Route     string `json:"route"`
	Target    string `json:"target"`
	UserAgent string `json:"user_agent"`
}

// AlertResponse is the response to that request; status 0 is none seen.
type AlertResponse struct {
	Status uint16 `json:"status"`
}

// Evidence is one reason of a verdict.
type Evidence struct {
	// Place is the leaf's place, or what a window measured.
	Place string `json:"place"`
	// Chain names the decoding steps of the reading that matched.
	Chain string `json:"chain,omitempty"`
	// Text is the matched text, at most 256 bytes; Offset is where in the reading.
	Text   string `json:"text,omitempty"`
	Offset int    `json:"offset,omitempty"`
	// Alt says that it was found in the call's second reading, and names the
	// anomaly that makes that one possible.
	Alt string `json:"alt,omitempty"`
	// Op, Want and Got say what a window compared.
	Op   string  `json:"op,omitempty"`
	Want float64 `json:"want,omitempty"`
	Got  float64 `json:"got,omitempty"`
}

// AlertLinks leads on from the alert.
type AlertLinks struct {
	Query string `json:"query"` // SQL that shows the alert's calls
}

// AlertQuality says how much of the traffic the verdict rests on.
type AlertQuality struct {
	Loss       float64 `json:"loss"`
	SampleRate float64 `json:"sample_rate"`
}
