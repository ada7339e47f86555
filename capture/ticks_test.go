package capture

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// bigNanos is the same sum as ticks, with numbers that have no end.
func bigNanos(resol uint8, offset int64, v uint64) int64 {
	base := big.NewInt(10)
	if resol&0x80 != 0 {
		base = big.NewInt(2)
	}
	clamp := func(n *big.Int) *big.Int {
		switch {
		case n.Cmp(big.NewInt(math.MaxInt64)) > 0:
			return big.NewInt(math.MaxInt64)
		case n.Cmp(big.NewInt(math.MinInt64)) < 0:
			return big.NewInt(math.MinInt64)
		}
		return n
	}
	unit := new(big.Int).Exp(base, big.NewInt(int64(resol&0x7f)), nil)
	n := new(big.Int).Mul(new(big.Int).SetUint64(v), big.NewInt(1e9))
	n.Div(n, unit)
	o := new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9))
	return clamp(n.Add(clamp(n), clamp(o))).Int64()
}

func TestTicksAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resol, offset, v := rapid.Byte().Draw(t, "resol"), rapid.Int64().Draw(t, "offset"), rapid.Uint64().Draw(t, "v")
		ticks := newTicks(resol, offset)
		if got, want := ticks.nanos(v), bigNanos(resol, offset, v); got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	})
}

func TestTicksAtEveryResolution(t *testing.T) {
	for r := range 256 {
		for _, v := range []uint64{0, 1, 999, 1_700_000_000, 1_700_000_000_123_456, 1_700_000_000_123_456_789, math.MaxInt64, math.MaxUint64} {
			for _, offset := range []int64{0, 1, -1, 86400, math.MaxInt64 / 1_000_000_000, math.MinInt64 / 1_000_000_000, math.MaxInt64, math.MinInt64} {
				ticks := newTicks(uint8(r), offset)
				if got, want := ticks.nanos(v), bigNanos(uint8(r), offset, v); got != want {
					t.Errorf("resolution %#x, offset %d: %d is %d, not %d", r, offset, v, got, want)
				}
			}
		}
	}
}
