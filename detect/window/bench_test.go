package window

import "testing"

// BenchmarkBeyondTheCap is what a call costs a window that could not hold all
// its calls and is asked each time, by aggregate.
func BenchmarkBeyondTheCap(b *testing.B) {
	for _, tc := range []struct {
		name string
		agg  Aggregate
	}{{"count", Aggregate{Op: Count, Arg: -1}}, {"distinct", Aggregate{Op: Distinct}}, {"quantile", Aggregate{Op: Quantile, Q: 0.9}}, {"topk", Aggregate{Op: TopShare, Q: 3}}, {"gap_cv", Aggregate{Op: GapCV, Arg: -1}}, {"stddev", Aggregate{Op: Stddev}}} {
		b.Run(tc.name, func(b *testing.B) {
			table := NewTable[int](Plan{Over: 1_000_000, Aggregates: []Aggregate{tc.agg}}, NewPool(1<<20, 1<<10))
			clock := int64(0)
			add := func() {
				clock += 50
				w := table.Add("k", 0, Entry{Clock: clock, Time: clock, Values: []Value{NumberOf(float64(mix(uint64(clock)) % 100_000))}})
				w.Eval(0)
			}
			for range 30_000 {
				add()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				add()
			}
		})
	}
}
