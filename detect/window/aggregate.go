package window

import (
	"maps"
	"math"
	"slices"
)

// Op is what an aggregate does with the values of the calls in a window.
type Op uint8

// The operations. First and Last are in the order of arrival; the others do
// not depend on order.
const (
	Count Op = iota
	CountIf
	Ratio
	Sum
	Mean
	Stddev
	Min
	Max
	Quantile
	Distinct
	First
	Last
	Rate
	GapCV
)

// An Aggregate is an operation over one of the values of each entry.
type Aggregate struct {
	Op  Op
	Arg int     // index into Entry.Values; not used by Count, Rate and GapCV
	Q   float64 // of Quantile, 0 to 1
}

// running keeps what can be kept exactly while entries come and go: whole
// numbers. Everything else is computed from the entries when asked for, since
// sums of fractions would drift.
type running struct {
	trues   int
	texts   map[string]int
	numbers map[float64]int
	peak    int // most that the map held
	// sum is of the values that are whole and not huge, others the number of
	// the rest.
	sum    float64
	others int
}

// maxWhole bounds the whole numbers that are summed as they come and go: the
// sum of MaxEntries of them is still exact in a float64.
const maxWhole = (1 << 53) / MaxEntries

// count adds or takes away a value; whole numbers come and go without a trace.
func (r *running) count(x, sign float64) {
	if x != math.Trunc(x) || math.Abs(x) > maxWhole {
		r.others += int(sign)
		return
	}
	r.sum += sign * x
}

func (r *running) add(a Aggregate, v Value) {
	switch a.Op {
	case CountIf, Ratio:
		r.trues += int(v.Num)
	case Sum, Mean:
		r.count(v.Num, 1)
	case Distinct:
		if v.Kind == Text {
			if r.texts == nil {
				r.texts = map[string]int{}
			}
			r.texts[v.Str]++
			r.peak = max(r.peak, len(r.texts))
			return
		}
		if v.Num != v.Num {
			return // a NaN is no key: the map would never give it back
		}
		if r.numbers == nil {
			r.numbers = map[float64]int{}
		}
		r.numbers[v.Num]++
		r.peak = max(r.peak, len(r.numbers))
	}
}

func (r *running) drop(a Aggregate, v Value) {
	switch a.Op {
	case CountIf, Ratio:
		r.trues -= int(v.Num)
	case Sum, Mean:
		r.count(v.Num, -1)
	case Distinct:
		if v.Kind == Text {
			if r.texts[v.Str]--; r.texts[v.Str] == 0 {
				r.texts = without(r.texts, v.Str, &r.peak)
			}
			return
		}
		if v.Num != v.Num {
			return
		}
		if r.numbers[v.Num]--; r.numbers[v.Num] == 0 {
			r.numbers = without(r.numbers, v.Num, &r.peak)
		}
	}
}

// without deletes from a map, and makes a smaller one when little of the most
// it ever held is left: a map keeps the memory of that.
func without[K comparable](m map[K]int, key K, peak *int) map[K]int {
	delete(m, key)
	switch n := len(m); {
	case n == 0:
		*peak = 0
		return nil
	case n < *peak/4:
		*peak = n
		return maps.Clone(m)
	}
	return m
}

// Eval returns aggregate i over the window as it is now. Sums over nothing
// are 0; First, Last, Min and Max over nothing are None.
func (w *Window[S]) Eval(i int) Value {
	a, n := w.table.plan.Aggregates[i], w.Len()
	switch a.Op {
	case Count:
		return NumberOf(float64(n))
	case CountIf:
		return NumberOf(float64(w.run[i].trues))
	case Ratio:
		if n == 0 {
			return NumberOf(0)
		}
		return NumberOf(float64(w.run[i].trues) / float64(n))
	case Distinct:
		return NumberOf(float64(len(w.run[i].texts) + len(w.run[i].numbers)))
	case Rate:
		return NumberOf(float64(n) / (float64(w.table.plan.Over) / 1e9))
	case GapCV:
		return NumberOf(w.gapCV())
	case First, Last:
		if n == 0 {
			return Value{}
		}
		if a.Op == First {
			return w.at(0).Values[a.Arg]
		}
		return w.at(n - 1).Values[a.Arg]
	}
	if a.Op == Sum || a.Op == Mean {
		if r := &w.run[i]; r.others == 0 && a.Op == Sum {
			return NumberOf(r.sum)
		} else if r.others == 0 {
			return NumberOf(r.sum / float64(max(n, 1)))
		}
	}
	return w.overNumbers(a)
}

func (w *Window[S]) overNumbers(a Aggregate) Value {
	xs := w.numbers(a.Arg)
	switch a.Op {
	case Sum:
		return NumberOf(sum(xs))
	case Mean:
		return NumberOf(mean(xs))
	case Stddev:
		return NumberOf(stddev(xs))
	}
	if len(xs) == 0 {
		return Value{}
	}
	slices.Sort(xs)
	switch a.Op {
	case Min:
		return NumberOf(xs[0])
	case Max:
		return NumberOf(xs[len(xs)-1])
	}
	// The nearest rank: the least value that is not below a share Q of all.
	rank := int(math.Ceil(a.Q*float64(len(xs)))) - 1
	return NumberOf(xs[min(max(rank, 0), len(xs)-1)])
}

// numbers copies one value of every entry, in arrival order.
func (w *Window[S]) numbers(arg int) []float64 {
	xs := w.table.scratch[:0]
	for i := 0; i < w.Len(); i++ {
		xs = append(xs, w.at(i).Values[arg].Num)
	}
	w.table.scratch = xs
	return xs
}

// gapCV is the coefficient of variation of the gaps between the times of the
// entries: near 0 for a metronome, about 1 for independent arrivals. With
// fewer than three entries there are no two gaps to compare: 1. All at one
// moment: 0.
func (w *Window[S]) gapCV() float64 {
	n := w.Len()
	if n < 3 {
		return 1
	}
	ts := make([]int64, n)
	for i := range ts {
		ts[i] = w.at(i).Time
	}
	slices.Sort(ts)
	gaps := w.table.scratch[:0]
	for i := 1; i < n; i++ {
		gaps = append(gaps, float64(ts[i]-ts[i-1]))
	}
	w.table.scratch = gaps
	m := mean(gaps)
	if m == 0 {
		return 0
	}
	return stddev(gaps) / m
}

func sum(xs []float64) float64 {
	t := 0.0
	for _, x := range xs {
		t += x
	}
	return t
}

func mean(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	return sum(xs) / float64(len(xs))
}

// stddev is the standard deviation of the whole window, not of a sample.
func stddev(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	m, t := mean(xs), 0.0
	for _, x := range xs {
		t += (x - m) * (x - m)
	}
	return math.Sqrt(t / float64(len(xs)))
}
