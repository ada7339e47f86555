package window

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// model is the windows written down as simply as can be: all calls are kept,
// and each question looks at those within the last Over.
type model struct {
	over  int64
	calls map[string][]Entry
}

func (m *model) in(key string, clock int64) []Entry {
	var out []Entry
	for _, e := range m.calls[key] {
		if e.Clock > clock-m.over {
			out = append(out, e)
		}
	}
	return out
}

func (m *model) eval(a Aggregate, in []Entry) Value {
	n := float64(len(in))
	var xs []float64
	set := map[Value]bool{}
	trues := 0.0
	for _, e := range in {
		if a.Arg >= 0 {
			xs = append(xs, e.Values[a.Arg].Num)
			set[e.Values[a.Arg]] = true
			trues += e.Values[a.Arg].Num
		}
	}
	mean := func(xs []float64) float64 {
		t := 0.0
		for _, x := range xs {
			t += x
		}
		return t / float64(len(xs))
	}
	dev := func(xs []float64) float64 {
		m, t := mean(xs), 0.0
		for _, x := range xs {
			t += (x - m) * (x - m)
		}
		return math.Sqrt(t / float64(len(xs)))
	}
	switch a.Op {
	case Count:
		return NumberOf(n)
	case CountIf:
		return NumberOf(trues)
	case Ratio:
		return NumberOf(trues / n)
	case Sum:
		return NumberOf(mean(xs) * n)
	case Mean:
		return NumberOf(mean(xs))
	case Stddev:
		return NumberOf(dev(xs))
	case Min:
		return NumberOf(slices.Min(xs))
	case Max:
		return NumberOf(slices.Max(xs))
	case Distinct:
		return NumberOf(float64(len(set)))
	case First:
		return in[0].Values[a.Arg]
	case Last:
		return in[len(in)-1].Values[a.Arg]
	case Rate:
		return NumberOf(n / (float64(m.over) / 1e9))
	case TopShare, Top:
		times := map[Value]int{}
		for _, e := range in {
			times[e.Values[a.Arg]]++
		}
		values := slices.SortedFunc(maps.Keys(times), func(a, b Value) int {
			return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a.Num, b.Num), cmp.Compare(a.Str, b.Str))
		})
		if a.Op == Top {
			return values[0]
		}
		share := 0.0
		for _, v := range values[:min(int(a.Q), len(values))] {
			share += float64(times[v])
		}
		return NumberOf(share / n)
	case Quantile:
		slices.Sort(xs)
		for i, x := range xs {
			if float64(i+1) >= a.Q*n {
				return NumberOf(x)
			}
		}
	case GapCV:
		if len(in) < 3 {
			return NumberOf(1)
		}
		var ts, gaps []float64
		for _, e := range in {
			ts = append(ts, float64(e.Time))
		}
		slices.Sort(ts)
		for i := 1; i < len(ts); i++ {
			gaps = append(gaps, ts[i]-ts[i-1])
		}
		if mean(gaps) == 0 {
			return NumberOf(0)
		}
		return NumberOf(dev(gaps) / mean(gaps))
	}
	return Value{}
}

func near(a, b Value) bool {
	return a == b || a.Kind == Number && b.Kind == Number && math.Abs(a.Num-b.Num) <= 1e-9*(1+math.Abs(b.Num))
}

// everything measures value 0 (a number), 1 (a text) and 2 (true or false).
func everything() []Aggregate {
	return []Aggregate{{Op: Count, Arg: -1}, {Op: CountIf, Arg: 2}, {Op: Ratio, Arg: 2}, {Op: Sum}, {Op: Mean}, {Op: Stddev}, {Op: Min}, {Op: Max},
		{Op: Quantile, Q: 0.9}, {Op: Quantile, Q: 0}, {Op: Quantile, Q: 1}, {Op: Distinct, Arg: 0}, {Op: Distinct, Arg: 1}, {Op: First, Arg: 1},
		{Op: Last, Arg: 1}, {Op: Rate, Arg: -1}, {Op: GapCV, Arg: -1}, {Op: TopShare, Arg: 0, Q: 3}, {Op: TopShare, Arg: 1, Q: 1}, {Op: Top, Arg: 0}, {Op: Top, Arg: 1}}
}

// TestWindowsEqualTheModel: below the caps, whatever comes, whenever Expire is
// called, every aggregate is what the model says.
func TestWindowsEqualTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{over: rapid.Int64Range(1, 50).Draw(t, "over"), calls: map[string][]Entry{}}
		keep := rapid.Int64Range(0, 80).Draw(t, "keep")
		table := NewTable[int](Plan{Over: m.over, Keep: keep, Aggregates: everything()}, NewPool(1<<20, 1<<10))
		clock := int64(0)
		for i := range rapid.IntRange(1, 120).Draw(t, "calls") {
			clock += rapid.SampledFrom([]int64{0, 0, 1, 1, 3, 20, 100}).Draw(t, "step")
			if rapid.IntRange(0, 4).Draw(t, "expire") == 0 {
				table.Expire(clock)
			}
			key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
			e := Entry{Clock: clock, Time: clock - rapid.Int64Range(0, 5).Draw(t, "late"), Call: event.ID{byte(i)}, Values: []Value{
				NumberOf(float64(rapid.IntRange(-5, 500).Draw(t, "number"))),
				TextOf(rapid.SampledFrom([]string{"x", "y", "z", ""}).Draw(t, "text")),
				BoolOf(rapid.Bool().Draw(t, "bool"))}}
			m.calls[key] = append(m.calls[key], e)
			w := table.Add(key, 0, e)
			in := m.in(key, clock)
			if w.Len() != len(in) || w.Capped {
				t.Fatalf("call %d: %d entries, the model has %d; capped %v", i, w.Len(), len(in), w.Capped)
			}
			for k, a := range everything() {
				if got, want := w.Eval(k), m.eval(a, in); !near(got, want) {
					t.Fatalf("call %d, key %s, aggregate %d (%v): %v, the model says %v", i, key, k, a, got, want)
				}
			}
		}
	})
}

// TestCap: the newest MaxEntries calls stay, the window says so, and counts
// all the same.
func TestCap(t *testing.T) {
	pool := NewPool(1<<20, 1<<10)
	table := NewTable[int](Plan{Over: 1 << 40, Aggregates: everything()}, pool)
	var w *Window[int]
	for i := range MaxEntries + 10 {
		w = table.Add("k", 0, Entry{Clock: int64(i), Values: []Value{NumberOf(float64(i)), TextOf("t"), BoolOf(i%2 == 0)}})
		if capped := i >= MaxEntries; w.Capped != capped {
			t.Fatalf("after %d calls capped is %v", i+1, w.Capped)
		}
	}
	if w.Len() != MaxEntries || w.Calls() != MaxEntries+10 || w.Entry(0).Clock != 10 || w.Eval(6).Num != 0 || w.Eval(1).Num != MaxEntries/2+5 {
		t.Errorf("%d entries of %d, the first at %d, min %v, true %v", w.Len(), w.Calls(), w.Entry(0).Clock, w.Eval(6), w.Eval(1))
	}
	w = table.Add("k", 0, Entry{Clock: 1 << 41, Values: []Value{{}, {}, {}}})
	if w.Capped || w.Len() != 1 || w.Calls() != 1 || pool.Entries() != 1 {
		t.Errorf("an emptied window still says capped, or holds %d, or is charged %d", w.Len(), pool.Entries())
	}
}

// TestFloodOfKeys: very many keys seen once do not push out the one that was
// there before and keeps coming, and memory stays at the cap.
func TestFloodOfKeys(t *testing.T) {
	pool := NewPool(1000, 500)
	table := NewTable[int](Plan{Over: 1 << 40, Aggregates: []Aggregate{{Op: Count, Arg: -1}}}, pool)
	other := NewTable[int](Plan{Over: 1 << 40}, pool)
	other.Add("elsewhere", 0, Entry{})
	clock := int64(0)
	add := func(key string) *Window[int] {
		clock++
		return table.Add(key, 0, Entry{Clock: clock})
	}
	add("slow")
	add("slow")
	for i := range 100_000 {
		add(string(rune(0x4e00+i%20000)) + string(rune('a'+i/20000)))
		if i%10_000 == 0 {
			add("slow")
		}
		if pool.Keys() > 500 || pool.Entries() > 1000 {
			t.Fatalf("%d keys, %d entries", pool.Keys(), pool.Entries())
		}
	}
	if w := add("slow"); w.Len() != 13 {
		t.Errorf("the slow client has %d calls, not 13", w.Len())
	}
	if pool.Evicted == 0 {
		t.Error("evictions are not counted")
	}
	if other.size() != 1 {
		t.Error("a small table paid for a large one")
	}
	table.Close()
	other.Close()
	if pool.Keys() != 0 || pool.Entries() != 0 || len(pool.tables) != 0 {
		t.Errorf("after closing: %d keys, %d entries", pool.Keys(), pool.Entries())
	}
}

// TestExpireChangesNothing: what two tables at their common cap give up, and
// so what their windows hold, does not depend on when Expire was called.
func TestExpireChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type step struct {
			clock  int64
			table  int
			key    string
			expire bool
		}
		var steps []step
		clock := int64(0)
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			clock += rapid.Int64Range(0, 4).Draw(t, "pause")
			steps = append(steps, step{clock, rapid.IntRange(0, 1).Draw(t, "table"), rapid.StringMatching("[a-h]").Draw(t, "key"), rapid.Bool().Draw(t, "expire")})
		}
		play := func(expire bool) (lens []int, evicted uint64) {
			pool := NewPool(12, 5)
			tables := []*Table[int]{NewTable[int](Plan{Over: 6}, pool), NewTable[int](Plan{Over: 15}, pool)}
			for _, s := range steps {
				if expire && s.expire {
					tables[1-s.table].Expire(s.clock)
				}
				lens = append(lens, tables[s.table].Add(s.key, 0, Entry{Clock: s.clock}).Len())
			}
			return lens, pool.Evicted
		}
		a, evictedA := play(true)
		b, evictedB := play(false)
		if !slices.Equal(a, b) || evictedA != evictedB {
			t.Fatalf("with Expire %v (%d given up), without %v (%d)", a, evictedA, b, evictedB)
		}
	})
}
