package window

import "math"

// Op is what an aggregate does with the values of the calls in a window.
type Op uint8

// The operations. First and Last are in the order of arrival; the others do
// not depend on order. TopShare is the share of the calls that have one of
// the most frequent values, Top the most frequent of all.
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
	TopShare
	Top
	// The others follow the calls as they come. Bucket is the level of one
	// that leaks; Sequence says that calls met one condition after another;
	// Absent that something was not followed by what should; Alerts is how
	// many marks were made; Baseline what another aggregate usually is.
	Bucket
	Sequence
	Absent
	Alerts
	Baseline
	// Speed is how fast one would have had to travel between two calls.
	Speed
	// Outside has its value from elsewhere: a window knows nothing of it.
	Outside
)

// An Aggregate is an operation over one of the values of each entry.
type Aggregate struct {
	Op  Op
	Arg int     // index into Entry.Values; -1 for what needs none
	Q   float64 // of Quantile, 0 to 1; of TopShare, how many values
	// Args are the conditions of a Sequence, or what happened and what should
	// follow of an Absent. Gaps are the longest times allowed between the
	// steps of a Sequence, ns, 0 for any.
	Args []int
	Gaps []int64
	// Span is the time in which one leaks out of a Bucket, or how long an
	// Absent waits.
	Span int64
	// Different says of a Bucket that Arg is a value, of which each different one
	// fills it once, until no other one came for the window's length; the latest 64
	// are remembered.
	Different bool
	// Far is how far two values of a Speed are from one another, in kilometres.
	Far func(from, to string) float64
	// Of is the aggregate that a Baseline is of.
	Of int
}

// Eval returns aggregate i over the window as it is now. Sums over nothing
// are 0; First, Last, Top, Min and Max over nothing are None.
func (w *Window[S]) Eval(i int) Value {
	if w.trackers != nil && w.trackers[i] != nil {
		return w.trackers[i].at(w.now, w.table.plan.edge(w.now))
	}
	if w.summary != nil {
		if v, ok := w.evalSummary(i); ok {
			return v
		}
	}
	a, n := &w.table.plan.Aggregates[i], w.n
	switch a.Op {
	case Outside:
		return Value{}
	case Count:
		return NumberOf(float64(n))
	case Rate:
		return NumberOf(w.perSecond(n))
	case First:
		if n > 0 {
			return w.at(0).Values[a.Arg]
		}
		return Value{}
	case Last:
		if n > 0 {
			return w.at(n - 1).Values[a.Arg]
		}
		return Value{}
	}
	r := w.running(i)
	switch a.Op {
	case CountIf:
		return NumberOf(float64(r.trues))
	case Ratio:
		return NumberOf(share(r.trues, n))
	case Distinct:
		return NumberOf(float64(len(r.texts) + len(r.numbers)))
	case TopShare:
		return NumberOf(share(r.top(int(a.Q)), n))
	case Top:
		return r.mostFrequent()
	case GapCV:
		return NumberOf(r.gaps.cv())
	case Min:
		return r.rank(0)
	case Max:
		return r.rank(n - 1)
	case Quantile:
		return r.rank(nearestRank(a.Q, n))
	case Sum:
		if r.others == 0 {
			return NumberOf(r.sum)
		}
		return NumberOf(sum(w.numbers(a.Arg)))
	case Mean:
		if r.others == 0 {
			return NumberOf(r.sum / float64(max(n, 1)))
		}
		return NumberOf(mean(w.numbers(a.Arg)))
	}
	return NumberOf(stddev(w.numbers(a.Arg)))
}

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

func (w *Window[S]) perSecond(n int) float64 {
	return float64(n) / (float64(w.table.plan.Over) / 1e9)
}

func (r *running) rank(i int) Value {
	if i < 0 || i >= len(r.sorted) {
		return Value{}
	}
	return NumberOf(r.sorted[i])
}

// nearestRank is that of the least value that is not below a share q of all n.
func nearestRank(q float64, n int) int {
	return min(max(int(math.Ceil(q*float64(n)))-1, 0), n-1)
}

// numbers copies one value of every entry, in arrival order.
func (w *Window[S]) numbers(arg int) []float64 {
	xs := w.table.scratch[:0]
	for i := 0; i < w.n; i++ {
		xs = append(xs, w.at(i).Values[arg].Num)
	}
	w.table.scratch = xs
	return xs
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
