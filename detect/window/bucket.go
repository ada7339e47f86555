package window

import "slices"

// A bucket leaks: each call fills it by one, and one leaks out every so often.
// Its level is kept in time, which is whole.
type bucket struct {
	arg   int // only calls for which this value is true count; -1: all
	leak  int64
	level int64 // ns until it is empty, as of last
	last  int64
	// of, if any, are the values of which each different one fills the bucket once.
	of *different
}

// maxLevel keeps a level from overflowing: some seventy years to leak.
const maxLevel = 1 << 61

func (b *bucket) add(e *Entry) {
	if b.of != nil && !b.of.fresh(e.Values[b.arg], e.Clock) || b.of == nil && b.arg >= 0 && e.Values[b.arg].Num == 0 {
		return
	}
	b.level = min(b.left(e.Clock)+b.leak, maxLevel)
	b.last = e.Clock
}

func (b *bucket) left(now int64) int64 { return max(0, b.level-max(0, now-b.last)) }

func (b *bucket) at(now, _ int64) Value {
	return NumberOf(float64(b.left(now)) / float64(b.leak))
}

// different are the latest values that came, until no other one came for so long.
type different struct {
	long   int64
	last   int64 // clock of the latest
	hashes []uint64
}

// maxDifferent is how many a bucket remembers; of more, the oldest is forgotten.
const maxDifferent = 64

// fresh reports that the value is not among those that came, and adds it.
func (d *different) fresh(v Value, clock int64) bool {
	if clock-d.last > d.long {
		d.hashes = d.hashes[:0]
	}
	h := hashValue(v)
	if slices.Contains(d.hashes, h) {
		return false
	}
	if len(d.hashes) == maxDifferent {
		d.hashes = slices.Delete(d.hashes, 0, 1)
	}
	d.hashes, d.last = append(d.hashes, h), clock
	return true
}
