package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/internal/render"
)

// warnOfRules says which rules failed while a capture was read: a rule that
// cannot be evaluated sees nothing, and silence would look like peace.
func (a *app) warnOfRules(rules []detect.RuleStats) {
	for _, r := range rules {
		if r.Errors == 0 {
			continue
		}
		more := ""
		if r.Quarantined {
			more = "; it judged no more after that"
		}
		why, _, _ := strings.Cut(r.LastError, "\n") // the rest draws a caret into the expression
		line := fmt.Sprintf("warning: rule %s failed on %s%s: %s", r.ID, counted(r.Errors, "call"), more, why)
		_, _ = fmt.Fprintln(a.err, render.Safe(line)) // standard error is the last resort
	}
}

// rulesEvery is how often the live sensor looks for rules that fail.
const rulesEvery = 10 * time.Second

// slow reports a rule that holds up the others: one evaluation took 50 ms, or
// a hundred took 2 ms each.
func slow(r detect.RuleStats) bool {
	return r.Slowest > uint64(50*time.Millisecond) || r.Considered >= 100 && r.Nanos/r.Considered > uint64(2*time.Millisecond)
}

// watchRules logs each rule that begins to fail, each that is given up, and
// each that is slow; none is given up for that, since it would depend on the
// machine what is found.
func (s *service) watchRules(ctx context.Context) error {
	tick := time.NewTicker(rulesEvery)
	defer tick.Stop()
	said := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, r := range s.sensor.RuleStats() {
			if slow(r) && !said[r.ID+" slow"] {
				said[r.ID+" slow"] = true
				s.log.Warn("a rule is slow", zap.String("rule", r.ID), zap.Uint64("calls", r.Considered), zap.Duration("in_all", time.Duration(r.Nanos)), zap.Duration("longest", time.Duration(r.Slowest)))
			}
			key := fmt.Sprintf("%s %s %t", s.set.Load().Hash(), r.ID, r.Quarantined)
			if r.Errors == 0 || said[key] {
				continue
			}
			said[key] = true
			s.log.Error("a rule fails", zap.String("rule", r.ID), zap.Uint64("calls", r.Errors), zap.Bool("given_up", r.Quarantined), zap.String("last", r.LastError))
		}
	}
}
