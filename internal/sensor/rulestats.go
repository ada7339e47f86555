package sensor

import (
	"slices"

	"spaniel/detect"
)

// statsEvery is how many epochs pass between two counts of the rules' work:
// some seconds live, since an idle line cuts an epoch every 10 to 40 ms.
const statsEvery = 256

// RuleStats returns what each rule did, by id, as of some seconds ago, and
// after Run in all; under no id, first, what exceptions kept from all rules. It
// may be called from any goroutine. The counts begin anew when another rule set
// is taken.
func (s *Sensor) RuleStats() []detect.RuleStats {
	s.ordered.mu.Lock()
	defer s.ordered.mu.Unlock()
	return slices.Clone(s.ordered.rules)
}

// countRules adds up what a worker's judges counted.
func (w *worker) countRules() map[string]detect.RuleStats {
	sum := map[string]detect.RuleStats{}
	for _, s := range w.own {
		addRules(sum, s.judge.Stats())
	}
	return sum
}

func addRules(sum map[string]detect.RuleStats, stats []detect.RuleStats) {
	for _, r := range stats {
		t := sum[r.ID]
		t.ID = r.ID
		t.Considered += r.Considered
		t.Matched += r.Matched
		t.Excepted += r.Excepted
		t.Errors += r.Errors
		t.Nanos += r.Nanos
		t.Slowest = max(t.Slowest, r.Slowest)
		t.Quarantined = t.Quarantined || r.Quarantined
		if r.LastError != "" {
			t.LastError = r.LastError
		}
		sum[r.ID] = t
	}
}

// sumRules joins the counts of all workers and of the stage.
func (o *ordered) sumRules(e *epoch) []detect.RuleStats {
	sum := map[string]detect.RuleStats{}
	for _, r := range append([]*results{&e.reader}, e.results...) {
		for _, t := range r.rules {
			addRules(sum, []detect.RuleStats{t})
		}
	}
	addRules(sum, o.stage.Stats().Rules)
	out := make([]detect.RuleStats, 0, len(sum))
	for _, t := range sum {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b detect.RuleStats) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}
