package detect

import (
	"math/bits"
	"slices"

	"github.com/expr-lang/expr/vm"

	"spaniel/detect/learned"
	"spaniel/detect/prefilter"
	"spaniel/detect/semantics"
	"spaniel/event"
)

// Findings are what judging calls gave. A judge appends to them; they own
// their memory, and every text in them is redacted but those of samples, which
// are when one is shown or kept. They may be Reset and used again once their
// elements were handed to the stage.
type Findings struct {
	Alerts       []*event.Alert
	Observations []Observation
	// Lessons are what calls teach, at most one of each; used again as they are.
	Lessons []*learned.Lesson
	samples []*sample // of calls with observations, used again as they are
}

// A Judge applies the rules to calls, in the shard that makes them. It belongs
// to one goroutine.
type Judge struct {
	*bench
	set   *Set
	cfg   *Config
	lim   Limits
	stats []RuleStats // what failed; the rest is counted in the bench
	guest bool        // at the bench of another
	out   []uint64    // the rules in quarantine, a bit for each
	// capped counts alerts beyond Limits.CallAlerts.
	capped uint64
	// eager has it observe what the stage will not want either; tests ask.
	eager bool
	// spared are the rules that an exception keeps from the call under judgement.
	spared []int
	// exceptedAll counts calls that an exception kept from all rules.
	exceptedAll uint64
}

// bench is what a judge works with: nothing of it says more of one call than
// of another, but for what was found out about the one under judgement.
type bench struct {
	scope  *scope
	view   prefilter.View
	vm     vm.VM
	sample *sample // of the call under judgement, once made
	memo   memo
	fired  []int       // rules that held for the call under judgement
	work   []RuleStats // what rules did, of all judges at the bench
	slabs  []slab      // by rule
	joined []byte      // scratch of keys
	marks  marker
	places fieldPlaces
	known  semantics.Memory
	names  endpointNames
	bodies semantics.Reader
	shapes bodyNames
	// tokensSeen is what tokens of late show.
	tokensSeen tokensSeen
	taught     *learned.Lesson // of the call under judgement
}

// NewJudge returns a judge for a partition.
func NewJudge(s *Set, cfg *Config) *Judge {
	b := &bench{scope: newScope(s.lang, cfg, s.hash), view: prefilter.NewView(s.lang.leafTests()), memo: newMemo(s.lang), slabs: make([]slab, len(s.rules)), marks: newMarker(cfg.Hash), work: make([]RuleStats, len(s.rules))}
	b.scope.view, b.scope.lists, b.scope.around = &b.view, s.lists, s.around
	j := &Judge{bench: b, set: s, cfg: cfg, lim: cfg.Limits.complete(), stats: make([]RuleStats, len(s.rules)), out: make([]uint64, (len(s.rules)+63)/64)}
	for i, r := range s.rules {
		j.stats[i].ID = r.ID
	}
	return j
}

// Beside lets j work with what other works with, of the same set and an equal
// configuration: one goroutine has many judges, and what they share stays near
// the processor. It changes nothing that they say.
func (j *Judge) Beside(other *Judge) { j.bench, j.guest = other.bench, j != other }

// Call says what the call means, then judges it, appending to out.
func (j *Judge) Call(c *event.Call, out *Findings) {
	for r := c; r != nil; r = r.Alt {
		semantics.Enrich(r, j.hash, &j.known)
		j.client(r)
		if len(j.set.meanings) > 0 {
			j.mean(r)
		}
	}
	j.judge(c, out)
}

// client says who calls, as far as headers tell.
func (j *Judge) client(c *event.Call) {
	if c.Flow != nil {
		c.RealIP = c.Flow.Client.Addr()
		if j.cfg.RealIP != nil {
			c.RealIP = j.cfg.RealIP(c.RealIP, &c.Req.Message)
		}
	}
	if db := j.set.around.geo; db != nil && c.RealIP.IsValid() {
		p := j.scope.places.of(db, c.RealIP)
		c.Country, c.ASN = p.country, p.asn
	}
	a := j.scope.agents.of(c.Req.Get("user-agent"))
	c.AgentFamily, c.Bot = a.family, a.claimed
}

// judge applies the rules to an enriched call.
func (j *Judge) judge(c *event.Call, out *Findings) {
	j.begin(c)
	j.taught = j.lesson(c, out)
	if j.excepted(c) {
		if j.taught != nil {
			j.taught.Spoiled = true // nor is a test
		}
		j.scope.release()
		return
	}
	from := len(out.Alerts)
	limit := from + j.lim.CallAlerts
	for w, set := range j.set.index.Candidates(&j.view, j.scope) {
		if set &^= j.out[w]; c.Flags.Has(incompleteFlags) {
			set &^= j.set.whole[w]
		}
		for ; set != 0; set &= set - 1 {
			i := w<<6 + bits.TrailingZeros64(set)
			if r := j.set.rules[i]; !slices.Contains(j.spared, i) && r.need.Filter.Possible(&j.view) {
				j.work[i].Considered++
				j.try(i, r, out, limit)
			}
		}
	}
	if c.Alt != nil {
		j.second(c, out, limit)
	}
	if j.taught != nil && slices.ContainsFunc(out.Alerts[from:], func(a *event.Alert) bool { return a.Severity >= event.Medium }) {
		j.taught.Spoiled = true // an attack is not what is usual
	}
	j.scope.release()
}

// begin turns the judge to c.
func (j *Judge) begin(c *event.Call) {
	j.scope.reset(c)
	j.sample, j.taught = nil, nil
	j.memo.reset()
	j.fired = j.fired[:0]
}

// possible reports whether rule r, the i-th, is to be tried on c, which the
// scope is turned to.
func (j *Judge) possible(i int, r *Rule, c *event.Call) bool {
	return !j.stats[i].Quarantined && !slices.Contains(j.spared, i) && !(r.skipIncomplete && c.Flags.Has(incompleteFlags)) && r.need.Filter.Possible(&j.view)
}

// try applies rule r, the i-th, to what the scope is turned to.
func (j *Judge) try(i int, r *Rule, out *Findings, limit int) {
	st := &j.work[i]
	j.scope.finds, j.scope.steps = j.scope.finds[:0], 0
	began := st.begin(j.cfg.Now)
	yes, err := r.when.holds(&j.vm, j.scope)
	if err == nil && yes && !j.scope.exhausted() {
		st.Matched++
		j.fired = append(j.fired, i)
		err = j.matched(i, r, out, limit)
	}
	if j.scope.exhausted() {
		err = errSteps
	}
	if err != nil {
		j.stats[i].fail(err, j.lim.RuleErrors)
		if j.stats[i].Quarantined {
			j.out[i>>6] |= 1 << (i & 63)
		}
	}
	st.end(j.cfg.Now, began)
}

func (j *Judge) hash(kind, secret string) string {
	if j.cfg.Hash == nil {
		return ""
	}
	return j.cfg.Hash(kind, secret)
}

func (j *Judge) matched(n int, r *Rule, out *Findings, limit int) error {
	if r.Windowed() && !j.eager && r.win.lacks(j.taught) {
		j.work[n].Considered++ // as the stage would have
		return nil
	}
	j.sampled(out)
	if r.Windowed() {
		return j.observe(n, r, out)
	}
	if len(out.Alerts) >= limit {
		j.capped++
		return nil
	}
	a, err := j.alert(r)
	if a != nil {
		out.Alerts = append(out.Alerts, a)
	}
	return err
}

// alert makes the alert of a rule about this call. An error of a clause or of
// the message takes nothing from the alert but that clause; it is returned to
// be counted.
func (j *Judge) alert(r *Rule) (*event.Alert, error) {
	j.sample.show(&j.scope.outlet)
	a := j.sample.alert(r, j.set.hash, j.cfg.Sensor)
	outcome, severity, failure := j.outcome(r, a.Outcome)
	a.Outcome = outcome
	setSeverity(a, severity)
	a.ID = event.AlertID(r.ID, j.sample.Call.String())
	a.DedupKey = r.ID + "|" + a.Client.IP + "|" + j.sample.endpoint
	j.sample.shows(a, []event.ID{j.sample.Call})
	a.Message = r.Title
	if r.message != nil {
		text, err := r.message.render(&j.vm, j.scope, j.scope.outgoing)
		if err != nil {
			failure = err
		} else {
			a.Message = text
		}
	}
	for _, f := range j.scope.finds {
		a.Evidence = append(a.Evidence, event.Evidence{Place: f.place, Chain: f.chain, Offset: f.offset, Text: cut(j.scope.shown(&f), maxText), Alt: j.scope.call.Why})
	}
	if why := j.scope.call.Why; why != "" && len(a.Evidence) == 0 {
		a.Evidence = append(a.Evidence, event.Evidence{Place: "call.alt", Alt: why})
	}
	return a, failure
}

// outcome asks the clauses in their order; the first that holds decides.
func (j *Judge) outcome(r *Rule, otherwise event.Outcome) (event.Outcome, event.Severity, error) {
	var failure error
	for _, c := range r.clauses() {
		if c.call == nil {
			continue
		}
		yes, err := c.call.test(&j.vm, j.scope)
		if err != nil {
			failure = err
		} else if yes {
			return c.outcome, c.severityOr(r.Severity), failure
		}
	}
	return otherwise, r.Severity, failure
}

// outcomeClause is a clause with the outcome it stands for.
type outcomeClause struct {
	*clause
	outcome event.Outcome
}

// clauses are in the order of asking: proof of success outweighs a refusal.
func (r *Rule) clauses() [3]outcomeClause {
	return [3]outcomeClause{{&r.succeeded, event.LikelySucceeded}, {&r.failed, event.FailedOutcome}, {&r.refused, event.Refused}}
}

func (c *clause) severityOr(s event.Severity) event.Severity {
	if c.severity != 0 {
		return c.severity
	}
	return s
}

// Stats returns the counts by rule, in the order of ids, and, where an exception
// kept calls from all rules, those under no id behind them; a copy. What rules
// did for all judges beside each other is in those of the one that was there first.
func (j *Judge) Stats() []RuleStats {
	list := append([]RuleStats(nil), j.stats...)
	if j.exceptedAll > 0 {
		list = append(list, RuleStats{Excepted: j.exceptedAll})
	}
	if j.guest {
		return list
	}
	for i := range j.stats {
		w := &j.work[i]
		list[i].Considered, list[i].Matched, list[i].Nanos, list[i].Slowest = w.Considered, w.Matched, w.Nanos, w.Slowest
	}
	return list
}

// Capped returns how many alerts were left out since one call had too many.
func (j *Judge) Capped() uint64 { return j.capped }
