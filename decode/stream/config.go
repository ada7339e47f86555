package stream

import "time"

// Config holds the limits of one Table, that is of one of the 64 partitions.
// The zero value of a field means its default.
type Config struct {
	// Flows is how many flows may be open: 3,125, a 64th of 200,000. At the
	// cap the oldest flow that never answered goes, else the idlest. As many
	// half-open connections are kept beside them; there the oldest goes.
	Flows int
	// Buffer is how many bytes of memory may hold segments that wait behind
	// holes: 4 MiB, a 64th of 256 MiB. At the cap the oldest hole is closed.
	Buffer int
	// Window is how far ahead of the next byte a direction is buffered:
	// 1 MiB. At the cap its holes are closed.
	Window int
	// HoleWait is how long bytes wait behind a hole that nobody
	// acknowledges: 5 s, some more than two doublings of TCP's 1 s.
	HoleWait time.Duration
	// SynIdle ends a flow that never got beyond its SYN: 30 s.
	SynIdle time.Duration
	// OpenIdle ends a flow without packets: 5 min.
	OpenIdle time.Duration
	// HalfIdle ends a flow of which one side has ended: 1 min.
	HalfIdle time.Duration
	// Linger is how long an ended flow's late packets are recognised: 2 min.
	Linger time.Duration
	// Policy says which of two contradicting segments counts, where both wait:
	// Linux's by default. Targets name hosts that do otherwise: the first whose
	// prefix holds the receiving address counts.
	Policy  Policy
	Targets []Target
	// SynFlood is how many handshakes with one destination may lead nowhere
	// within 10 s before that is an anomaly: 1,000, over all partitions.
	SynFlood int
	// Seed is that of Packet.Partition.
	Seed uint64
	// Role says whether b begins a request or a response, to tell client
	// from server where the SYN was not seen. nil leaves it to the ports.
	Role func(b []byte) (isRequest, isResponse bool)
}

// DefaultConfig returns the defaults named in Config.
func DefaultConfig() Config {
	return Config{
		Flows: 200_000 / 64, Buffer: 256 << 20 / 64, Window: 1 << 20, SynFlood: 1000,
		HoleWait: 5 * time.Second, SynIdle: 30 * time.Second, OpenIdle: 5 * time.Minute, HalfIdle: time.Minute, Linger: 2 * time.Minute,
	}
}

// withDefaults returns c with each zero or negative field set to its default.
func (c Config) withDefaults() Config {
	d := DefaultConfig()
	for _, f := range []struct{ set, def *int }{{&c.Flows, &d.Flows}, {&c.Buffer, &d.Buffer}, {&c.Window, &d.Window}, {&c.SynFlood, &d.SynFlood}} {
		if *f.set <= 0 {
			*f.set = *f.def
		}
	}
	for _, f := range []struct{ set, def *time.Duration }{{&c.HoleWait, &d.HoleWait}, {&c.SynIdle, &d.SynIdle},
		{&c.OpenIdle, &d.OpenIdle}, {&c.HalfIdle, &d.HalfIdle}, {&c.Linger, &d.Linger}} {
		if *f.set <= 0 {
			*f.set = *f.def
		}
	}
	return c
}
