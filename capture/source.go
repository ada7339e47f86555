package capture

import "spaniel/event"

// MaxRecord is the largest frame, in bytes, that is read or written: libpcap's
// own largest snapshot length. A record that claims more is a Fault, found
// before any memory is taken for it.
const MaxRecord = 256 << 10

// A Source gives frames, one after the other, to one goroutine.
type Source interface {
	// Next fills f. Number counts from 1, Clock is left 0 and Data is borrowed
	// until the next call of any method. It returns io.EOF at the end and
	// *Fault where the input is broken, all frames before having been given;
	// both repeat when called again. A Live also returns ErrTimeout. Any other
	// error is a failure of the machine, not of the input.
	Next(f *event.Frame) error
	// Close frees what the source holds. Data given before is then invalid.
	Close() error
}

// An Interface is one capture interface of a source.
type Interface struct {
	// Name is as recorded, "" where the format holds none. It comes from the
	// input: valid UTF-8 but otherwise not to be trusted.
	Name string
	// Link is the LINKTYPE_ value, whether anyone can decode it or not.
	Link uint16
	// Snaplen is how much of a frame was kept at most; 0 is unlimited.
	Snaplen uint32
}
