package admin

import "spaniel/event"

// A Snapshot is the sensor's numbers at one moment. Every counter is a total
// since the process started.
type Snapshot struct {
	Ledger event.Ledger
	// Capture counts by interface.
	Capture []CaptureCount
	// Rules holds an entry for each rule, also those that never fired.
	Rules []RuleCount
	Sinks []SinkCount
	Spool []SpoolCount
	// Suppressed alerts were found and not sent again.
	Suppressed uint64
	// ReloadOK is false while the rules on disk could not be loaded.
	ReloadOK bool
}

// CaptureCount is what the kernel says of one interface.
type CaptureCount struct {
	Iface                             string
	Received, KernelDrops, IfaceDrops uint64
}

// RuleCount is what one rule did.
type RuleCount struct {
	ID, Severity string
	Alerts       uint64
}

// SinkCount is how one sink stands.
type SinkCount struct {
	Name                  string
	Delivered, Retries    uint64
	Dropped, DeadLettered uint64
	QueueRecords          uint64
	// LagSeconds is how long ago nothing was waiting for the sink.
	LagSeconds float64
	Healthy    bool
	// Problem says what keeps it from delivering, "" if nothing.
	Problem string
}

// SpoolCount is the size of one spool.
type SpoolCount struct {
	Name           string
	Bytes, Dropped uint64
}
