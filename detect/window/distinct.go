package window

import (
	"math"
	"math/bits"
)

// A distinctSketch estimates how many different values it was given: a
// HyperLogLog of 2^11 registers with Ertl's estimator, which needs no table of
// corrections. Two merge into what one would be that was given both.
type distinctSketch struct {
	ranks [registers]uint8
	of    [maxRank + 1]int // registers by rank
}

const (
	registerBits = 11
	registers    = 1 << registerBits
	maxRank      = 64 - registerBits + 1
)

// distinctError is twice the standard error, as a share: 19 of 20 estimates
// are as close.
const distinctError = 2 * 1.04 / 45.254833995939045 // the root of registers

func newDistinctSketch() *distinctSketch {
	d := &distinctSketch{}
	d.of[0] = registers
	return d
}

func (d *distinctSketch) add(v Value) {
	h := hashValue(v)
	d.raise(int(h>>(64-registerBits)), uint8(bits.LeadingZeros64(h<<registerBits|1<<(registerBits-1))+1))
}

func (d *distinctSketch) raise(i int, rank uint8) {
	if r := d.ranks[i]; r < rank {
		d.of[r]--
		d.of[rank]++
		d.ranks[i] = rank
	}
}

func (d *distinctSketch) merge(o *distinctSketch) {
	for i, r := range o.ranks {
		d.raise(i, r)
	}
}

// estimate is the number of different values.
func (d *distinctSketch) estimate() float64 {
	const m = registers
	z := m * tau(1-float64(d.of[maxRank])/m)
	for k := maxRank - 1; k >= 1; k-- {
		z = 0.5 * (z + float64(d.of[k]))
	}
	z += m * sigma(float64(d.of[0])/m)
	return math.Round(m * m / (2 * math.Ln2 * z))
}

// sigma and tau correct for registers that are empty and full.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	for y, z := 1.0, x; ; {
		x *= x
		before := z
		z += x * y
		y += y
		if z == before {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for y, z := 1.0, 1-x; ; {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == before {
			return z / 3
		}
	}
}

// hashValue is the same in every run.
func hashValue(v Value) uint64 {
	if v.Kind == Text {
		return hashText(v.Str, 1)
	}
	return mix(math.Float64bits(v.Num) ^ 0x9e3779b97f4a7c15)
}
