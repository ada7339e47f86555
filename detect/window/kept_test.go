package window

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestKeptIsRecalled: what is usual for each key, at any hour, is the same
// behind a restart; what is not learned stays so.
func TestKeptIsRecalled(t *testing.T) {
	plan := Plan{Over: hourLength / 4, Keep: math.MaxInt64 / 4, Lasting: true, Aggregates: []Aggregate{{Op: Count, Arg: -1}, {Op: Baseline, Arg: -1, Of: 0}}}
	rapid.Check(t, func(t *rapid.T) {
		a := NewTable[int](plan, NewPool(1<<20, 100))
		clock := int64(400_000 * hourLength)
		for range rapid.IntRange(0, 200).Draw(t, "calls") {
			clock += rapid.Int64Range(0, hourLength).Draw(t, "step")
			w := a.Add(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key"), 7, Entry{Clock: clock})
			if rapid.IntRange(0, 9).Draw(t, "fires") == 0 {
				w.Unlearned(clock + rapid.Int64Range(0, 3*hourLength).Draw(t, "quiet"))
			}
		}
		kept := a.Kept(100)
		b := NewTable[int](plan, NewPool(1<<20, 100))
		inOrder := slices.Clone(kept)
		slices.SortStableFunc(inOrder, func(x, y KeptKey) int { return cmp.Compare(x.Last, y.Last) })
		for _, k := range inOrder {
			b.Recall(k)
		}
		for _, k := range kept {
			x, y := a.byKey[k.Key].trackers[1].(*baseline), b.byKey[k.Key].trackers[1].(*baseline)
			for h := range int64(24) {
				if was, is := x.at(clock+h*hourLength, 0).Num, y.at(clock+h*hourLength, 0).Num; was != is && !(was != was && is != is) {
					t.Fatalf("%s in %d h: %v, was %v", k.Key, h, is, was)
				}
			}
			if y.skip <= k.Usual[1].Current || y.skip < x.skip {
				t.Fatalf("%s: periods from %d are learned, was %d, under way %d", k.Key, y.skip, x.skip, k.Usual[1].Current)
			}
		}
		for i, again := range b.Kept(100) {
			want := kept[i]
			u := want.Usual[1]
			u.Skip, u.Current = max(u.Skip, u.Current+1), 0
			want.Usual = map[int]Usual{1: u}
			if !reflect.DeepEqual(again, want) {
				t.Fatalf("%+v, was %+v", again, want)
			}
		}
	})
}

// TestKeptIsBounded: of too many keys those of which most is known are kept.
func TestKeptIsBounded(t *testing.T) {
	plan := Plan{Over: 10, Keep: math.MaxInt64 / 4, Lasting: true, Aggregates: []Aggregate{{Op: Count, Arg: -1}, {Op: Baseline, Arg: -1, Of: 0}}}
	table := NewTable[int](plan, NewPool(1<<20, 1000))
	for i := range int64(50) {
		for k := range 20 {
			if int64(k) <= i {
				table.Add(fmt.Sprintf("k%02d", k), 0, Entry{Clock: 1000 + i*10})
			}
		}
	}
	list := table.Kept(3)
	if len(list) != 3 || list[0].Key != "k00" || list[2].Key != "k02" {
		t.Errorf("%+v", list)
	}
}
