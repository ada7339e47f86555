package window

import "math"

// Calls is how many calls the window counts.
func (w *Window[S]) Calls() int {
	if w.summary != nil {
		return max(w.n, w.summary.total.n)
	}
	return w.n
}

// Earliest is the least of the counted calls' own times.
func (w *Window[S]) Earliest() int64 {
	t := int64(math.MaxInt64)
	if w.summary != nil {
		t = w.summary.total.earliest
	}
	for i := range w.n {
		t = min(t, w.at(i).Time)
	}
	return t
}

// Uncounted bounds how many calls were within the window's time that it does
// not count; 0 means that it holds all.
func (w *Window[S]) Uncounted() int {
	n := w.lost
	if w.summary != nil && w.summary.edge != nil {
		n += w.summary.edge.n
	}
	return n
}

// Estimated reports whether aggregate i is an estimate, and by how much it may
// be off, beside what Uncounted calls would change: distinct in 19 of 20
// cases, quantile and topk always.
func (w *Window[S]) Estimated(i int) (err float64, ok bool) {
	if w.summary == nil {
		return 0, false
	}
	a := w.table.plan.Aggregates[i]
	switch a.Op {
	case Distinct:
		return math.Ceil(w.Eval(i).Num * distinctError), true
	case Quantile:
		return math.Abs(w.Eval(i).Num) * quantileError, true
	case TopShare:
		return min(1, a.Q/frequentValues), true
	}
	return 0, false
}

// evalSummary is Eval for a window that could not hold all its calls; ok is
// false for what is asked of the entries all the same.
func (w *Window[S]) evalSummary(i int) (v Value, ok bool) {
	a, t := w.table.plan.Aggregates[i], &w.summary.total
	p := &t.parts[i]
	if t.n < w.n && a.Op != Distinct {
		return v, false // nearly all is in the pane at the edge
	}
	switch a.Op {
	case Count:
		return NumberOf(float64(t.n)), true
	case Rate:
		return NumberOf(w.perSecond(t.n)), true
	case CountIf:
		return NumberOf(float64(p.trues)), true
	case Ratio:
		return NumberOf(share(p.trues, t.n)), true
	case Sum:
		return NumberOf(p.sum), true
	case Mean:
		return NumberOf(p.mean), true
	case Stddev:
		return NumberOf(math.Sqrt(p.m2 / float64(max(1, p.n)))), true
	case Min:
		return NumberOf(p.low), true
	case Max:
		return NumberOf(p.high), true
	case First:
		return p.first, true
	case Distinct:
		r := w.running(i)
		return NumberOf(max(p.distinct.estimate(), float64(len(r.texts)+len(r.numbers)))), true
	case Quantile:
		x := p.histogram.at(nearestRank(a.Q, p.n))
		return NumberOf(min(max(x, p.low), p.high)), true
	case TopShare:
		n := 0
		for _, c := range w.mostFrequent(i, int(a.Q)) {
			n += c.sure()
		}
		return NumberOf(share(n, t.n)), true
	case Top:
		if top := w.mostFrequent(i, 1); len(top) > 0 {
			return top[0].value, true
		}
	}
	return v, false
}

// mostFrequent are the k most frequent values of aggregate i.
func (w *Window[S]) mostFrequent(i, k int) []frequentCount {
	s := w.summary
	return s.total.parts[i].over.most(s.panes[len(s.panes)-1].parts[i].frequent, k)
}
