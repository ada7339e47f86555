package window

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestTrackersEqualTheModel: whatever comes, what follows the calls says what
// a look at all of them says.
func TestTrackersEqualTheModel(t *testing.T) {
	const over, wait, leak = 50, 20, 7
	plan := Plan{Over: over, Keep: 1 << 40, Aggregates: []Aggregate{
		{Op: Bucket, Arg: -1, Span: leak}, {Op: Bucket, Arg: 0, Span: leak},
		{Op: Sequence, Arg: -1, Args: []int{0, 1, 2}, Gaps: []int64{5, 0}}, {Op: Sequence, Arg: -1, Args: []int{0, 0}, Gaps: []int64{3}},
		{Op: Absent, Arg: -1, Args: []int{0, 1}, Span: wait}, {Op: Alerts, Arg: -1},
		{Op: Count, Arg: -1}, {Op: Baseline, Arg: -1, Of: 6}, {Op: Bucket, Arg: 3, Span: leak, Different: true}}}
	rapid.Check(t, func(t *rapid.T) {
		plan.Tumbling = rapid.Bool().Draw(t, "tumbling")
		table := NewTable[int](plan, NewPool(1<<20, 1<<10))
		var calls []Entry
		var counts []float64 // of each call's window, at the call
		var marked []int64
		clock := rapid.Int64Range(-200, 200).Draw(t, "start")
		is := func(e Entry, arg int) bool { return e.Values[arg].Num != 0 }
		var sequence func(args []int, gaps []int64, from int, start, last int64, edge int64) bool
		sequence = func(args []int, gaps []int64, from int, start, last, edge int64) bool {
			if len(args) == 0 {
				return true
			}
			for i := from; i < len(calls); i++ {
				e := calls[i]
				if e.Clock <= edge || !is(e, args[0]) || last >= 0 && len(gaps) > 0 && gaps[0] > 0 && e.Clock-calls[last].Clock > gaps[0] {
					continue
				}
				rest := gaps
				if last >= 0 {
					rest = gaps[1:]
				}
				if sequence(args[1:], rest, i+1, e.Clock, int64(i), edge) {
					return true
				}
			}
			return false
		}
		bucket := func(arg int, now int64) float64 {
			level, at := 0.0, now
			if len(calls) > 0 {
				at = calls[0].Clock
			}
			for _, e := range calls {
				if arg < 0 || is(e, arg) {
					level = math.Max(0, level-float64(e.Clock-at)/leak) + 1
					at = e.Clock
				}
			}
			return math.Max(0, level-float64(now-at)/leak)
		}
		different := func(now int64) float64 {
			level, at := 0.0, now
			known := map[Value]bool{}
			fresh := int64(math.MinInt64 / 2) // when a value was new last
			for _, e := range calls {
				if e.Clock-fresh > over {
					clear(known)
				}
				if v := e.Values[3]; !known[v] {
					known[v], fresh = true, e.Clock
					level = math.Max(0, level-math.Max(0, float64(e.Clock-at))/leak) + 1
					at = e.Clock
				}
			}
			return math.Max(0, level-float64(now-at)/leak)
		}
		absent := func(now, edge int64) bool {
			for i, e := range calls {
				if !is(e, 0) || e.Clock <= edge || e.Clock+wait > now {
					continue
				}
				answered := false
				for _, f := range calls[i+1:] {
					answered = answered || is(f, 1) && f.Clock < e.Clock+wait
				}
				if !answered {
					return true
				}
			}
			return false
		}
		baseline := func(now int64) float64 {
			n, sum := 0, 0.0
			for i, e := range calls {
				next := now
				if i+1 < len(calls) {
					next = calls[i+1].Clock
				}
				if floor(e.Clock, over) != floor(next, over) {
					n++
					sum += counts[i]
				}
			}
			if n < basePeriods {
				return math.NaN()
			}
			return sum / float64(n)
		}
		for i := range rapid.IntRange(1, 50).Draw(t, "calls") {
			clock += rapid.SampledFrom([]int64{0, 0, 1, 2, 5, 12, 30, 60}).Draw(t, "step")
			edge := clock - over
			if plan.Tumbling {
				edge = floor(clock, over) - 1
			}
			var w *Window[int]
			if rapid.IntRange(0, 5).Draw(t, "mark") == 0 {
				w = table.Touch("k", 0, clock)
				w.Mark(5, clock)
				marked = append(marked, clock)
			} else {
				e := Entry{Clock: clock, Time: clock}
				for range 3 {
					e.Values = append(e.Values, BoolOf(rapid.IntRange(0, 3).Draw(t, "condition") == 0))
				}
				e.Values = append(e.Values, TextOf(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "value")))
				w = table.Add("k", 0, e)
				calls = append(calls, e)
				counts = append(counts, w.Eval(6).Num)
			}
			marks := 0.0
			for _, m := range marked {
				if m > edge {
					marks++
				}
			}
			last := clock
			if len(calls) > 0 {
				last = calls[len(calls)-1].Clock
			}
			want := []Value{NumberOf(bucket(-1, clock)), NumberOf(bucket(0, clock)),
				BoolOf(sequence([]int{0, 1, 2}, []int64{5, 0}, 0, 0, -1, edge)), BoolOf(sequence([]int{0, 0}, []int64{3}, 0, 0, -1, edge)),
				BoolOf(absent(clock, edge)), NumberOf(marks), w.Eval(6), NumberOf(baseline(last)), NumberOf(different(clock))}
			for k, v := range want {
				if got := w.Eval(k); !near(got, v) && !(got.Num != got.Num && v.Num != v.Num) {
					t.Fatalf("call %d at %d, aggregate %v: %v, the model says %v", i, clock, plan.Aggregates[k], got, v)
				}
			}
		}
	})
}

// TestTumbling: the window begins anew at each multiple of its length.
func TestTumbling(t *testing.T) {
	table := NewTable[int](Plan{Over: 10, Tumbling: true, Aggregates: []Aggregate{{Op: Count, Arg: -1}}}, NewPool(100, 100))
	for _, tc := range [][2]int64{{-3, 1}, {-1, 2}, {0, 1}, {9, 2}, {10, 1}, {19, 2}, {19, 3}, {25, 1}} {
		if got := table.Add("k", 0, Entry{Clock: tc[0]}).Eval(0).Num; got != float64(tc[1]) {
			t.Errorf("at %d: %v calls, want %d", tc[0], got, tc[1])
		}
	}
}

// TestBaselineByHour: with the hour of the day seen on three days, the usual
// value is that of the hour; periods that are to be skipped teach nothing.
func TestBaselineByHour(t *testing.T) {
	b := &baseline{period: hourLength, skip: math.MinInt64}
	for day := range int64(4) {
		for h := range int64(24) {
			x := 100.0
			if h >= 9 && h < 17 {
				x = 1000
			}
			b.note((day*24+h)*hourLength+5, x)
		}
		night, noon := b.at((day*24+24+3)*hourLength, 0).Num, b.at((day*24+24+12)*hourLength, 0).Num
		switch {
		case day < 2 && night != noon:
			t.Errorf("after %d days: %v at night, %v at noon", day+1, night, noon)
		case day >= 2 && (night != 100 || noon != 1000):
			t.Errorf("after %d days: %v at night, %v at noon", day+1, night, noon)
		}
	}
	before := b.learned(96 * hourLength)
	b.skip = 200 * hourLength
	b.note(96*hourLength, 1e9)
	b.note(97*hourLength, 1e9)
	b.note(98*hourLength, 1e9)
	if got := b.learned(96 * hourLength); got != before || b.at(97*hourLength, 0).Num > 1000 {
		t.Errorf("an attack was learned: %d periods, %v", got, b.at(97*hourLength, 0))
	}
}

// TestPendingIsBounded: what is waited for has a cap, and fires all the same.
func TestPendingIsBounded(t *testing.T) {
	table := NewTable[int](Plan{Over: 1 << 40, Aggregates: []Aggregate{{Op: Absent, Arg: -1, Args: []int{0, 1}, Span: 1000}}}, NewPool(1<<20, 100))
	var w *Window[int]
	for i := range int64(900) {
		w = table.Add("k", 0, Entry{Clock: i, Values: []Value{BoolOf(true), BoolOf(false)}})
	}
	if n := len(w.trackers[0].(*absence).pending); n > maxPending || w.Eval(0).Num != 0 {
		t.Errorf("%d pending, %v", n, w.Eval(0))
	}
	if at, wait, ok := w.Due(); at != 1000 || wait != 1000 || !ok {
		t.Errorf("due at %d, waits %d, %v", at, wait, ok)
	}
	w.Slide(1000)
	if w.Eval(0).Num != 1 {
		t.Error("nothing is missed")
	}
}

// TestABucketForgetsTheOldestValue: of more values than it remembers, the one
// that came first fills it again, and the others do not.
func TestABucketForgetsTheOldestValue(t *testing.T) {
	b := &bucket{leak: 1 << 40, of: &different{long: 1 << 50}}
	add := func(i int) float64 {
		b.add(&Entry{Clock: 1, Values: []Value{NumberOf(float64(i))}})
		return b.at(1, 0).Num
	}
	for i := range maxDifferent + 1 {
		add(i)
	}
	if n := add(1); n != maxDifferent+1 {
		t.Errorf("a value that is remembered: %v", n)
	}
	if n := add(0); n != maxDifferent+2 {
		t.Errorf("the oldest: %v", n)
	}
}
