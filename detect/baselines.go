package detect

import (
	"cmp"
	"slices"

	"spaniel/detect/learned"
	"spaniel/detect/window"
)

// maxKeptKeys bounds the keys whose baselines are kept over restarts, of each
// rule and each of its keys; they are those of which most is known.
const maxKeptKeys = 4096

// Encode writes what the stage has learned, the windows' baselines included.
func (st *Stage) Encode() ([]byte, error) {
	st.facts.Baselines = append(st.baselines(), st.restored...) // those whose time has not come are not lost
	defer func() { st.facts.Baselines = nil }()
	return st.facts.Encode()
}

func (st *Stage) baselines() (list []learned.Baseline) {
	for _, r := range st.set.rules {
		rs := st.states[r.ID]
		if rs == nil {
			continue
		}
		for by, t := range rs.tables {
			for _, k := range t.Kept(maxKeptKeys) {
				b := learned.Baseline{Rule: r.ID, Source: r.hash, By: by, Key: k.Key, Origin: k.Origin, Last: k.Last}
				for i, a := range r.win.plan.aggregates {
					if u, ok := k.Usual[i]; ok {
						b.Of = append(b.Of, learned.Usual{Aggregate: a.text, Usual: u})
					}
				}
				list = append(list, b)
			}
		}
	}
	return list
}

// recall gives the windows what was kept of their baselines, once the packet
// clock is known: what is later than that was kept by another clock.
func (st *Stage) recall(clock int64) {
	list := st.restored
	st.restored = nil
	slices.SortStableFunc(list, func(a, b learned.Baseline) int { return cmp.Compare(a.Last, b.Last) })
	for _, b := range list {
		rs := st.states[b.Rule]
		if rs == nil || rs.rule.hash != b.Source || b.By < 0 || b.By >= len(rs.tables) || b.Last > clock {
			continue
		}
		k := window.KeptKey{Key: b.Key, Origin: b.Origin, Last: b.Last, Usual: map[int]window.Usual{}}
		for _, u := range b.Of {
			if i, ok := rs.rule.win.plan.byText[u.Aggregate]; ok {
				k.Usual[i] = u.Usual
			}
		}
		rs.tables[b.By].Recall(k)
	}
}

// Forget lets the stage begin anew with what is usual.
func (st *Stage) Forget() {
	st.SetFacts(learned.New(st.cfg.Learned))
	for _, rs := range st.states {
		for _, t := range rs.tables {
			t.Unlearn()
		}
	}
}
