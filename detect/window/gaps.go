package window

import (
	"math"
	"math/bits"
	"slices"
)

// gaps keeps how uneven the times of a window's calls are while calls come
// and go, in whole numbers, so that nothing drifts.
type gaps struct {
	times []int64 // sorted
	sum   int64   // of the gaps between them
	// square is the sum of their squares, of 128 bits.
	high, low uint64
}

// maxGap bounds what a gap counts for: the calls' own times, unlike the
// clock, may be forged, and the squares of MaxEntries gaps times their number
// must fit. It is a day and a half.
const maxGap = 1 << 47

func (g *gaps) between(i int) int64 {
	if i <= 0 || i >= len(g.times) {
		return 0
	}
	a, b := g.times[i-1], g.times[i]
	if d := uint64(b) - uint64(a); d < maxGap {
		return int64(d)
	}
	return maxGap
}

// gap adds the gap before time i, or takes it away.
func (g *gaps) gap(i int, sign int64) {
	d := g.between(i)
	g.sum += sign * d
	high, low := bits.Mul64(uint64(d), uint64(d))
	var carry uint64
	if sign > 0 {
		g.low, carry = bits.Add64(g.low, low, 0)
		g.high, _ = bits.Add64(g.high, high, carry)
		return
	}
	g.low, carry = bits.Sub64(g.low, low, 0)
	g.high, _ = bits.Sub64(g.high, high, carry)
}

func (g *gaps) add(t int64) {
	i, _ := slices.BinarySearch(g.times, t)
	g.gap(i, -1) // what is there now before time i
	g.times = slices.Insert(g.times, i, t)
	g.gap(i, 1)
	g.gap(i+1, 1)
}

func (g *gaps) drop(t int64) {
	i, ok := slices.BinarySearch(g.times, t)
	if !ok {
		return
	}
	g.gap(i, -1)
	g.gap(i+1, -1)
	g.times = shorter(slices.Delete(g.times, i, i+1))
	g.gap(i, 1)
}

// shorter gives back memory once most of a slice is unused.
func shorter[T any](s []T) []T {
	if cap(s) > 64 && len(s) < cap(s)/4 {
		return slices.Clone(s)
	}
	return s
}

// cv is the coefficient of variation of the gaps: near 0 for a metronome,
// about 1 for independent arrivals. With fewer than three times there are no
// two gaps to compare: 1. All at one moment: 0.
func (g *gaps) cv() float64 {
	n := uint64(len(g.times))
	if n < 3 {
		return 1
	}
	if g.sum == 0 {
		return 0
	}
	// n gaps: n²·variance is n·Σd² − (Σd)².
	n--
	carry, low := bits.Mul64(g.low, n)
	high := g.high*n + carry
	sumHigh, sumLow := bits.Mul64(uint64(g.sum), uint64(g.sum))
	low, borrow := bits.Sub64(low, sumLow, 0)
	high, _ = bits.Sub64(high, sumHigh, borrow)
	return math.Sqrt(float64(high)*math.Exp2(64)+float64(low)) / float64(g.sum)
}
