package detect

import (
	"fmt"
	"slices"
	"time"

	"github.com/expr-lang/expr/vm"

	"spaniel/detect/learned"
	"spaniel/detect/window"
	"spaniel/event"
)

// A Stage is what comes after the shards: it takes alerts and observations in
// the capture's one order, keeps the windows, and emits alerts in that order.
// It belongs to one goroutine. It reads packet time only, and what it says
// depends on the order of what it is given and on nothing else.
type Stage struct {
	set *Set
	outlet
	lim    Limits
	emit   func(*event.Alert)
	pool   *window.Pool
	states map[string]*ruleState // by rule id
	// byNumber are the same by the rule's number in the set.
	byNumber []*ruleState
	facts    *learned.Facts
	vm       vm.VM
	stale    uint64
	tidied   int64 // clock of the last walk through all windows

	groups            agenda[*group]
	floods            map[floodKey]*flood
	ends              agenda[floodKey] // of the floods' periods
	waits             agenda[*waiting]
	held, closedEarly uint64
	seen              int64              // clock of the latest event
	restored          []learned.Baseline // of before, until the packet clock is known
	unsaid            uint64
}

// ruleState is the windows of one rule: a table for each of its keys.
type ruleState struct {
	rule   *Rule
	tables []*window.Table[firing]
	frame  *frame
	stats  RuleStats
	waits  bool // for calls that should follow others
}

// NewStage returns the ordered stage; emit receives each alert, which is its
// to keep.
func NewStage(s *Set, cfg *Config, emit func(*event.Alert)) *Stage {
	lim := cfg.Limits.complete()
	st := &Stage{outlet: outlet{cfg: cfg}, lim: lim, emit: emit, pool: window.NewPool(lim.WindowEntries, lim.WindowKeys), states: map[string]*ruleState{}, floods: map[floodKey]*flood{}, facts: learned.New(cfg.Learned)}
	st.Swap(s)
	return st
}

// Swap takes another rule set. Rules whose source did not change keep their
// windows; the windows of the others are forgotten.
func (st *Stage) Swap(s *Set) {
	st.set = s
	st.facts.EachAnswer = s.learns&needEachAnswer != 0
	for id, rs := range st.states {
		if r := s.byID[id]; r == nil || r.hash != rs.rule.hash {
			rs.close()
			delete(st.states, id)
		}
	}
	for _, r := range s.rules {
		if r.win == nil {
			continue
		}
		if rs := st.states[r.ID]; rs != nil {
			rs.rule, rs.frame = r, newFrame(r.win.plan)
			continue
		}
		st.states[r.ID] = st.newState(r)
	}
	st.byNumber = make([]*ruleState, len(s.rules))
	for i, r := range s.rules {
		st.byNumber[i] = st.states[r.ID]
	}
}

func (st *Stage) newState(r *Rule) *ruleState {
	rs := &ruleState{rule: r, frame: newFrame(r.win.plan), stats: RuleStats{ID: r.ID}, waits: r.win.plan.uses(window.Absent)}
	p := window.Plan{Over: int64(r.Over), Keep: int64(max(r.Over, r.Suppress)), Aggregates: r.win.plan.measures, Tumbling: r.win.tumbling}
	if r.win.plan.uses(window.Baseline) {
		p.Lasting, p.Keep = true, max(p.Keep, int64(baselineKept))
	}
	for range max(1, len(r.win.keys)) {
		rs.tables = append(rs.tables, window.NewTable[firing](p, st.pool))
	}
	return rs
}

// baselineKept is how long after its last call a key's baseline is kept.
const baselineKept = 7 * 24 * time.Hour

func (rs *ruleState) close() {
	for _, t := range rs.tables {
		t.Close()
	}
}

// Alert passes on the alert of a rule that judges single calls.
func (st *Stage) Alert(a *event.Alert) {
	st.due(a.Order.Clock)
	st.Saw(a.Order.Clock)
	if p := &a.Principal; p.User == "" {
		p.User = st.UserOf(p.Kind, p.ID, p.Session)
	}
	st.admit(a, a.Order.Clock)
	if len(st.set.joined[a.Rule.ID]) > 0 {
		st.correlate(a, observationOf(a))
	}
}

// Observe adds an observation to its windows and emits the alerts that follow.
// The stage takes over what o points to, not o itself.
func (st *Stage) Observe(o *Observation) {
	st.due(o.Order.Clock)
	st.Saw(o.Order.Clock)
	rs := st.stateOf(o)
	if rs == nil {
		st.stale++ // of a rule set that is no more
		return
	}
	if rs.stats.Quarantined {
		return
	}
	if rs.rule.win.byUser {
		st.join(o)
	}
	rs.stats.Considered++
	began := rs.stats.begin(st.cfg.Now)
	defer func() { rs.stats.end(st.cfg.Now, began) }()
	if !st.known(rs, o) {
		return
	}
	if st.cfg.Observed != nil {
		st.tellObserved(rs.rule, o)
	}
	entry := window.Entry{Clock: o.Order.Clock, Time: o.Time, Call: o.Call, Values: o.Values}
	if rs.rule.win.known != nil {
		entry.Values = slices.Clone(o.Values)
	}
	var fired *firing
	for i, key := range o.Keys {
		if key == "" {
			continue
		}
		w := rs.tables[i].Add(key, o.origin, entry)
		if err := st.judge(rs, w, o, i, &fired); err != nil {
			rs.stats.fail(err, st.lim.RuleErrors)
		}
		if rs.waits {
			st.await(rs, i, w, o)
		}
	}
}

// known asks the part of the rule's condition that is about what was learned.
func (st *Stage) known(rs *ruleState, o *Observation) bool {
	k := rs.rule.win.known
	if k == nil {
		return true
	}
	rs.frame.turn(nil)
	rs.frame.about(st.facts, o)
	yes, err := k.test(&st.vm, rs.frame)
	if err != nil {
		rs.stats.fail(err, st.lim.RuleErrors)
	}
	return yes && err == nil
}

// stateOf is the state of the observation's rule, nil if that is no more.
func (st *Stage) stateOf(o *Observation) *ruleState {
	if o.number < len(st.byNumber) && o.rule != nil {
		if rs := st.byNumber[o.number]; rs != nil && rs.rule == o.rule {
			return rs
		}
	}
	rs := st.states[o.Rule]
	if rs == nil || o.rule == nil || rs.rule.hash != o.rule.hash {
		return nil
	}
	return rs
}

// judge asks whether the window fires now. fired is the alert that this
// observation already raised through another key: one call's behaviour is one
// alert, so the other keys fall silent with it.
func (st *Stage) judge(rs *ruleState, w *window.Window[firing], o *Observation, key int, fired **firing) error {
	s := &w.State
	f := rs.frame
	f.turn(w)
	f.about(st.facts, o)
	if o.Order.Clock < s.until {
		if s.group != nil {
			s.group.add(o)
		}
		if o.lesson != nil && s.severity >= event.Medium {
			o.lesson.Spoiled = true // it belongs to the alert
		}
		if over, err := st.closed(rs, w, f, o); over || err != nil {
			return err
		}
		return st.worse(rs, w, f, o)
	}
	if !s.awake {
		s.awake, s.since, s.first = true, o.Order.Clock, o.Call
	}
	yes, err := rs.rule.win.having.test(&st.vm, f)
	if err != nil || !yes {
		return err
	}
	rs.stats.Matched++
	if *fired != nil {
		s.quiet(*fired)
		return nil
	}
	severity, outcome, failure := st.verdict(rs.rule, f, o.sample)
	clock, call := s.start(w, o)
	s.id = event.AlertID(rs.rule.ID, fmt.Sprintf("%d|%s|%d|%s", key, w.Key, clock, call))
	s.fired, s.at, s.until, s.awake = true, o.Order.Clock, o.Order.Clock+int64(rs.rule.Suppress), false
	s.severity, s.outcome = severity, outcome
	*fired = s
	w.Unlearned(s.until)
	if o.lesson != nil && severity >= event.Medium {
		o.lesson.Spoiled = true
	}
	a, err := st.alert(rs, w, f, o, uint64(max(1, w.Calls())))
	if err != nil {
		failure = err
	}
	told := a
	if !st.admit(a, o.Order.Clock) {
		told = nil
	}
	s.group = st.open(told, s, o, a.Count)
	st.correlate(a, o)
	return failure
}

// worse emits one more alert with the same id when, within suppression, the
// matter got worse.
func (st *Stage) worse(rs *ruleState, w *window.Window[firing], f *frame, o *Observation) error {
	s := &w.State
	if s.id.IsZero() || !rs.rule.win.escalate.set() && !rs.rule.succeeded.set() {
		return nil
	}
	severity, outcome, err := st.verdict(rs.rule, f, o.sample)
	if severity <= s.severity {
		return err
	}
	s.severity, s.outcome = severity, outcome
	a, failure := st.alert(rs, w, f, o, s.group.count)
	if failure == nil {
		failure = err
	}
	if st.admit(a, o.Order.Clock) {
		st.follow(s.group, a, o.Order.Clock)
	}
	return failure
}

// verdict asks the clauses and escalate. Errors take away nothing but their
// clause, and are returned to be counted.
func (st *Stage) verdict(r *Rule, f *frame, m *sample) (sev event.Severity, out event.Outcome, failure error) {
	sev, out = r.Severity, event.Tried
	if !m.seen {
		out = event.Unknown
	}
	for _, c := range r.clauses() {
		if c.window == nil {
			continue
		}
		yes, err := c.window.test(&st.vm, f)
		if err != nil {
			failure = err
		} else if yes {
			out, sev = c.outcome, c.severityOr(r.Severity)
			break
		}
	}
	if e := &r.win.escalate; e.set() {
		yes, err := e.window.test(&st.vm, f)
		if err != nil {
			failure = err
		} else if yes {
			sev = max(sev, e.severity)
		}
	}
	return sev, out, failure
}

// alert builds the alert that the window's state names, of count calls. What
// fails takes nothing away but the message.
func (st *Stage) alert(rs *ruleState, w *window.Window[firing], f *frame, o *Observation, count uint64) (a *event.Alert, failure error) {
	r, s := rs.rule, &w.State
	st.show(o.sample)
	a = o.sample.alert(r, st.set.hash, st.cfg.Sensor)
	a.ID, a.Outcome, a.Order = s.id, s.outcome, o.Order
	setSeverity(a, s.severity)
	a.DedupKey = r.ID + "|" + w.Key
	a.Count = count
	a.FirstSeen, a.LastSeen = event.Nanos(min(o.Time, w.Earliest())), event.Nanos(o.Time)
	for i := range w.Len() {
		a.LastSeen = max(a.LastSeen, event.Nanos(w.Entry(i).Time))
	}
	calls := callsOf(w)
	if len(calls) == 0 {
		calls = []event.ID{o.Call}
	}
	o.sample.shows(a, calls)
	a.Evidence = evidenceOf(r, w, f)
	a.Message = r.Title
	if r.message != nil {
		text, err := r.message.render(&st.vm, f, func(_, text string, _ bool) string { return text })
		if err != nil {
			failure = err
		} else {
			a.Message = text
		}
	}
	return a, failure
}
