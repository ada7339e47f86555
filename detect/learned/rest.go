package learned

import (
	"sync/atomic"
	"time"
)

// Looking into answers for what they teach costs more than all other learning,
// and mostly teaches nothing: so it rests where it taught nothing for long
// enough, and looks again later. What is not looked at is not learned, whoever
// brings it, so that the same calls teach the same. Those who make lessons are
// told some time ahead, by the Name, that they need not look.

// horizon is for how long, in ns of packet time, they are told: before it is
// over nothing that was given up is asked for again.
const horizon = int64(time.Minute)

// restsFor is how many times as long as the looking the resting is.
const restsFor = 15

// A rest says whether there is one, of a kind of learning at one place.
type rest struct {
	// n counts calls: of looking, then of resting.
	n uint64
	// looked is how long the last looking took, in calls; 0 while that goes on.
	looked uint64
	// until is the clock at which the resting ends, 0 while that is not known;
	// told the latest up to which somebody was told not to look.
	until, told int64
}

// on reports that nothing is learned at the clock, and ends a rest that is over.
func (r *rest) on(clock int64) bool {
	if r.until != 0 && !ahead(r.until, clock) {
		*r = rest{}
	}
	return r.until != 0 || r.looked > 0
}

// begin ends the looking.
func (r *rest) begin() { r.n, r.looked = 0, max(1, r.n) }

// count counts a call of a rest, which lasts long enough then or not.
func (r *rest) count(clock int64) {
	if r.n++; r.n >= restsFor*r.looked {
		r.end(clock)
	}
}

// end lets a rest end as soon as may be.
func (r *rest) end(clock int64) {
	if r.until == 0 {
		r.until = clock + horizon
	}
}

// resting is on, and changes nothing.
func (r *rest) resting(clock int64) bool {
	return ahead(r.until, clock) || r.until == 0 && r.looked > 0
}

// ahead reports that until is yet to come. What is further away than anybody
// was told is of another clock, in a file.
func ahead(until, clock int64) bool { return until > clock && until-clock <= horizon }

// tell is up to when, at the clock, nobody need look; 0 if that is not so.
func (r *rest) tell(clock int64) int64 {
	switch {
	case r.until != 0:
		r.told = r.until
	case r.looked > 0:
		r.told = clock + horizon
	}
	return r.told
}

// join makes r the rest of two places that became one: what was told of either
// holds, then looking begins anew.
func (r *rest) join(o *rest) { *r = deaf(max(r.told, o.told)) }

// deaf is a rest until a clock, of a place that somebody was told of before it
// was made.
func deaf(until int64) rest { return rest{until: until, told: until} }

// skips is what makers of lessons need not bring for a Name.
type skips struct {
	ids   atomic.Int64 // clock before which nobody need bring ids
	names atomic.Pointer[skippedNames]
}

// skippedNames is the same of the names in answers to a role.
type skippedNames struct {
	role  string
	until atomic.Int64
}

// SkipIDs reports that at the clock ids that answers give are not learned of
// calls of n. It may be asked by any goroutine.
func (n *Name) SkipIDs(clock int64) bool { return clock < n.skips.ids.Load() }

// SkipNames reports that at the clock names in answers to that role are not
// learned of calls of n. It may be asked by any goroutine.
func (n *Name) SkipNames(role string, clock int64) bool {
	s := n.skips.names.Load()
	return s != nil && s.role == role && clock < s.until.Load()
}

// tell notes what need not be brought. It is said again only when a good part
// of the time is over: others read it.
func (n *Name) tell(ids, names int64, role string) {
	if ids > n.skips.ids.Load()+horizon/8 {
		n.skips.ids.Store(ids)
	}
	if names == 0 {
		return
	}
	s := n.skips.names.Load()
	if s == nil || s.role != role {
		s = &skippedNames{role: role}
		n.skips.names.Store(s)
	}
	if names > s.until.Load()+horizon/8 {
		s.until.Store(names)
	}
}
