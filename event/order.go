package event

import "cmp"

// Order is the place of an event in the one total order of a capture:
// by clock, timers before frames, then frame number (or, for a timer, the
// number of the flow's first frame), then ordinal. It depends on packets
// alone, never on workers or on where epochs are cut.
type Order struct {
	Clock   int64
	OfFrame bool   // false: caused by a timer, which sorts first
	Seq     uint64 // frame number, or the flow's first frame for a timer
	Ord     uint32 // ordinal among events of the same cause
}

// Compare returns -1, 0 or 1 as a sorts before, with or after b.
func (a Order) Compare(b Order) int {
	if c := cmp.Compare(a.Clock, b.Clock); c != 0 {
		return c
	}
	if a.OfFrame != b.OfFrame {
		if b.OfFrame {
			return -1
		}
		return 1
	}
	if c := cmp.Compare(a.Seq, b.Seq); c != 0 {
		return c
	}
	return cmp.Compare(a.Ord, b.Ord)
}
