package costtest

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestVerdicts: a verdict against the code needs more than noise, and one for
// it more than a lucky round.
func TestVerdicts(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	noisy := func(power float64) func(n, times int) time.Duration {
		return func(n, times int) time.Duration {
			d := time.Duration(times) * 10 * time.Microsecond
			for f := float64(n) / 1000; f >= 2; f /= 2 {
				d = time.Duration(float64(d) * power)
			}
			if g.IntN(2) > 0 { // half of the measurements are spoilt
				d = time.Duration(float64(d) * (1 + 9*g.Float64()))
			}
			return d
		}
	}
	for range 200 {
		if err := linear(1000, 1, noisy(2)); err != nil {
			t.Fatal("linear cost, noise: ", err)
		}
	}
	caught := 0
	for range 200 {
		if linear(1000, 1, noisy(4)) != nil {
			caught++
		}
	}
	// A spoilt measurement of n may hide the square once in a while, not often.
	if caught == 0 {
		t.Error("the square of the size passes always")
	}
	if linear(1000, 1, func(n, times int) time.Duration { return time.Duration(times * n * n) }) == nil {
		t.Error("the square of the size passes without noise")
	}
	if linear(1000, time.Hour, func(n, times int) time.Duration { return time.Duration(times * n * n) }) != nil {
		t.Error("what is below the floor is judged")
	}
}
