package window

// A bucket leaks: each call fills it by one, and one leaks out every so often.
// Its level is kept in time, which is whole.
type bucket struct {
	arg   int // only calls for which this value is true count; -1: all
	leak  int64
	level int64 // ns until it is empty, as of last
	last  int64
}

// maxLevel keeps a level from overflowing: some seventy years to leak.
const maxLevel = 1 << 61

func (b *bucket) add(e *Entry) {
	if b.arg >= 0 && e.Values[b.arg].Num == 0 {
		return
	}
	b.level = min(b.left(e.Clock)+b.leak, maxLevel)
	b.last = e.Clock
}

func (b *bucket) left(now int64) int64 { return max(0, b.level-max(0, now-b.last)) }

func (b *bucket) at(now, _ int64) Value {
	return NumberOf(float64(b.left(now)) / float64(b.leak))
}
