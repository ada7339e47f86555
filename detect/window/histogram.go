package window

import "math"

// A histogram counts numbers in buckets whose width is a sixteenth of a power
// of two, so that a quantile is known to a thirty-second part of itself.
type histogram struct {
	zero  uint32
	signs [2][]uint32 // positive and negative, made when needed
}

const (
	lowestExp  = -16 // what is nearer to 0 than 2^-17 counts as that
	highestExp = 64
	perExp     = 16
	buckets    = (highestExp - lowestExp + 1) * perExp
	// quantileError is half a bucket, as a share of the least in it.
	quantileError = 1.0 / (2 * perExp)
)

func bucketOf(x float64) int {
	frac, exp := math.Frexp(x)
	switch {
	case exp < lowestExp:
		return 0
	case exp > highestExp:
		return buckets - 1
	}
	return (exp-lowestExp)*perExp + int((frac-0.5)*2*perExp)
}

// middle is the value that stands for a bucket.
func middle(b int) float64 {
	return math.Ldexp(0.5+(float64(b%perExp)+0.5)/(2*perExp), b/perExp+lowestExp)
}

func (h *histogram) add(x float64) {
	if x == 0 || x != x {
		h.zero++
		return
	}
	i := 0
	if x < 0 {
		i = 1
	}
	if h.signs[i] == nil {
		h.signs[i] = make([]uint32, buckets)
	}
	h.signs[i][bucketOf(math.Abs(x))]++
}

func (h *histogram) merge(o *histogram) {
	h.zero += o.zero
	for i, from := range o.signs {
		if from == nil {
			continue
		}
		if h.signs[i] == nil {
			h.signs[i] = make([]uint32, buckets)
		}
		for b, n := range from {
			h.signs[i][b] += n
		}
	}
}

// at is the value with that many values below it, from 0.
func (h *histogram) at(rank int) float64 {
	for b := len(h.signs[1]) - 1; b >= 0; b-- {
		if rank -= int(h.signs[1][b]); rank < 0 {
			return -middle(b)
		}
	}
	if rank -= int(h.zero); rank < 0 {
		return 0
	}
	for b, n := range h.signs[0] {
		if rank -= int(n); rank < 0 {
			return middle(b)
		}
	}
	return 0
}
