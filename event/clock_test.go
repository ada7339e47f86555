package event

import "testing"

func TestClock(t *testing.T) {
	const sec = int64(1e9)
	for _, tc := range []struct {
		name  string
		times []int64
		want  []int64
	}{
		{"in order", []int64{1, 2, 3}, []int64{1, 2, 3}},
		{"never back", []int64{100 * sec, 40 * sec, 101 * sec}, []int64{100 * sec, 100 * sec, 101 * sec}},
		{"one forged jump is not followed", []int64{sec, 1e18, 2 * sec, 3 * sec}, []int64{sec, sec, 2 * sec, 3 * sec}},
		{"a confirmed jump is", []int64{sec, 7200 * sec, 7201 * sec}, []int64{sec, sec, 7201 * sec}},
		{"two forged jumps are", []int64{sec, 7200 * sec, 7100 * sec}, []int64{sec, sec, sec}},
		{"a jump then a farther one", []int64{sec, 7200 * sec, 90000 * sec}, []int64{sec, sec, 7200*sec + 60*sec}},
	} {
		var c Clock
		for i, at := range tc.times {
			if got := c.Tick(at); got != tc.want[i] {
				t.Errorf("%s: frame %d at %d: clock %d, want %d", tc.name, i, at, got, tc.want[i])
			}
		}
	}
}
