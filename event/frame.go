package event

// A Frame is one captured link-layer frame.
type Frame struct {
	// Number counts frames from 1 within one capture.
	Number uint64
	// Time is the capture timestamp in nanoseconds since 1970, as recorded;
	// it may go backwards or be nonsense.
	Time int64
	// Clock is the packet clock: the largest Time seen so far, its steps
	// clamped. Every timer in decode and detect runs on it.
	Clock int64
	// Length is the frame's length on the wire; len(Data) is what was captured.
	Length int
	// Iface is the index of the capture interface within the source.
	Iface int
	// Link is the LINKTYPE_ value of the interface (1 is Ethernet).
	Link uint16
	// Data is borrowed: it is valid until the source's next call.
	Data []byte
}

// A Stamp says when, by the capture, something was seen. A timer's stamp has
// Frame 0 and the timer's deadline as Time and Clock.
type Stamp struct {
	// Time is the frame's own timestamp, Clock the packet clock, both in
	// nanoseconds since 1970.
	Time, Clock int64
	// Frame is the frame's number, 0 when a timer caused the event.
	Frame uint64
}
