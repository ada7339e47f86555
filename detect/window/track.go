package window

import "math"

// A tracker follows the calls of a window as they come and needs none of them
// again, so that what it says is exact however many they are.
type tracker interface {
	// add is told of each call, in order.
	add(e *Entry)
	// at says what it is now; what happened at edge or before counts no more.
	at(now, edge int64) Value
}

// newTracker returns the tracker of an aggregate that needs one, else nil.
func (p *Plan) newTracker(a *Aggregate) tracker {
	switch a.Op {
	case Bucket:
		b := &bucket{arg: a.Arg, leak: a.Span}
		if a.Different {
			b.of = &different{long: p.Over}
		}
		return b
	case Sequence:
		return &sequence{args: a.Args, gaps: a.Gaps, steps: make([]step, len(a.Args))}
	case Absent:
		return &absence{after: a.Args[0], awaited: a.Args[1], wait: a.Span}
	case Alerts:
		return &marks{}
	case Speed:
		return &speed{arg: a.Arg, far: a.Far}
	case Baseline:
		return &baseline{period: p.Over, skip: math.MinInt64}
	}
	return nil
}

func (w *Window[S]) newTrackers() {
	for i := range w.table.plan.Aggregates {
		if tr := w.table.plan.newTracker(&w.table.plan.Aggregates[i]); tr != nil {
			if w.trackers == nil {
				w.trackers = make([]tracker, len(w.table.plan.Aggregates))
			}
			w.trackers[i] = tr
		}
	}
}

// track tells the trackers of a call that the window holds by now.
func (w *Window[S]) track(e *Entry) {
	for _, tr := range w.trackers {
		if tr != nil {
			tr.add(e)
		}
	}
	for i, tr := range w.trackers {
		if b, ok := tr.(*baseline); ok {
			b.note(e.Clock, w.Eval(w.table.plan.Aggregates[i].Of).Num)
		}
	}
}

// Mark notes for aggregate i, an Alerts, that there was one.
func (w *Window[S]) Mark(i int, clock int64) {
	if m, ok := w.trackers[i].(*marks); ok {
		m.mark(clock)
	}
}

// Due is when an Absent becomes true if nothing comes; ok is false where
// nothing is awaited. wait is how long it is waited for.
func (w *Window[S]) Due() (at, wait int64, ok bool) {
	for _, tr := range w.trackers {
		if a, isAbsence := tr.(*absence); isAbsence {
			if due, waits := a.due(); waits && (!ok || due < at) {
				at, wait, ok = due, a.wait, true
			}
		}
	}
	return at, wait, ok
}

// Settle counts what is overdue as missed.
func (w *Window[S]) Settle() {
	for _, tr := range w.trackers {
		if a, ok := tr.(*absence); ok {
			a.settle(w.now)
		}
	}
}

// Unsaid gives up what became due by the clock: nobody can say whether what
// was awaited came.
func (w *Window[S]) Unsaid(clock int64) {
	for _, tr := range w.trackers {
		if a, ok := tr.(*absence); ok {
			a.forget(clock)
		}
	}
}

// Unlearned keeps the periods that begin before the clock out of baselines.
func (w *Window[S]) Unlearned(clock int64) {
	for _, tr := range w.trackers {
		if b, ok := tr.(*baseline); ok {
			b.skip = max(b.skip, clock)
		}
	}
}

// Learned is how many periods a Baseline rests on, and how many it needs.
func (w *Window[S]) Learned(i int) (periods, enough int) {
	if b, ok := w.trackers[i].(*baseline); ok {
		return b.learned(w.now), basePeriods
	}
	return 0, 0
}
