package body

// Config holds the caps of an Expander. Zero means the default.
type Config struct {
	// MaxOutput is how many bytes a body may decode to, 1 MiB; the rest is
	// not decoded and the call marked capped.
	MaxOutput int
	// MaxRatio is how much larger than what came in the output may be once it
	// has passed 64 KiB, 100; past it decoding stops with the anomaly bomb.
	MaxRatio int
	// MaxLeaves is how many leaves a request may have, 1,000; what remains is
	// kept as one leaf and the call marked capped.
	MaxLeaves int
	// MaxDepth is how deep JSON and XML are followed, 64; what lies deeper is
	// one leaf, as sent.
	MaxDepth int
}

// DefaultConfig returns the caps named in Config.
func DefaultConfig() Config {
	return Config{MaxOutput: 1 << 20, MaxRatio: 100, MaxLeaves: 1000, MaxDepth: 64}
}

// withDefaults returns c with each zero or negative field set to its default.
func (c Config) withDefaults() Config {
	d := DefaultConfig()
	for _, f := range []struct{ dst, set *int }{
		{&d.MaxOutput, &c.MaxOutput}, {&d.MaxRatio, &c.MaxRatio}, {&d.MaxLeaves, &c.MaxLeaves}, {&d.MaxDepth, &c.MaxDepth},
	} {
		if *f.set > 0 {
			*f.dst = *f.set
		}
	}
	return d
}

// Limits that are no knobs.
const (
	maxCodings   = 3         // stacked codings undone
	ratioFree    = 64 << 10  // output below this is never a bomb
	maxReadings  = 16        // readings of a leaf, the value as sent included
	maxSteps     = 4         // decoding steps of a reading
	maxReadBytes = 128 << 10 // bytes of all readings of a leaf but the first
	maxName      = 128       // bytes of a name within a place
	maxPlace     = 512       // bytes of a place to which names are still added
	maxParts     = 4         // multipart within multipart
)

// Shares of MaxLeaves in tenths, so that no part of a request can crowd the
// body out.
const (
	sharePath   = 1
	shareQuery  = 3
	shareHeader = 3
)
