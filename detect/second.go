package detect

import (
	"slices"

	"spaniel/event"
)

// second judges the second reading of a call, request by request: the rules of
// single calls that did not hold for the first one. Windows count a call once,
// as it was first read. An alert shows the call as its record does; its
// evidence says that the reason lies in the second reading.
func (j *Judge) second(c *event.Call, out *Findings, limit int) {
	j.sampled(out)
	for a := c.Alt; a != nil; a = a.Alt {
		j.scope.reset(a)
		for i, r := range j.set.rules {
			if !r.Windowed() && !slices.Contains(j.fired, i) && j.possible(i, r, a) {
				j.try(i, r, out, limit)
			}
		}
	}
}

// altOf is the anomaly that makes the call's second reading possible, "" if it
// has one reading.
func altOf(s *scope) any {
	if s.call.Alt != nil {
		return s.call.Alt.Why
	}
	return s.call.Why
}
