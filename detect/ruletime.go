package detect

// timedEvery is how many evaluations of a rule one stands for that is timed:
// asking the clock costs as much as many rules do.
const timedEvery = 16

// begin asks the clock if this evaluation is one that is timed; else it
// returns 0. Considered has counted it already.
func (r *RuleStats) begin(now func() int64) int64 {
	if now == nil || r.Considered%timedEvery != 1 {
		return 0
	}
	return now()
}

// end notes what an evaluation took that began then.
func (r *RuleStats) end(now func() int64, began int64) {
	if began == 0 {
		return
	}
	took := uint64(max(0, now()-began)) // a wall clock may be set back
	r.Nanos += timedEvery * took
	r.Slowest = max(r.Slowest, took)
}
