package admin

import (
	"time"

	"spaniel/event"
)

// A Snapshot is the sensor's numbers at one moment. Every counter is a total
// since the process started.
type Snapshot struct {
	// Away says why the process that holds the packets does not answer, "" if it
	// does, or is this one. Its counters are then 0.
	Away   string
	Ledger event.Ledger
	// Capture counts by interface.
	Capture []CaptureCount
	// PassedOver counts files of a followed directory that are too many to be
	// looked at.
	PassedOver uint64
	// Panics counts faults that ended at the boundary of their flow, PanicsUnkept
	// those of them that the quarantine had no room for.
	Panics, PanicsUnkept uint64
	// Packets is what became of the packets of alerts.
	Packets PacketCounts
	// Rules holds an entry for each rule, also those that never fired.
	Rules []RuleCount
	// Authorised calls were of authorised tests: no rule judged them.
	Authorised uint64
	// Observations are made.
	Observations bool
	Sinks        []SinkCount
	Spool        []SpoolCount
	// Pressure is what the spool leaves out, by its step; Thinned counts the calls
	// that were kept without their headers and values, Shed what was not kept.
	Pressure int
	Thinned  uint64
	Shed     []ShedCount
	// Messages counts calls by how much of them was seen.
	Messages [NumSeen]uint64
	// GeoFaults counts look-ups of addresses that a database could not answer.
	GeoFaults uint64
	// Learned is the entries of the tables of learned facts, by table, and
	// LearnedGone how many had to go for others or found no room.
	Learned, LearnedGone map[string]int
	// ReloadOK is false while the rules on disk could not be loaded, and
	// ReloadProblem says why.
	ReloadOK      bool
	ReloadProblem string
	// Ruleset is the hash of the rules that judge, since Loaded; Reloads and
	// Refused count what was loaded and what could not be.
	Ruleset          string
	Loaded           time.Time
	Reloads, Refused uint64
}

// PacketCounts says what became of the packets of alerts. Of the alerts whose
// packets were to be kept, each is kept, or not for one reason, or waits.
type PacketCounts struct {
	Alerts, Kept, QueueFull, Gone, Failed, Waiting uint64
	// Packets were kept; PacketsGone had been overwritten, PacketsBeyond were too
	// many for one file.
	Packets, PacketsGone, PacketsBeyond uint64
	// Files and Bytes are on disk; the others were removed for others, and for
	// their age.
	Files, Bytes, RemovedRoom, RemovedAge uint64
}

// Seen is how much of a call was seen.
type Seen uint8

// The ways to see a call: whole, one half, or with parts missing.
const (
	Paired Seen = iota
	RequestOnly
	ResponseOnly
	Truncated
	NumSeen
)

var seenNames = [NumSeen]string{"paired", "request_only", "response_only", "truncated"}

func (s Seen) String() string { return seenNames[s] }

// SeenOf reads a call's flags.
func SeenOf(flags []string) Seen {
	seen := Paired
	for _, f := range flags {
		switch f {
		case "request_only":
			return RequestOnly
		case "response_only":
			return ResponseOnly
		case "truncated", "gap", "req_incomplete", "resp_incomplete":
			seen = Truncated
		}
	}
	return seen
}

// CaptureCount is what the kernel says of one interface.
type CaptureCount struct {
	Iface                             string
	Received, KernelDrops, IfaceDrops uint64
	// RingDrops were caught and never read.
	RingDrops uint64
	// Up is false while the interface is down or away; Returns counts how often
	// it was and came back.
	Up      bool
	Returns uint64
}

// RuleCount is what one rule did.
type RuleCount struct {
	ID, Severity string
	Alerts       uint64
	// Evaluations are calls that passed the prefilter; Errors happened at run
	// time, and a rule with too many is Disabled.
	Evaluations, Errors uint64
	Disabled            bool
	// Excepted calls were kept from the rule by an exception.
	Excepted uint64
	// Seconds is what evaluating took, by a sample.
	Seconds float64
}

// SinkCount is how one sink stands.
type SinkCount struct {
	Name                  string
	Delivered, Retries    uint64
	Dropped, DeadLettered uint64
	Filtered, Held        uint64
	// Shortened are those of Delivered that were cut to what the sink takes.
	Shortened uint64
	// DeadSent are the dead letters that the sink's own place for them took,
	// DeadRefused those that it would not have, DeadLost those that are neither
	// there nor in the file.
	DeadSent, DeadRefused, DeadLost uint64
	QueueRecords, QueueBytes        uint64
	// LagSeconds is how long ago nothing was waiting for the sink.
	LagSeconds float64
	Healthy    bool
	// Problem says what keeps it from delivering, "" if nothing.
	Problem string
	// Note says which records it passes over, "" if none.
	Note string
}

// SpoolCount is the size of one spool.
type SpoolCount struct {
	Name           string
	Bytes, Dropped uint64
}

// ShedCount is how many records of a kind the spool left out.
type ShedCount struct {
	Kind    string
	Records uint64
}
