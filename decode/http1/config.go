package http1

// Config holds the parser's caps. The zero value of a field means its default.
type Config struct {
	// BodyCap is how many bytes of each body are kept, 64 KiB: what follows
	// is counted and the message marked RawCut.
	BodyCap int
	// HeadCap is how many bytes of a head, or of trailers, are read, 64 KiB;
	// the rest is passed over, but for its framing fields.
	HeadCap int
	// MaxFields is how many header fields of a head are kept, 200.
	MaxFields int
	// MaxPending is how many requests of a connection may wait for their
	// response, 512; at the cap the oldest is emitted without one.
	MaxPending int
	// MaxHeads is how many bytes of heads that have not ended the connections
	// of a pool gather together, 1 MiB; beyond it the one that came no further
	// for longest is given up.
	MaxHeads int
	// MaxBodies is how many bytes of bodies they keep together, 4 MiB; beyond it
	// the call with one that came no further for longest is emitted as it is.
	MaxBodies int
	// MaxCalls is how many of their calls may wait, 2,048; beyond it one of a
	// connection with many, or else the one that came no further for longest,
	// is emitted as it is.
	MaxCalls int
	// MaxTexts is how many bytes the heads of those calls may take, 4 MiB; beyond
	// it likewise.
	MaxTexts int
	// MaxOwed is how many responses may be owed to calls that were emitted,
	// 16,384; beyond it those of the connection are forgotten, and what answers
	// its next requests is in doubt.
	MaxOwed int
}

// DefaultConfig returns the caps named in Config.
func DefaultConfig() Config { return (*Config)(nil).withDefaults() }

// withDefaults returns c with each zero or negative field set to its default.
func (c *Config) withDefaults() Config {
	d := Config{BodyCap: 64 << 10, HeadCap: 64 << 10, MaxFields: 200, MaxPending: 512,
		MaxBodies: 4 << 20, MaxTexts: 4 << 20, MaxHeads: 1 << 20, MaxCalls: 2048, MaxOwed: 16_384}
	if c == nil {
		return d
	}
	for _, f := range []struct {
		dst *int
		set int
	}{{&d.BodyCap, c.BodyCap}, {&d.HeadCap, c.HeadCap}, {&d.MaxFields, c.MaxFields}, {&d.MaxPending, c.MaxPending},
		{&d.MaxBodies, c.MaxBodies}, {&d.MaxHeads, c.MaxHeads}, {&d.MaxCalls, c.MaxCalls}, {&d.MaxTexts, c.MaxTexts}, {&d.MaxOwed, c.MaxOwed}} {
		if f.set > 0 {
			*f.dst = f.set
		}
	}
	return d
}

// Limits that are no knobs.
const (
	// maxGhosts bounds the responses still owed to requests that were given
	// up at MaxPending: one small entry each, 128 times the default pending.
	maxGhosts = 1 << 16
	// maxInterim 1xx responses to one request are ordinary; more are marked.
	maxInterim = 16
	// pendingRaw bounds the body bytes of all waiting calls of a connection.
	pendingRaw = 1 << 20
	// earlyWindow is how long a response without a request waits for it: a
	// mirror may deliver the two directions a little out of order.
	earlyWindow = int64(200e6)
	// oneSidedAfter is how long the oldest request may wait while the server
	// has never been heard before a further request shows that it never will.
	oneSidedAfter = int64(30e9)
	// maxChunkExt is the longest chunk-size line without an anomaly.
	maxChunkExt = 256
)
