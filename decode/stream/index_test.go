package stream

import (
	"math/rand/v2"
	"testing"
)

// An index of few hashes, which meet all the time, holds what a map would.
func TestIndexHoldsWhatAMapWould(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, hashes := range []uint32{3, 64, 1 << 20} {
		var x index[int32]
		want := map[int32]uint32{} // hash by value
		for range 20_000 {
			v := rng.Int32N(200) + 1
			hash, there := want[v]
			switch {
			case there && rng.IntN(2) == 0:
				x.remove(hash, v)
				delete(want, v)
			case !there:
				want[v] = rng.Uint32N(hashes)
				x.add(want[v], v)
			}
			probe := rng.Int32N(200) + 1
			hash, there = want[probe]
			if got := x.find(hash, func(v int32) bool { return v == probe }); (got == probe) != there {
				t.Fatalf("%d: found %d, there: %v", probe, got, there)
			}
			if x.n != len(want) || 2*x.n > len(x.slots) {
				t.Fatalf("%d of %d, %d places", x.n, len(want), len(x.slots))
			}
		}
		for v, hash := range want {
			x.remove(hash, v)
		}
		for _, s := range x.slots {
			if s.v != 0 {
				t.Fatalf("%d is left", s.v)
			}
		}
	}
}
