package detect

import (
	"spaniel/detect/window"
	"spaniel/event"
)

// maxCallIDs bounds the call ids of one alert: the first and the last of the window.
const maxCallIDs = 64

func callsOf(w *window.Window[firing]) []event.ID {
	n := w.Len()
	ids := make([]event.ID, 0, min(n, maxCallIDs))
	for i := range n {
		if n <= maxCallIDs || i < maxCallIDs/2 || i >= n-maxCallIDs/2 {
			ids = append(ids, w.Entry(i).Call)
		}
	}
	return ids
}

// evidenceOf lists the comparisons of having that hold. Where the window could
// not hold all its calls it says how many it may have missed, and by how much
// each estimate may be off.
func evidenceOf(r *Rule, w *window.Window[firing], f *frame) []event.Evidence {
	list := []event.Evidence{}
	for _, b := range r.win.having.bounds {
		v := f.eval(b.aggregate)
		if v.Kind != window.Number || !b.holds(v.Num) || len(list) >= maxEvidence {
			continue
		}
		text := f.plan.aggregates[b.aggregate].text
		list = append(list, event.Evidence{Place: "window." + text, Op: b.op, Want: b.want, Got: v.Num})
		if off, ok := w.Estimated(b.aggregate); ok {
			list = append(list, event.Evidence{Place: "window.error." + text, Op: "<=", Want: off})
		}
	}
	for i, m := range f.plan.measures {
		place := "window." + f.plan.aggregates[i].text
		switch v := w.Eval(i); {
		case len(list) >= maxEvidence:
		case (m.Op == window.Sequence || m.Op == window.Absent) && v.Num != 0:
			list = append(list, event.Evidence{Place: place, Op: "==", Want: 1, Got: 1})
		case m.Op == window.Baseline && v.Num == v.Num:
			periods, enough := w.Learned(i)
			list = append(list, event.Evidence{Place: "window." + f.plan.aggregates[m.Of].text, Got: w.Eval(m.Of).Num}, event.Evidence{Place: place, Got: v.Num},
				event.Evidence{Place: "window.learned", Op: ">=", Want: float64(enough), Got: float64(periods)})
		}
	}
	list = f.learnedEvidence(list)
	if w.Capped {
		list = append(list, event.Evidence{Place: "window.capped", Op: ">", Want: float64(w.Len()), Got: float64(w.Calls() + w.Uncounted())})
	}
	if n := w.Uncounted(); n > 0 {
		list = append(list, event.Evidence{Place: "window.uncounted", Op: "<=", Want: float64(n)})
	}
	return list
}
