package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"spaniel/detect"
	"spaniel/event"
)

// A Result is what became of one test, or, when a rule lacks the tests every
// rule must have, of a test that is not there.
type Result struct {
	Rule string
	File string
	Line int
	// Test is the test's number within the rule, from 1; 0: it is missing.
	Test int
	// Kind is fires, silent or misses.
	Kind string
	OK   bool
	// Detail says what went wrong, "" when nothing did.
	Detail string
}

// Replay sends frames through the whole path, judged by the set, and returns
// all alerts. The set is the one whose rules are tested, but that lists may
// hold what the test says. It is called once for each test, from the calling
// goroutine.
type Replay func(set *detect.Set, frames []event.Frame) ([]*event.Alert, error)

// Run runs the tests of every rule of the set, but for those that are only
// beside it.
func Run(set *detect.Set, replay Replay) []Result {
	var out []Result
	for _, r := range set.Rules() {
		if !r.Beside {
			out = append(out, RunRule(set, r, replay)...)
		}
	}
	return out
}

// RunRule runs the tests of one rule of the set.
func RunRule(set *detect.Set, r *detect.Rule, replay Replay) []Result {
	var out []Result
	has := map[string]bool{}
	for i := range r.Tests {
		t := &r.Tests[i]
		has[t.Kind] = true
		res := Result{Rule: r.ID, File: r.File, Line: t.Line, Test: i + 1, Kind: t.Kind}
		res.Detail = run(set, r, t, replay)
		res.OK = res.Detail == ""
		out = append(out, res)
	}
	for _, kind := range []string{"fires", "silent"} {
		if !has[kind] {
			out = append(out, Result{Rule: r.ID, File: r.File, Line: r.Line, Kind: kind, Detail: fmt.Sprintf("the rule has no test of kind %s", kind)})
		}
	}
	return out
}

// run returns what is wrong, "" if nothing is.
func run(set *detect.Set, r *detect.Rule, t *detect.Test, replay Replay) string {
	frames, err := Frames(t)
	if err != nil {
		return err.Error()
	}
	all, err := replay(set.For(t), frames)
	if err != nil {
		return fmt.Sprintf("replaying: %v", err)
	}
	var mine []*event.Alert
	for _, a := range all {
		if a.Rule.ID == r.ID {
			mine = append(mine, a)
		}
	}
	switch {
	case t.Kind == "fires" && len(mine) == 0:
		return "it does not fire" + others(all)
	case t.Kind == "fires":
		return expected(t, mine)
	case t.Kind == "silent" && len(mine) > 0:
		return "it fires: " + describe(mine[0])
	case t.Kind == "misses" && len(mine) > 0:
		return "a known miss fires now: make it a test that fires"
	}
	return ""
}

// expected compares what the test says beyond that it fires.
func expected(t *detect.Test, alerts []*event.Alert) string {
	ids := map[event.ID]bool{}
	severity, outcome := t.Severity == 0, t.Outcome == ""
	states := map[event.ID]string{} // as told last
	for _, a := range alerts {
		ids[a.ID] = true
		states[a.ID] = a.State
		severity = severity || a.Severity == t.Severity
		outcome = outcome || a.Outcome == t.Outcome
	}
	switch {
	case !severity:
		return fmt.Sprintf("no alert has severity %s: %s", t.Severity, describe(alerts[len(alerts)-1]))
	case !outcome:
		return fmt.Sprintf("no alert has outcome %s: %s", t.Outcome, describe(alerts[len(alerts)-1]))
	case t.State != "" && !slices.Contains(slices.Collect(maps.Values(states)), t.State):
		return fmt.Sprintf("no alert is %s in the end", t.State)
	case t.Alerts > 0 && len(ids) != t.Alerts:
		return fmt.Sprintf("%d alerts, not %d", len(ids), t.Alerts)
	}
	return ""
}

func describe(a *event.Alert) string {
	text := fmt.Sprintf("%s %s", a.Severity, a.Outcome)
	for _, e := range a.Evidence {
		if e.Op != "" {
			text += fmt.Sprintf("; %s %s %v (got %v)", e.Place, e.Op, e.Want, e.Got)
		} else {
			text += fmt.Sprintf("; %s %q", e.Place, e.Text)
		}
	}
	return text
}

// others names the rules that fired instead: often the answer to why.
func others(all []*event.Alert) string {
	seen := map[string]bool{}
	var names []string
	for _, a := range all {
		if !seen[a.Rule.ID] {
			seen[a.Rule.ID] = true
			names = append(names, a.Rule.ID)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (fired: " + strings.Join(names, ", ") + ")"
}
