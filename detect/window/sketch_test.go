package window

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"spaniel/internal/costtest"
)

// TestBeyondTheCap: a window that cannot hold its calls measures what the
// model measures, within what it says it may be off.
func TestBeyondTheCap(t *testing.T) {
	costtest.OneGoroutine(t)
	for _, shape := range []string{"few values", "many values", "one in two is the same", "bursts"} {
		t.Run(shape, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(len(shape))))
			m := &model{over: 1_000_000, calls: map[string][]Entry{}}
			table := NewTable[int](Plan{Over: m.over, Aggregates: everything()}, NewPool(1<<20, 1<<10))
			clock := int64(-3_000_000)
			summed := 0
			for i := range 25_000 {
				clock += int64(r.IntN(120))
				if shape == "bursts" && i%9000 == 8999 {
					clock += 700_000
				}
				x := float64(r.IntN(50))
				if shape != "few values" {
					x = math.Floor(r.ExpFloat64() * 1e6)
				}
				if shape == "one in two is the same" && r.IntN(2) == 0 {
					x = 7
				}
				e := Entry{Clock: clock, Time: clock, Values: []Value{NumberOf(x), TextOf(fmt.Sprint(x)), BoolOf(r.IntN(3) == 0)}}
				m.calls["k"] = append(m.calls["k"], e)
				w := table.Add("k", 0, e)
				if w.Len() > MaxEntries || w.summary != nil && len(w.summary.panes) > panes {
					t.Fatalf("%d entries", w.Len())
				}
				if i%1409 != 0 {
					continue
				}
				in := m.in("k", clock)
				if w.summary == nil {
					for k, a := range everything() {
						if got, want := w.Eval(k), m.eval(a, in); !near(got, want) {
							t.Fatalf("call %d, exact aggregate %v: %v, the model says %v", i, a, got, want)
						}
					}
					continue
				}
				summed++
				if missing := len(in) - w.Calls(); missing < 0 || missing > w.Uncounted() {
					t.Fatalf("call %d: %d counted of %d, at most %d uncounted", i, w.Calls(), len(in), w.Uncounted())
				}
				counted := in[len(in)-w.Calls():] // the newest: what every figure is about
				for k, a := range everything() {
					got, want := w.Eval(k), m.eval(a, counted)
					off, estimated := w.Estimated(k)
					switch {
					case a.Op == GapCV || a.Op == Distinct && math.Abs(got.Num-want.Num) <= 2*off:
					case a.Op == TopShare && got.Num <= want.Num && got.Num >= want.Num-off:
					case a.Op == Top && shape != "one in two is the same":
					case estimated && math.Abs(got.Num-want.Num) <= off+1e-9:
					case !near(got, want):
						t.Fatalf("call %d of %d, aggregate %v: %v (may be off by %v), the model says %v", i, len(counted), a, got, off, want)
					}
				}
			}
			if summed < 8 {
				t.Errorf("only %d windows were beyond the cap", summed)
			}
		})
	}
}

// TestDistinctSketch: the error is what it is said to be, for few and many,
// and a merge is as if one had been given both.
func TestDistinctSketch(t *testing.T) {
	costtest.OneGoroutine(t)
	for _, n := range []int{0, 1, 10, 500, 3000, 10_000, 100_000, 1_000_000} {
		wide := 0
		rounds := 20
		if n > 100_000 {
			rounds = 4
		}
		for round := range rounds {
			a, b, both := newDistinctSketch(), newDistinctSketch(), newDistinctSketch()
			for i := range n {
				v := TextOf(fmt.Sprint(round, "/", i))
				both.add(v)
				if i%3 == 0 {
					a.add(v)
				} else {
					b.add(v)
				}
			}
			a.merge(b)
			if a.estimate() != both.estimate() {
				t.Fatalf("%d values: merged %v, at once %v", n, a.estimate(), both.estimate())
			}
			if math.Abs(both.estimate()-float64(n)) > distinctError*float64(n)+0.5 {
				wide++
			}
		}
		if wide > rounds/5 { // one in twenty is meant
			t.Errorf("%d values: %d of %d estimates are off by more than %.1f %%", n, wide, rounds, 100*distinctError)
		}
	}
}

// TestHistogram: every bucket's middle is within the error of what falls into it.
func TestHistogram(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		x := math.Ldexp(r.Float64()+0.5, r.IntN(highestExp-lowestExp)+lowestExp)
		for _, x := range []float64{x, -x} {
			h := &histogram{}
			h.add(x)
			if got := h.at(0); math.Abs(got-x) > quantileError*math.Abs(x) {
				t.Fatalf("%v is taken for %v", x, got)
			}
		}
	}
}

// TestForgedTimes: gaps of any size neither overflow nor leave anything.
func TestForgedTimes(t *testing.T) {
	table := NewTable[int](Plan{Over: 50, Aggregates: []Aggregate{{Op: GapCV, Arg: -1}}}, NewPool(1<<20, 1<<10))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range int64(20_000) {
		at := i
		if i < 10_000 {
			at = int64(r.Uint64())
		}
		w := table.Add("k", 0, Entry{Clock: i, Time: at})
		if cv := w.Eval(0).Num; math.IsNaN(cv) || cv < 0 || cv > 100 || i > 10_050 && cv != 0 {
			t.Fatalf("call %d: %v", i, cv)
		}
	}
}
