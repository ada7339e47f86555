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

// watchRules logs each rule that begins to fail, and each that is given up.
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
			key := fmt.Sprintf("%s %s %t", s.set.Load().Hash(), r.ID, r.Quarantined)
			if r.Errors == 0 || said[key] {
				continue
			}
			said[key] = true
			s.log.Error("a rule fails", zap.String("rule", r.ID), zap.Uint64("calls", r.Errors), zap.Bool("given_up", r.Quarantined), zap.String("last", r.LastError))
		}
	}
}
