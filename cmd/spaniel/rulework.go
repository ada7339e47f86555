package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/event"
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

// noteExceptions says how many calls exceptions kept from being judged: what
// nobody looked at is not what was found to be in order.
func (a *app) noteExceptions(rules []detect.RuleStats) {
	for _, r := range rules {
		switch {
		case r.Excepted == 0:
		case r.ID == "":
			a.hint("note: no rule judged %s of authorised tests (rules.authorised)", counted(r.Excepted, "call"))
		default:
			a.hint("note: exceptions kept %s from rule %s (rules.exceptions)", counted(r.Excepted, "call"), r.ID)
		}
	}
}

// rulesEvery is how often the live sensor looks for rules that fail.
const rulesEvery = 10 * time.Second

// slow reports a rule that holds up the others: one evaluation took 50 ms, or
// a hundred took 2 ms each.
func slow(r detect.RuleStats) bool {
	return r.Slowest > uint64(50*time.Millisecond) || r.Considered >= 100 && r.Nanos/r.Considered > uint64(2*time.Millisecond)
}

// failsEvery is how often a rule that goes on failing is told of.
const failsEvery = time.Minute

// watchRules tells, in the log and as facts, of each rule that fails, once a
// minute while it goes on; of each that is given up, and of each that is slow.
// None is given up for being slow, since it would depend on the machine what is
// found.
func (s *service) watchRules(ctx context.Context) error {
	tick := time.NewTicker(rulesEvery)
	defer tick.Stop()
	w := ruleWork{told: map[string]ruleTold{}}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, n := range w.news(s.rules.Status().Set.Hash(), s.sensor.RuleStats(), time.Now()) {
			r := n.rule
			if n.kind == "rule_slow" {
				s.log.Warn("a rule is slow", zap.String("rule", r.ID), zap.Uint64("calls", r.Considered), zap.Duration("in_all", time.Duration(r.Nanos)), zap.Duration("longest", time.Duration(r.Slowest)))
			} else {
				s.log.Error("a rule fails", zap.String("rule", r.ID), zap.Uint64("calls", r.Errors), zap.Bool("given_up", r.Quarantined), zap.String("last", r.LastError))
			}
			s.fact(n.kind, n.fields())
		}
	}
}

// ruleNews is something to tell of a rule.
type ruleNews struct {
	kind string // rule_error, rule_quarantined or rule_slow
	rule detect.RuleStats
}

func (n *ruleNews) fields() event.ValueMap {
	r := &n.rule
	fields := event.ValueMap{{Name: "rule", Value: r.ID}, {Name: "calls", Value: strconv.FormatUint(r.Considered, 10)}}
	if n.kind == "rule_slow" {
		return append(fields, event.Header{Name: "longest_us", Value: strconv.FormatUint(r.Slowest/1000, 10)}, event.Header{Name: "in_all_us", Value: strconv.FormatUint(r.Nanos/1000, 10)})
	}
	why, _, _ := strings.Cut(r.LastError, "\n")
	return append(fields, event.Header{Name: "errors", Value: strconv.FormatUint(r.Errors, 10)}, event.Header{Name: "last", Value: why})
}

// ruleWork remembers what was told.
type ruleWork struct {
	set  string // it is of this set
	told map[string]ruleTold
}

type ruleTold struct {
	errors        uint64
	at            time.Time
	givenUp, slow bool
}

// news compares what the rules did with what was told.
func (w *ruleWork) news(set string, rules []detect.RuleStats, now time.Time) (list []ruleNews) {
	if set != w.set { // the counts begin anew
		w.set = set
		clear(w.told)
	}
	for _, r := range rules {
		t := w.told[r.ID]
		t.errors = min(t.errors, r.Errors) // the counts may have been of the set before
		switch {
		case r.Quarantined && !t.givenUp:
			t.givenUp, t.errors, t.at = true, r.Errors, now
			list = append(list, ruleNews{"rule_quarantined", r})
		case r.Errors > t.errors && now.Sub(t.at) >= failsEvery:
			t.errors, t.at = r.Errors, now
			list = append(list, ruleNews{"rule_error", r})
		}
		if slow(r) && !t.slow {
			t.slow = true
			list = append(list, ruleNews{"rule_slow", r})
		}
		w.told[r.ID] = t
	}
	return list
}
