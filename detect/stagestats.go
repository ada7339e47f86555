package detect

// StageStats are the counters of the ordered stage.
type StageStats struct {
	Rules []RuleStats // of the rules with windows, by id
	// Windows and Entries are held now. At a cap Evicted windows were given
	// up, and Shed ones lost their older half. Stale observations came from a
	// rule set that was replaced.
	Windows, Entries     int
	Evicted, Shed, Stale uint64
	// Held alerts were more than a rule may raise in a minute; ClosedEarly
	// ones had their calls counted no further, since too many were open.
	Held, ClosedEarly uint64
	// Unsaid is how often a call that should follow did not, while nothing at
	// all was seen.
	Unsaid uint64
}

// Stats returns the counters; a copy.
func (st *Stage) Stats() StageStats {
	out := StageStats{Windows: st.pool.Keys(), Entries: st.pool.Entries(), Evicted: st.pool.Evicted, Shed: st.pool.Shed, Stale: st.stale, Held: st.held, ClosedEarly: st.closedEarly, Unsaid: st.unsaid}
	for _, r := range st.set.rules {
		if rs := st.states[r.ID]; rs != nil {
			out.Rules = append(out.Rules, rs.stats)
		}
	}
	return out
}
