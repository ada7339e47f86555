package event

// A Panicked is a fault of ours in a parser or a rule: what it was given, while it
// failed. It is borrowed.
type Panicked struct {
	FlowKey
	Direction Direction
	// Bytes are those of the stream that were handed over; what came before them
	// is not known any more. They hold secrets as the wire does.
	Bytes []byte
	At    Stamp
	// What the runtime says.
	What string
}
