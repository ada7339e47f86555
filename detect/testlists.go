package detect

import (
	"maps"
	"slices"
	"strings"

	"spaniel/detect/geo"
	"spaniel/detect/list"
)

// testLists reads what named lists hold in one test: real ones change from day
// to day, and a test that rests on them would fail with them.
func (r *reader) testLists(p pair) map[string]*list.List {
	names := slices.Sorted(maps.Keys(r.lang.lists))
	out := map[string]*list.List{}
	for name, p := range r.mapping(p.value, "lists", names...) {
		var text strings.Builder
		nodes := r.sequence(p.value)
		for _, n := range nodes {
			text.WriteString(r.scalar(n, "an entry").text + "\n")
		}
		l, faults := list.Parse(name, r.lang.kinds[r.lang.lists[name]], text.String(), searchOf)
		for _, x := range faults {
			r.at(nodes[min(x.Line, len(nodes))-1], x.Remedy, "%s", x.Message)
		}
		out[name] = l
	}
	return out
}

// For returns the set as a test sees it: with the lists it names holding what
// it says, addresses where it says, and the specification that it has, if any.
func (s *Set) For(t *Test) *Set {
	if len(t.lists)+len(t.places) == 0 && t.spec == nil && len(s.around.specs) == 0 {
		return s
	}
	as := *s
	as.around.specs = nil
	if t.spec != nil {
		as.around.specs = []*Spec{t.spec}
	}
	if len(t.places) > 0 {
		as.around.geo = geo.Fixed(t.places)
	}
	as.lists = slices.Clone(s.lists)
	for i, l := range as.lists {
		if other := t.lists[l.Name]; other != nil {
			as.lists[i] = other
		}
	}
	as.hash = as.sum()
	return &as
}
