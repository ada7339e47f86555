package detect

import "time"

// tidyEvery is how often, in packet time, windows that are over are looked for.
const tidyEvery = int64(time.Second)

// Advance does what is due by the clock, and lets go of windows that are
// over. It changes nothing that is emitted, nor its order, whenever it is
// called, and is cheap to call for every event.
func (st *Stage) Advance(clock int64) {
	st.due(clock)
	if clock-st.tidied < tidyEvery {
		return
	}
	st.tidied = clock
	for _, rs := range st.states {
		for _, t := range rs.tables {
			t.Expire(clock)
		}
	}
}

// due does what is due by the clock, in the order in which it became so.
func (st *Stage) due(clock int64) {
	if len(st.restored) > 0 && clock > 0 {
		st.recall(clock)
	}
	for {
		which, first := -1, int64(0)
		for i, next := range [...]func() (int64, bool){st.groups.next, st.ends.next, st.waits.next} {
			if at, ok := next(); ok && at <= clock && (which < 0 || at < first) {
				which, first = i, at
			}
		}
		switch which {
		case 0:
			st.closeGroup(st.groups.pop(), first)
		case 1:
			st.endFlood(st.ends.pop(), first)
		case 2:
			st.overdue(st.waits.pop(), first)
		default:
			return
		}
	}
}

// Close ends the capture at the given clock: whatever still counts is told.
func (st *Stage) Close(clock int64) {
	st.Advance(clock)
	for st.groups.len() > 0 {
		st.closeGroup(st.groups.pop(), clock)
	}
	for st.ends.len() > 0 {
		st.endFlood(st.ends.pop(), clock)
	}
}
