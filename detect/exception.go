package detect

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"spaniel/detect/text"
	"spaniel/event"
)

// An Exception keeps calls from being judged: by one rule, or, where somebody
// is authorised to test, by all. Packet time decides whether it is in force.
type Exception struct {
	// Rule is the id of the rule, "" for all.
	Rule string
	// Source is who calls, behind trusted proxies; Host and Route, with * for any
	// text, are what is called. What is left out fits all.
	Source      netip.Prefix
	Host, Route string
	// It holds from From, the zero time for always, and before Until.
	From, Until time.Time
	Why         string
}

// maxExceptions bounds those of a set: each is asked of each call.
const maxExceptions = 256

// exceptions are those of a set.
type exceptions struct {
	list []Exception
	rule []int // number of the rule of each, -1 for all
}

// setExceptions takes those that the options give; unknown rules are problems.
func (s *Set) setExceptions(list []Exception) (problems []Problem) {
	var ids []string
	for id := range s.byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(list) > maxExceptions {
		problems = append(problems, Problem{File: "exceptions", Line: 1, Col: 1, Message: fmt.Sprintf("there are %d, and %d at most", len(list), maxExceptions)})
	}
	for _, x := range list {
		if x.Rule != "" && s.byID[x.Rule] == nil {
			problems = append(problems, Problem{File: "exceptions", Line: 1, Col: 1, Message: fmt.Sprintf("there is no rule %q", x.Rule), Remedy: suggest(x.Rule, ids)})
		}
	}
	s.except.list = list
	return problems
}

// arrangeExceptions finds the rules' numbers.
func (s *Set) arrangeExceptions() {
	for _, x := range s.except.list {
		s.except.rule = append(s.except.rule, slices.IndexFunc(s.rules, func(r *Rule) bool { return r.ID == x.Rule }))
	}
}

// Exceptions lists those of the set, also such as are over; the caller must not
// change them.
func (s *Set) Exceptions() []Exception { return s.except.list }

// State says whether x is in force at a time: "in force", "expired" or "not yet".
func (x *Exception) State(at time.Time) string {
	switch {
	case !at.Before(x.Until):
		return "expired"
	case at.Before(x.From):
		return "not yet"
	}
	return "in force"
}

// what is what x keeps calls from.
func (x *Exception) what() string {
	if x.Rule == "" {
		return "all rules"
	}
	return "the rule"
}

// fits reports that c is one that x is about, at its own time.
func (x *Exception) fits(c *event.Call) bool {
	if x.State(event.Nanos(c.Time).Time()) != "in force" || x.Source.IsValid() && !x.Source.Contains(c.RealIP.Unmap()) {
		return false
	}
	return text.Glob(x.Host, c.Req.Host) && (text.Glob(x.Route, c.Route) || text.Glob(x.Route, c.Req.Path))
}

// of are those of a set that holds but some of the rules.
func (e *exceptions) of(take map[string]bool) (list []Exception) {
	for _, x := range e.list {
		if x.Rule == "" || take[x.Rule] {
			list = append(list, x)
		}
	}
	return list
}

// about is the first that keeps c from a rule; nil if none does.
func (e *exceptions) about(c *event.Call, rule string) *Exception {
	for i := range e.list {
		if x := &e.list[i]; (x.Rule == "" || x.Rule == rule) && x.fits(c) {
			return x
		}
	}
	return nil
}

// excepted notes which rules do not judge c, and, if it is a call, counts it for
// each that judges calls; all reports that none does.
func (j *Judge) excepted(c *event.Call) (all bool) {
	j.spared = j.spared[:0]
	for i := range j.set.except.list {
		if x := &j.set.except.list[i]; x.fits(c) {
			if x.Rule == "" {
				if c.Noted == nil {
					j.exceptedAll++
				}
				return true
			}
			if n := j.set.except.rule[i]; !slices.Contains(j.spared, n) {
				j.spared = append(j.spared, n)
			}
		}
	}
	for _, n := range j.spared {
		if c.Noted == nil && slices.Contains(j.set.rules[n].On, event.KindCall) {
			j.stats[n].Excepted++
		}
	}
	return false
}
