package window

import "math"

// panes is how many pieces of time a window is cut into once it cannot hold
// all its calls.
const panes = 32

// A pane sums up the calls of a piece of a window's time, for windows that
// cannot hold them all.
type pane struct {
	from, to int64 // clocks: from ≤ clock < to
	n        int
	earliest int64 // of the calls' own times
	parts    []part
}

// part is what a pane knows for one aggregate.
type part struct {
	trues         int
	n             int
	sum, mean, m2 float64
	low, high     float64
	first         Value
	distinct      *distinctSketch
	histogram     *histogram
	frequent      *frequentSketch
	over          frequentOver // of a total
}

func newPart(op Op) (p part) {
	switch op {
	case Distinct:
		p.distinct = newDistinctSketch()
	case Quantile:
		p.histogram = &histogram{}
	case TopShare, Top:
		p.frequent = newFrequentSketch()
	}
	return p
}

// cost is what a pane is worth in entries, as the pool counts them.
func (p *Plan) cost() int {
	bytes := 100
	for _, a := range p.Aggregates {
		switch bytes += 150; a.Op {
		case Distinct:
			bytes += registers
		case Quantile:
			bytes += 4 * buckets
		case TopShare, Top:
			bytes += frequentValues * 150
		}
	}
	return bytes/150 + 1
}

func (p *part) add(op Op, v Value) {
	switch op {
	case CountIf, Ratio:
		p.trues += int(v.Num)
	case Sum, Mean, Stddev, Min, Max, Quantile:
		p.join(&part{n: 1, sum: v.Num, mean: v.Num, low: v.Num, high: v.Num})
		if op == Quantile {
			p.histogram.add(v.Num)
		}
	case Distinct:
		if v.Num == v.Num {
			p.distinct.add(v)
		}
	case First:
		if p.n++; p.n == 1 {
			p.first = v
		}
	case Top, TopShare:
		if p.frequent != nil { // a total has none
			p.frequent.add(v)
		}
	}
}

// join adds numbers to numbers, as Chan and others add variances.
func (p *part) join(o *part) {
	if o.n == 0 {
		return
	}
	if p.n == 0 {
		p.low, p.high = o.low, o.high
	}
	n := float64(p.n + o.n)
	d := o.mean - p.mean
	p.m2 += o.m2 + d*d*float64(p.n)*float64(o.n)/n
	p.mean += d * float64(o.n) / n
	p.sum += o.sum
	p.low, p.high = math.Min(p.low, o.low), math.Max(p.high, o.high)
	p.n += o.n
}

// merge adds a later pane's part.
func (p *part) merge(op Op, o *part) {
	switch op {
	case CountIf, Ratio:
		p.trues += o.trues
	case Sum, Mean, Stddev, Min, Max, Quantile:
		p.join(o)
		if op == Quantile {
			p.histogram.merge(o.histogram)
		}
	case Distinct:
		p.distinct.merge(o.distinct)
	case First:
		if p.n == 0 {
			p.first = o.first
		}
		p.n += o.n
	}
}
