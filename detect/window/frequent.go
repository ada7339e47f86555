package window

import (
	"cmp"
	"slices"
)

// A frequentSketch counts the most frequent values (space-saving): it holds
// so many; where another comes, it takes the place of the rarest and inherits
// its count as what it may be wrong by. No count that is vouched for is too
// high, and none is too low by more than a share 1/frequentValues of all.
type frequentSketch struct {
	counts []frequentCount
	place  map[Value]int
}

type frequentCount struct {
	value        Value
	count, wrong int
}

// sure is how often the value came at least.
func (c frequentCount) sure() int { return c.count - c.wrong }

const frequentValues = 128

func newFrequentSketch() *frequentSketch { return &frequentSketch{place: map[Value]int{}} }

func (f *frequentSketch) add(v Value) {
	if v.Num != v.Num {
		return
	}
	if i, ok := f.place[v]; ok {
		f.counts[i].count++
		return
	}
	if len(f.counts) < frequentValues {
		f.place[v] = len(f.counts)
		f.counts = append(f.counts, frequentCount{value: v, count: 1})
		return
	}
	rarest := 0
	for i := range f.counts {
		if f.counts[i].count < f.counts[rarest].count {
			rarest = i
		}
	}
	r := &f.counts[rarest]
	delete(f.place, r.value)
	f.place[v] = rarest
	*r = frequentCount{value: v, count: r.count + 1, wrong: r.count}
}

// frequentOver is what the sketches of several pieces of time give together,
// by value and the most frequent first.
type frequentOver struct {
	sums   map[Value]frequentCount
	sorted []frequentCount
}

// most are the k most frequent values of the pieces that are over and of f.
func (o *frequentOver) most(f *frequentSketch, k int) []frequentCount {
	best := make([]frequentCount, 0, k+1)
	put := func(c frequentCount) {
		if len(best) == k && compareFrequent(best[k-1], c) < 0 {
			return
		}
		i, _ := slices.BinarySearchFunc(best, c, compareFrequent)
		best = slices.Insert(best, i, c)
		best = best[:min(k, len(best))]
	}
	for _, c := range f.counts {
		sum := o.sums[c.value]
		put(frequentCount{c.value, sum.count + c.count, sum.wrong + c.wrong})
	}
	others := 0
	for _, c := range o.sorted {
		if others == k {
			break
		}
		if _, ok := f.place[c.value]; !ok {
			put(c)
			others++
		}
	}
	return best
}

// compareFrequent puts the most frequent first; of those that are as
// frequent, the least value.
func compareFrequent(a, b frequentCount) int {
	return cmp.Or(cmp.Compare(b.sure(), a.sure()), compareValues(a.value, b.value))
}

func compareValues(a, b Value) int {
	return cmp.Or(cmp.Compare(a.Num, b.Num), cmp.Compare(a.Str, b.Str))
}
