package window

import (
	"math"
	"testing"
)

// TestNaNLeavesNothing: values that are no number are not counted as distinct,
// and nothing of them stays when their calls leave the window.
func TestNaNLeavesNothing(t *testing.T) {
	tab := NewTable[struct{}](Plan{Over: 3, Aggregates: []Aggregate{{Op: Distinct}}}, NewPool(100, 10))
	for i := range int64(50) {
		v := NumberOf(math.NaN())
		if i%2 == 0 {
			v = NumberOf(float64(i % 4))
		}
		w := tab.Add("k", 0, Entry{Clock: i, Time: i, Values: []Value{v}})
		w.Eval(0)
		if held := len(w.run[0].numbers); held > 2 {
			t.Fatalf("%d numbers held for %d calls", held, w.Len())
		}
		if i > 10 && w.Eval(0).Num == 0 {
			t.Fatalf("call %d: %v distinct", i, w.Eval(0))
		}
	}
}
