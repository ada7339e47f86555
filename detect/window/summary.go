package window

import (
	"maps"
	"math"
	"slices"
)

// summary is what a window has instead of the calls it could not hold.
type summary struct {
	panes []*pane // the oldest first; the last takes what comes
	total pane    // of all of them
	// edge is the pane that reaches out of the window: none of its calls are
	// counted, though some may be in it.
	edge *pane
}

// summarize begins a summary with the calls that the window holds.
func (w *Window[S]) summarize() {
	w.summary = &summary{total: w.table.newTotal()}
	for i := range w.n {
		w.sumUp(w.at(i))
	}
}

func (t *Table[S]) newPane() pane {
	p := pane{earliest: math.MaxInt64, parts: make([]part, len(t.plan.Aggregates))}
	for i, a := range t.plan.Aggregates {
		p.parts[i] = newPart(a.Op)
	}
	return p
}

func (t *Table[S]) newTotal() pane {
	p := t.newPane()
	for i := range p.parts {
		p.parts[i].frequent = nil
	}
	return p
}

// sumUp adds a call to the pane of its time and to the total.
func (w *Window[S]) sumUp(e *Entry) {
	s, t := w.summary, w.table
	if k := len(s.panes); k == 0 || e.Clock >= s.panes[k-1].to {
		p := t.newPane()
		p.from, p.to = t.plan.paneOf(e.Clock)
		s.panes = append(s.panes, &p)
		w.charge(t.paneCost)
		w.mergeFrequent()
	}
	for _, p := range []*pane{s.panes[len(s.panes)-1], &s.total} {
		p.n++
		p.earliest = min(p.earliest, e.Time)
		for i, a := range t.plan.Aggregates {
			if takesValue(a.Op) {
				p.parts[i].add(a.Op, e.Values[a.Arg])
			}
		}
	}
}

// paneOf is the piece of time that holds a clock.
func (p *Plan) paneOf(clock int64) (from, to int64) {
	width := max(1, p.Over/panes)
	period := floor(clock, p.Over)
	from = period + (clock-period)/width*width
	return from, min(from+width, period+p.Over)
}

// floor is the greatest multiple of step that is not above x.
func floor(x, step int64) int64 {
	r := x % step
	if r < 0 {
		r += step
	}
	return x - r
}

// slideSummary drops the panes that are no longer wholly inside the window,
// which begins behind edge.
func (w *Window[S]) slideSummary(edge int64) {
	s := w.summary
	if s.edge != nil && s.edge.to <= edge+1 {
		s.edge = nil
	}
	over := 0
	for over < len(s.panes) && s.panes[over].from <= edge {
		if p := s.panes[over]; p.to > edge+1 {
			s.edge = p
		}
		over++
	}
	if over == 0 {
		return
	}
	w.charge(-over * w.table.paneCost)
	s.panes = slices.Delete(s.panes, 0, over)
	s.total = w.table.newTotal()
	for _, p := range s.panes {
		s.total.n += p.n
		s.total.earliest = min(s.total.earliest, p.earliest)
		for i, a := range w.table.plan.Aggregates {
			s.total.parts[i].merge(a.Op, &p.parts[i])
		}
	}
	w.mergeFrequent()
}

// mergeFrequent adds up the most frequent values of the panes that are over.
func (w *Window[S]) mergeFrequent() {
	s := w.summary
	for i, a := range w.table.plan.Aggregates {
		if a.Op != Top && a.Op != TopShare {
			continue
		}
		sums := map[Value]frequentCount{}
		for _, p := range s.panes[:max(0, len(s.panes)-1)] {
			for _, c := range p.parts[i].frequent.counts {
				sum := sums[c.value]
				sums[c.value] = frequentCount{c.value, sum.count + c.count, sum.wrong + c.wrong}
			}
		}
		s.total.parts[i].over = frequentOver{sums, slices.SortedFunc(maps.Values(sums), compareFrequent)}
	}
}
