package detect

import (
	"slices"
	"time"

	"github.com/expr-lang/expr/vm"

	"spaniel/event"
)

// maxLater bounds the later alerts of an explanation.
const maxLater = 5

// An Explanation says what one rule made of one call, and why. Every text in
// it is redacted.
type Explanation struct {
	Rule string `json:"rule"`
	Call string `json:"call"`
	// Fired says that this call raised an alert of the rule; Reason is one
	// sentence on why it did, or did not.
	Fired  bool   `json:"fired"`
	Reason string `json:"reason"`
	// Filtered says that the prefilter let the rule pass this call over.
	Filtered bool   `json:"prefiltered"`
	When     []Step `json:"when"`
	// Known is the part of the condition that asks what was learned, in the
	// state in which the call found it; empty in a rule without, and where the
	// rest does not hold.
	Known []Step `json:"known,omitempty"`
	// Alt is the anomaly that gives the call a second reading, and AltWhen the
	// condition on that reading; empty where it was not asked.
	Alt     string        `json:"alt,omitempty"`
	AltWhen []Step        `json:"alt_when,omitempty"`
	Windows []WindowState `json:"windows,omitempty"`
	// Clauses are what decides on outcome and severity, asked where the
	// condition holds.
	Clauses []ClauseState `json:"clauses,omitempty"`
	// Raised are the rule's alerts of this call. Later are alerts that further
	// calls raised and that name this one among their calls, at most 5.
	Raised []*event.Alert `json:"raised,omitempty"`
	Later  []*event.Alert `json:"later,omitempty"`
}

// A WindowState is one of a rule's windows as the call left it.
type WindowState struct {
	// By are the key's expressions, Key its value; "" where the call has none,
	// so that it counts in no such window.
	By  []string `json:"by"`
	Key string   `json:"key"`
	// Calls are in the window, this one among them, Over long.
	Calls int           `json:"calls"`
	Over  time.Duration `json:"over_ns"`
	// Quiet is how long the key still keeps quiet after an earlier alert,
	// Alert that alert's id.
	Quiet  time.Duration `json:"quiet_ns"`
	Alert  string        `json:"alert,omitempty"`
	Having []Step        `json:"having,omitempty"`
}

// A ClauseState is a clause of the rule on the call.
type ClauseState struct {
	Name  string `json:"name"`
	Steps []Step `json:"steps"`
}

// An Explainer judges the calls of a capture by one rule, and by those whose
// alerts it counts, and explains what the rule made of one of the calls. It
// belongs to one goroutine.
type Explainer struct {
	judge  *Judge
	stage  *Stage
	rule   *Rule
	target event.ID
	held   map[event.ID]*Findings // by call, until its turn comes
	free   []*Findings
	raised []*event.Alert // since the turn of a call began
	out    *Explanation   // nil until the call was seen
	passed bool           // the call had its turn
	last   int64
}

// NewExplainer explains rule, which s holds, on the call with the given id.
func NewExplainer(s *Set, rule string, call event.ID, cfg *Config) *Explainer {
	only := s.of(rule)
	x := &Explainer{rule: only.byID[rule], target: call, held: map[event.ID]*Findings{}, judge: NewJudge(only, cfg)}
	x.judge.eager = true // what was not asked for is explained, too
	x.stage = NewStage(only, cfg, x.emit)
	return x
}

// of is the set of one rule, and of those whose alerts it counts.
func (s *Set) of(rule string) *Set {
	take := map[string]bool{rule: true}
	for grown := true; grown; {
		grown = false
		for id, list := range s.joined {
			if !take[id] && slices.ContainsFunc(list, func(j joined) bool { return take[j.rule.ID] }) {
				take[id], grown = true, true
			}
		}
	}
	out := &Set{byID: map[string]*Rule{}, hash: s.hash, lang: s.lang, lists: s.lists, around: s.around, except: exceptions{list: s.except.of(take)}, joined: map[string][]joined{}}
	for _, r := range s.rules {
		if take[r.ID] {
			out.rules = append(out.rules, r)
			out.byID[r.ID] = r
		}
	}
	out.learns = learns(out.rules)
	for id, list := range s.joined {
		for _, j := range list {
			if take[j.rule.ID] {
				out.joined[id] = append(out.joined[id], j)
			}
		}
	}
	out.arrange()
	out.arrangeExceptions()
	return out
}

// Judge judges a call that a judge has made sense of before; it borrows it.
// Calls may come in any order.
func (x *Explainer) Judge(c *event.Call) {
	f := &Findings{}
	if n := len(x.free); n > 0 {
		f, x.free = x.free[n-1], x.free[:n-1]
	}
	if c.ID == x.target && x.out == nil {
		x.out = x.explain(c)
	}
	x.judge.judge(c, f)
	if len(f.Alerts) == 0 && len(f.Observations) == 0 && len(f.Lessons) == 0 && c.ID != x.target {
		x.free = append(x.free, f)
		return
	}
	x.held[c.ID] = f
}

// Turn says that it is the turn of a call that was judged, in the capture's
// one order.
func (x *Explainer) Turn(call event.ID, o event.Order) {
	x.last = max(x.last, o.Clock)
	x.stage.Advance(o.Clock)
	x.stage.Saw(o.Clock)
	f := x.held[call]
	if f == nil {
		return
	}
	delete(x.held, call)
	x.raised = x.raised[:0]
	for _, a := range f.Alerts {
		x.stage.Alert(a)
	}
	now := call == x.target && !x.passed
	for i := range f.Observations {
		o := &f.Observations[i]
		if now && o.Rule == x.rule.ID {
			x.windows(o)
			continue
		}
		x.stage.Observe(o)
	}
	if now {
		x.passed = true
		x.conclude()
	}
	x.stage.teach(f)
	f.Reset()
	x.free = append(x.free, f)
}

// End ends the capture and returns the explanation, nil if the call never came.
func (x *Explainer) End() *Explanation {
	x.stage.Close(x.last + 1)
	return x.out
}

func (x *Explainer) emit(a *event.Alert) {
	if a.Rule.ID != x.rule.ID {
		return
	}
	x.raised = append(x.raised, a)
	if x.passed && len(x.out.Later) < maxLater && slices.Contains(a.Calls, x.target) &&
		!slices.ContainsFunc(append(x.out.Raised, x.out.Later...), func(b *event.Alert) bool { return a.ID == b.ID }) {
		x.out.Later = append(x.out.Later, a)
	}
}

// explain evaluates the conditions on the call.
func (x *Explainer) explain(c *event.Call) *Explanation {
	r, s := x.rule, x.judge.scope
	out := &Explanation{Rule: r.ID, Call: c.ID.String()}
	if !slices.Contains(r.On, event.KindCall) {
		out.Reason = "the rule judges no calls"
		return out
	}
	s.reset(c)
	defer s.release()
	out.Filtered = !r.need.Filter.Possible(&x.judge.view)
	st := &stepper{language: s.lang, scope: s}
	holds, why := st.explain(r.when)
	out.When = st.steps
	switch kept := x.judge.set.except.about(c, r.ID); {
	case kept != nil:
		out.Reason = "an exception keeps the call from " + kept.what() + ": " + kept.Why
	case r.skipIncomplete && c.Flags.Has(incompleteFlags):
		out.Reason = "the call is incomplete, and the rule says incomplete: skip"
	case !holds:
		out.Reason = why
	}
	if !r.Windowed() {
		for _, cl := range r.clauses() {
			if cl.call == nil || out.Reason != "" {
				continue
			}
			st := &stepper{language: s.lang, scope: s}
			st.explain(cl.call)
			out.Clauses = append(out.Clauses, ClauseState{string(cl.outcome), st.steps})
		}
	}
	if c.Alt != nil && !holds && !r.Windowed() {
		s.reset(c.Alt)
		out.Alt = c.Alt.Why
		st := &stepper{language: s.lang, scope: s}
		st.explain(r.when)
		out.AltWhen = st.steps
	}
	return out
}

// windows adds the call's observation, and looks at each window before and
// behind.
func (x *Explainer) windows(o *Observation) {
	rs := x.stage.states[x.rule.ID]
	x.stage.due(o.Order.Clock)
	r := x.rule
	if k := r.win.known; k != nil {
		rs.frame.turn(nil)
		rs.frame.about(x.stage.facts, o)
		st := &stepper{language: x.stage.set.lang, frame: rs.frame}
		holds, why := st.explain(k.program)
		if x.out.Known = st.steps; !holds {
			x.out.Reason = why
			x.stage.Observe(o)
			return
		}
	}
	for i, key := range o.Keys {
		w := WindowState{Key: key, Over: r.Over, By: []string{"all calls"}}
		if i < len(r.By) {
			w.By = r.By[i]
		}
		if key != "" {
			win := rs.tables[i].Touch(key, o.origin, o.Order.Clock)
			if quiet := win.State.until - o.Order.Clock; quiet > 0 {
				w.Quiet = time.Duration(quiet)
				if !win.State.id.IsZero() {
					w.Alert = win.State.id.String()
				}
			}
		}
		x.out.Windows = append(x.out.Windows, w)
	}
	x.stage.Observe(o)
	for i, key := range o.Keys {
		if key == "" {
			continue
		}
		w := &x.out.Windows[i]
		win := rs.tables[i].Touch(key, o.origin, o.Order.Clock)
		w.Calls = win.Calls()
		rs.frame.turn(win)
		rs.frame.about(x.stage.facts, o)
		st := &stepper{language: x.stage.set.lang, frame: rs.frame}
		holds, why := st.explain(r.win.having.program)
		w.Having = st.steps
		switch {
		case x.out.Reason != "":
		case holds && w.Quiet > 0:
			x.out.Reason = "the window's condition holds, but its key keeps quiet for another " + w.Quiet.Round(time.Millisecond).String() + " after an earlier alert (suppress)"
		case !holds && len(o.Keys) == 1:
			x.out.Reason = "the window's condition does not hold: " + why
		}
		if holds {
			x.clausesOf(rs.frame)
		}
	}
}

// clausesOf evaluates what decides on outcome and severity of a window.
func (x *Explainer) clausesOf(f *frame) {
	if len(x.out.Clauses) > 0 {
		return
	}
	add := func(name string, p *windowProgram) {
		if p == nil {
			return
		}
		st := &stepper{language: x.stage.set.lang, frame: f}
		st.explain(p.program)
		x.out.Clauses = append(x.out.Clauses, ClauseState{name, st.steps})
	}
	for _, cl := range x.rule.clauses() {
		add(string(cl.outcome), cl.window)
	}
	add("escalate", x.rule.win.escalate.window)
	add("closed", x.rule.win.closed.window)
}

// conclude says in one sentence what became of the call.
func (x *Explainer) conclude() {
	out := x.out
	out.Raised = append(out.Raised, x.raised...)
	if len(out.Raised) > 0 {
		a := out.Raised[len(out.Raised)-1]
		out.Fired = true
		out.Reason = "the condition holds: alert " + a.ID.String() + ", " + a.Severity.String() + ", " + string(a.Outcome)
		return
	}
	if out.Reason != "" {
		return
	}
	st := x.judge.Stats()[slices.Index(x.judge.set.rules, x.rule)]
	switch {
	case st.Quarantined:
		out.Reason = "the rule was put out of service before this call, after too many errors: " + firstLine(st.LastError)
	case st.Errors > 0:
		out.Reason = "the rule failed at run time: " + firstLine(st.LastError)
	case x.rule.Windowed() && len(out.Windows) == 0:
		out.Reason = "the call has none of the rule's keys, so it counts in no window"
	case x.rule.Windowed():
		out.Reason = "the condition holds in no window of the call's keys"
	default:
		out.Reason = "the alert was held back: the rule raised too many within a minute"
	}
}

// run runs a program on the call or the window.
func (st *stepper) run(p *program) (any, error) {
	var m vm.VM
	if st.frame != nil {
		return m.Run(p.code, st.frame)
	}
	st.scope.steps, st.scope.finds = 0, st.scope.finds[:0]
	v, err := m.Run(p.code, st.scope)
	if err == nil && st.scope.exhausted() {
		err = errSteps
	}
	return v, err
}
