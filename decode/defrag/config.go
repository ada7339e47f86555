package defrag

import "time"

// Config bounds a Reassembler. The zero value means the defaults.
type Config struct {
	// MaxBytes of memory, bookkeeping included; 16 MiB. At the cap the oldest
	// datagram goes.
	MaxBytes int
	// MaxFragments of one datagram that hold bytes of their own; 64, enough for 64 KiB in
	// Ethernet frames. At the cap the datagram goes.
	MaxFragments int
	// Timeout by packet time since a datagram's first fragment; 30 s, as in Linux.
	Timeout time.Duration
	// SourceShare is the part of MaxBytes one source address (a /64 in IPv6)
	// may hold, in percent; 25. At the cap that source's oldest datagram goes.
	SourceShare int
	// KeepFrames makes Datagram.Frames.
	KeepFrames bool
	// Policy says which of two contradicting IPv4 fragments counts: by default
	// as Linux does since 4.19. Targets name hosts that do otherwise: the first
	// whose prefix holds the receiving address counts.
	Policy  Policy
	Targets []Target
}

func (c Config) withDefaults() Config {
	if c.MaxBytes <= 0 {
		c.MaxBytes = 16 << 20
	}
	if c.MaxFragments <= 0 {
		c.MaxFragments = 64
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.SourceShare <= 0 || c.SourceShare > 100 {
		c.SourceShare = 25
	}
	return c
}

// The names of the anomalies this package reports.
const (
	// AnomalyOverlap: fragments overlap and agree.
	AnomalyOverlap = "frag_overlap"
	// AnomalyConflict: fragments overlap and differ, or bring new bytes and
	// overlap in IPv6; told once of a datagram.
	AnomalyConflict = "frag_conflict"
	// AnomalyTooLong: a fragment ends past the largest datagram (ping of death).
	AnomalyTooLong = "frag_too_long"
	// AnomalyMalformed: fragments that no sender makes: empty, unaligned, past
	// the last one's end.
	AnomalyMalformed = "frag_malformed"
	// AnomalyLimit: more fragments than a datagram may have.
	AnomalyLimit = "frag_limit"
)
