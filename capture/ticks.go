package capture

import (
	"math"
	"math/bits"
)

// A ticks turns a pcapng interface's timestamps into nanoseconds since 1970:
// t×mul>>shift/div + offset, in 128 bits, rounded down. What does not fit
// becomes the largest or smallest time there is.
type ticks struct {
	mul, div uint64
	shift    uint
	offset   int64
}

// newTicks reads the options if_tsresol (a power of ten, or of two with the
// top bit set) and if_tsoffset (seconds).
func newTicks(resol uint8, offset int64) ticks {
	t := ticks{mul: 1, div: 1, offset: math.MaxInt64}
	if sec := uint64(max(offset, -offset)); offset == math.MinInt64 || sec > math.MaxInt64/1_000_000_000 {
		if offset < 0 {
			t.offset = math.MinInt64
		}
	} else {
		t.offset = offset * 1e9
	}
	switch exp := resol & 0x7f; {
	case resol&0x80 != 0:
		t.mul, t.shift = 1e9, uint(exp)
	case exp <= 9:
		t.mul = pow10(9 - exp)
	case exp <= 28: // 10^19 is the last power of ten in 64 bits
		t.div = pow10(exp - 9)
	default: // no 64-bit count of such steps reaches a nanosecond
		t.mul = 0
	}
	return t
}

func pow10(n uint8) uint64 {
	v := uint64(1)
	for range n {
		v *= 10
	}
	return v
}

// nanos is the time of the timestamp v.
func (t *ticks) nanos(v uint64) int64 {
	hi, lo := bits.Mul64(v, t.mul)
	switch {
	case t.shift >= 64:
		hi, lo = 0, hi>>(t.shift-64)
	case t.shift > 0:
		hi, lo = hi>>t.shift, lo>>t.shift|hi<<(64-t.shift)
	case t.div > 1:
		lo /= t.div // mul is 1 here and hi 0
	}
	if hi != 0 || lo > math.MaxInt64 {
		lo = math.MaxInt64
	}
	n := int64(lo)
	if sum := n + t.offset; t.offset <= 0 || sum >= n {
		return sum
	}
	return math.MaxInt64
}
