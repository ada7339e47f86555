package list

import (
	"fmt"
	"slices"
)

// dates groups entries by the time they end, since those of a time become one
// search.
type dates[T any] struct {
	until  []int64 // the latest first
	groups map[int64]*T
}

// at returns the group of that time, or what is wrong.
func (d *dates[T]) at(until int64) (g *T, fault, remedy string) {
	if g := d.groups[until]; g != nil {
		return g, "", ""
	}
	if len(d.until) == MaxDates {
		return nil, fmt.Sprintf("the entries of this kind of list end at more than %d times", MaxDates), "let several end at the same time"
	}
	if d.groups == nil {
		d.groups = map[int64]*T{}
	}
	g = new(T)
	d.groups[until] = g
	d.until = append(d.until, until)
	slices.SortFunc(d.until, func(a, b int64) int {
		if a > b {
			return -1
		}
		return 1
	})
	return g, "", ""
}

// find asks the groups that hold at now, those that hold longest first.
func (d *dates[T]) find(now int64, ask func(*T) (int, string, bool)) (int, string, bool) {
	for _, until := range d.until {
		if now >= until {
			break
		}
		if off, match, ok := ask(d.groups[until]); ok {
			return off, match, ok
		}
	}
	return 0, "", false
}
