package encode

import (
	"math"
	"strconv"
	"testing"
)

// TestAppendUint: as package strconv says, about each power of two and of ten
// and between, however little room there is.
func TestAppendUint(t *testing.T) {
	check := func(v uint64) {
		for _, room := range []int{0, 1, 32} {
			b := append(make([]byte, 0, 1+room), 'x')
			if got, want := string(appendUint(b, v)), "x"+strconv.FormatUint(v, 10); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
	for v := range uint64(20_000) {
		check(v)
	}
	for _, base := range []uint64{2, 10} {
		for v := uint64(1); ; v *= base {
			for _, near := range []uint64{v - 1, v, v + 1, v * 7 / 3} {
				check(near)
			}
			if v > math.MaxUint64/base {
				break
			}
		}
	}
	check(math.MaxUint64)
}
