package window

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestSpeed holds a speed against the steps between all calls before, of places on
// a line: each is its kilometre.
func TestSpeed(t *testing.T) {
	km := func(s string) float64 { v, _ := strconv.ParseFloat(s, 64); return v }
	rapid.Check(t, func(t *rapid.T) {
		s := &speed{far: func(a, b string) float64 { return math.Abs(km(a) - km(b)) }}
		type call struct {
			clock int64
			at    string
		}
		var calls []call
		clock := int64(1e9)
		for range rapid.IntRange(0, 30).Draw(t, "calls") {
			clock += rapid.SampledFrom([]int64{0, 1e8, 60e9, 3600e9}).Draw(t, "gap")
			at := rapid.SampledFrom([]string{"", "0", "400", "1000", "9000"}).Draw(t, "at")
			s.add(&Entry{Clock: clock, Values: []Value{TextOf(at)}})
			if at != "" {
				calls = append(calls, call{clock, at})
			}
		}
		edge := rapid.SampledFrom([]int64{0, clock - 7200e9, clock}).Draw(t, "edge")
		want := 0.0
		for i := 1; i < len(calls); i++ {
			a, b := calls[i-1], calls[i]
			if d := math.Abs(km(a.at) - km(b.at)); d >= 500 {
				if want = 0; b.clock > edge {
					want = d / (math.Max(float64(b.clock-a.clock)/1e9, 1) / 3600)
				}
			}
		}
		if got := s.at(clock, edge).Num; math.Abs(got-want) > 1e-6*want {
			t.Fatalf("%v km/h, want %v: %v", got, want, calls)
		}
	})
}
