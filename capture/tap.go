package capture

import "spaniel/event"

// A tap is one opened handle or ring on an interface. One goroutine at a time
// uses it.
type tap interface {
	// next fills f but for its Number, Clock and Iface. It returns ErrTimeout
	// when there is no frame now, after a while if wait is set; any other
	// error says that the tap is of no more use. Data lies in the tap until its
	// next call.
	next(f *event.Frame, wait bool) error
	// stats are the counters since the tap was opened.
	stats() (Stats, error)
	// exact says that what stats calls received and not dropped is given, to the
	// frame.
	exact() bool
	// used is the share of the buffer that the kernel cannot write to, 0 to 1, if
	// that is known.
	used() (share float64, ok bool)
	close()
}

// Stats are a live capture's counters since it began.
type Stats struct {
	// Received counts the frames that passed the filter, those in KernelDrops
	// among them.
	Received uint64
	// KernelDrops were lost because the buffer was full, IfaceDrops because
	// the interface or its driver had no room.
	KernelDrops, IfaceDrops uint64
	// RingDrops are in no other count: the kernel had taken them, and when the
	// capture ended, or the interface was lost, they had not been read.
	RingDrops uint64
}

// add is s with o.
func (s Stats) add(o Stats) Stats {
	return Stats{s.Received + o.Received, s.KernelDrops + o.KernelDrops, s.IfaceDrops + o.IfaceDrops, s.RingDrops + o.RingDrops}
}

// grow brings n to the 32-bit counter now, which may have wrapped.
func grow(n *uint64, now int) { *n += uint64(uint32(now) - uint32(*n)) }
