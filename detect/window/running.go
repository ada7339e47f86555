package window

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// running keeps what can be kept exactly while entries come and go: whole
// numbers, orders and counts. Everything else is computed from the entries
// when asked for, since sums of fractions would drift.
//
// It is begun when first asked for, from the entries there are, and kept until
// the window is empty: most windows never hold so many calls that more than
// their number matters.
type running struct {
	begun   bool
	trues   int
	texts   map[string]*int
	numbers map[float64]int
	peak    int // most that the map held
	// levels[n] is how many values came n times, most the largest such n.
	levels []int
	most   int
	// sum is of the values that are whole and not huge, others the number of
	// the rest.
	sum    float64
	others int
	sorted []float64
	gaps   gaps
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

// running returns what is kept for aggregate i.
func (w *Window[S]) running(i int) *running {
	if w.run == nil {
		w.run = make([]running, len(w.table.plan.Aggregates))
	}
	r := &w.run[i]
	if !r.begun {
		r.begun = true
		for k := range w.n {
			r.add(&w.table.plan.Aggregates[i], w.at(k))
		}
	}
	return r
}

func (r *running) add(a *Aggregate, e *Entry) {
	if !r.begun {
		return
	}
	switch a.Op {
	case GapCV:
		r.gaps.add(e.Time)
		return
	case Count, Rate, Bucket, Sequence, Absent, Alerts, Baseline, Speed, Outside:
		return
	}
	v := e.Values[a.Arg]
	switch a.Op {
	case CountIf, Ratio:
		r.trues += int(v.Num)
	case Sum, Mean:
		r.count(v.Num, 1)
	case Min, Max, Quantile:
		i, _ := slices.BinarySearchFunc(r.sorted, v.Num, cmp.Compare[float64])
		r.sorted = slices.Insert(r.sorted, i, v.Num)
	case Distinct, Top, TopShare:
		r.value(v, 1, a.Op != Distinct)
	}
}

func (r *running) drop(a *Aggregate, e *Entry) {
	if !r.begun {
		return
	}
	switch a.Op {
	case GapCV:
		r.gaps.drop(e.Time)
		return
	case Count, Rate, Bucket, Sequence, Absent, Alerts, Baseline, Speed, Outside:
		return
	}
	v := e.Values[a.Arg]
	switch a.Op {
	case CountIf, Ratio:
		r.trues -= int(v.Num)
	case Sum, Mean:
		r.count(v.Num, -1)
	case Min, Max, Quantile:
		if i, ok := slices.BinarySearchFunc(r.sorted, v.Num, cmp.Compare[float64]); ok {
			r.sorted = shorter(slices.Delete(r.sorted, i, i+1))
		}
	case Distinct, Top, TopShare:
		r.value(v, -1, a.Op != Distinct)
	}
}

// value counts a value once more or less, and how many came how often, if that
// is asked. A NaN is no key: the map would never give it back.
func (r *running) value(v Value, by int, levels bool) {
	switch {
	case v.Kind == Text:
		r.text(v.Str, by, levels)
	case v.Num == v.Num:
		if r.numbers == nil {
			r.numbers = map[float64]int{}
		}
		n := r.numbers[v.Num]
		if levels {
			r.level(n, n+by)
		}
		r.numbers = counted(r.numbers, v.Num, n+by, &r.peak)
	}
}

// text is value for a text, which takes long to look up.
func (r *running) text(s string, by int, levels bool) {
	n := r.texts[s]
	if n == nil {
		if r.texts == nil {
			r.texts = map[string]*int{}
		}
		n = new(int)
		r.texts[s] = n
		r.peak = max(r.peak, len(r.texts))
	}
	if levels {
		r.level(*n, *n+by)
	}
	if *n += by; *n <= 0 {
		delete(r.texts, s)
		r.texts = smaller(r.texts, &r.peak)
	}
}

// level moves a value from one count to another.
func (r *running) level(from, to int) {
	for len(r.levels) <= to {
		r.levels = append(r.levels, 0)
	}
	r.levels[from]--
	r.levels[to]++
	r.most = max(r.most, to)
	for r.most > 0 && r.levels[r.most] == 0 {
		r.most--
	}
}

// top is how many entries have one of the k most frequent values.
func (r *running) top(k int) (n int) {
	for level := r.most; level > 0 && k > 0; level-- {
		values := min(k, r.levels[level])
		n += values * level
		k -= values
	}
	return n
}

// mostFrequent is the value that came most often, of several the least.
func (r *running) mostFrequent() (v Value) {
	for text, n := range r.texts {
		if *n == r.most && (v.Kind == None || text < v.Str) {
			v = TextOf(text)
		}
	}
	for x, n := range r.numbers {
		if n == r.most && (v.Kind == None || x < v.Num) {
			v = NumberOf(x)
		}
	}
	return v
}

// counted sets a count in a map.
func counted(m map[float64]int, key float64, n int, peak *int) map[float64]int {
	if n > 0 {
		m[key] = n
		*peak = max(*peak, len(m))
		return m
	}
	delete(m, key)
	return smaller(m, peak)
}

// smaller makes a smaller map of one of which little is left of the most it ever
// held: a map keeps the memory of that.
func smaller[K comparable, V any](m map[K]V, peak *int) map[K]V {
	switch left := len(m); {
	case left == 0:
		*peak = 0
		return nil
	case left < *peak/4:
		*peak = left
		return maps.Clone(m)
	}
	return m
}
