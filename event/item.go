package event

import "strconv"

// Kind names what an Item holds; its word is the `kind` of an ndjson line.
type Kind uint8

// The kinds, in no order that matters. Their values are stored in spools.
const (
	KindCall Kind = iota + 1
	KindAlert
	KindFlow
	KindAnomaly
	KindFact
	KindLoss
	// KindObservation is of no interest but to who owns windows elsewhere: it is
	// made where a sink asks for it, and no table or screen has it.
	KindObservation
)

var kindNames = [...]string{"", "call", "alert", "flow", "anomaly", "fact", "loss", "observation"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k)) // of a spool of another version
}

// Kinds lists all kinds but observations.
func Kinds() []Kind {
	return []Kind{KindCall, KindAlert, KindFlow, KindAnomaly, KindFact, KindLoss}
}

// An Item is one thing the sensor found, redacted, as it goes to the spool,
// the sinks and the screen. Exactly the pointer its Kind names is set. It is
// borrowed: whoever receives it copies what must outlive the call.
type Item struct {
	Kind  Kind
	Order Order
	Call  *Record
	Alert *Alert
	Flow  *FlowRecord
	Note  *NoteRecord // anomaly, fact, loss

	Observation *ObservationRecord
}
