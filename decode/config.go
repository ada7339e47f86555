package decode

import (
	"spaniel/decode/body"
	"spaniel/decode/frame"
	"spaniel/decode/http1"
	"spaniel/decode/stream"
	"spaniel/decode/tls"
)

// Partitions is how many partitions the flows of a capture are dealt out to.
// It is fixed, and each has its share of every cap, so that the result does
// not depend on how many workers own them.
const Partitions = 64

// Config is what decoding may be told.
type Config struct {
	// Sensor names the sensor in calls and their ids: "file" by default.
	Sensor string
	// Seed chooses how flows are dealt out to partitions: 0 by default. A
	// live sensor takes a random one, so that nobody can aim at a partition.
	Seed uint64
	// HTTP, Stream, Frame and Body are the configurations of the parts;
	// Stream's caps, and those of HTTP over all connections, are those of one
	// partition.
	HTTP   http1.Config
	Stream stream.Config
	Frame  frame.Config
	Body   body.Config
	// MaxHandshake is how many bytes of TLS handshakes a partition gathers,
	// 1 MiB; beyond it the one begun first is given up.
	MaxHandshake int
	// Memory is how many bytes the connections of a partition hold together, of
	// all kinds, 6 MiB; beyond it, of the kind that uses the most of its own cap
	// some is given up as if that were reached.
	Memory int
}

// defaultMemory is that of Config.Memory: 384 MiB of all partitions, a quarter of
// what the caps of all kinds come to.
const defaultMemory = 6 << 20

// DefaultConfig returns the defaults of all parts.
func DefaultConfig() Config {
	return Config{Sensor: "file", HTTP: http1.DefaultConfig(), Stream: stream.DefaultConfig(), Body: body.DefaultConfig(),
		MaxHandshake: tls.DefaultMaxHandshake, Memory: defaultMemory}
}
