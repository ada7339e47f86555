package sensor

import "slices"

// closedAtOnce is how many connections an epoch behind the last frame closes. At
// the end of a capture all of them may hold calls, hundreds each.
const closedAtOnce = 16

// An ending closes what is open behind the last frame, in the order it began,
// which is the order of what that causes.
type ending struct {
	clock int64
	first []uint64 // frames, sorted
}

// leave asks the shards of all workers, which must be at rest at clock, for what
// is open still.
func (s *Sensor) leave(clock int64) *ending {
	end := &ending{clock: clock}
	for _, w := range s.workers {
		for _, sh := range w.own {
			end.first = append(end.first, sh.part.Leave(clock)...)
		}
	}
	slices.Sort(end.first)
	return end
}

// fill makes e the next of the epochs that close. The last one closes whatever
// there is.
func (end *ending) fill(e *epoch, r *reader) {
	e.clock, e.to = end.clock, ^uint64(0)
	if len(end.first) > closedAtOnce {
		e.to = end.first[closedAtOnce-1]
		end.first = end.first[closedAtOnce:]
	} else {
		e.last = true
	}
	r.epochs++
	e.countRules = e.last || r.epochs%statsEvery == 0
	e.reader.ledger = r.ledger
}
