package window

// A sequence looks for calls that meet one condition after another, each
// within the gap allowed after the one before.
//
// Of each step only the latest call matters that ends a chain up to there: a
// chain that ends later also began no earlier, so that it lasts longer and
// leaves more time for what follows.
type sequence struct {
	args  []int
	gaps  []int64 // after each step but the last; 0 is any
	steps []step
}

// step is the latest call that ends a chain: its clock, and that of the call
// with which the chain began.
type step struct {
	done         bool
	clock, start int64
}

func (s *sequence) add(e *Entry) {
	// From the last step to the first: one call is one step only.
	for i := len(s.args) - 1; i >= 0; i-- {
		if e.Values[s.args[i]].Num == 0 {
			continue
		}
		start := e.Clock
		if i > 0 {
			before := s.steps[i-1]
			if !before.done || s.gaps[i-1] > 0 && e.Clock-before.clock > s.gaps[i-1] {
				continue
			}
			start = before.start
		}
		s.steps[i] = step{true, e.Clock, start}
	}
}

func (s *sequence) at(_, edge int64) Value {
	last := s.steps[len(s.steps)-1]
	return BoolOf(last.done && last.start > edge)
}
