package evidence

import (
	"slices"

	"spaniel/event"
)

// fragments remembers of frames that completed a tunnel's packet which held
// only a fragment itself, what they completed.
type fragments map[uint64][]uint64

// maxFragments bounds the frames remembered; their datagrams die soon.
const maxFragments = 4096

// of returns all frames that a frame's packet came in, given those of the
// datagrams it completed; nil if that is itself alone.
func (t *fragments) of(frame uint64, fate event.FrameFate, parts []uint64) []uint64 {
	if len(parts) == 0 {
		return nil
	}
	all := slices.Clone(parts)
	for _, p := range parts {
		all = append(all, (*t)[p]...)
	}
	if fate == event.FrameFragment {
		if *t == nil || len(*t) >= maxFragments {
			*t = fragments{}
		}
		(*t)[frame] = all
	}
	return all
}
