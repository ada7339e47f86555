package detect

import (
	"math"

	"spaniel/event"
)

// priceRuns is how often a rule is tried on a call when its price is asked:
// the first time warms up and is not counted.
const priceRuns = 4

// A Price is what judging by one rule took over a number of calls.
type Price struct {
	Rule string
	// Calls were judged; Passed of them came through the prefilter; on Fired of
	// those the condition held.
	Calls, Passed, Fired uint64
	// FilterNanos is what the rule's own filter took over all calls, without the
	// index that finds the rules for a call together; EvalNanos what
	// evaluating took over those that passed, what follows from a condition
	// that holds included: the alert, or what goes into the windows.
	FilterNanos, EvalNanos float64
	// Allocs and Bytes are what evaluating allocated over those that passed.
	Allocs, Bytes uint64
}

// A Pricer tries each rule of a set on calls by itself, as if it were the only
// one, and measures. It belongs to one goroutine, in which nothing else may
// allocate meanwhile.
type Pricer struct {
	judge  *Judge
	prices []Price
	now    func() int64
	heap   func() (allocs, bytes uint64)
	found  []uint64 // the rules that the index finds for the call, as a set
	out    Findings
}

// NewPricer measures with now, a clock in ns, and heap, the counts of what the
// process has allocated so far.
func NewPricer(s *Set, cfg *Config, now func() int64, heap func() (allocs, bytes uint64)) *Pricer {
	patient := *cfg
	patient.Limits.RuleErrors = math.MaxUint64 // a rule that fails is not given up
	p := &Pricer{judge: NewJudge(s, &patient), now: now, heap: heap, prices: make([]Price, len(s.rules))}
	for i, r := range s.rules {
		p.prices[i].Rule = r.ID
	}
	return p
}

// Call measures on a call that a judge has made sense of before; it borrows
// it. Its leaves are made beforehand, since rules share them.
func (p *Pricer) Call(c *event.Call) {
	c.Leaves()
	j := p.judge
	p.reset(c)
	p.found = append(p.found[:0], j.set.index.Candidates(&j.view, j.scope)...)
	for i, r := range j.set.rules {
		p.one(i, r, c)
	}
	j.scope.release()
}

// reset turns to the call, and finds out what all rules share.
func (p *Pricer) reset(c *event.Call) {
	p.judge.scope.reset(c)
	p.judge.view.Open()
}

func (p *Pricer) one(i int, r *Rule, c *event.Call) {
	j, pr := p.judge, &p.prices[i]
	pr.Calls++
	possible := false
	for run := range priceRuns {
		p.reset(c)
		began := p.now()
		possible = p.found[i>>6]>>(i&63)&1 != 0 && j.possible(i, r, c)
		if took := p.now() - began; run > 0 {
			pr.FilterNanos += float64(took) / (priceRuns - 1)
		}
	}
	if !possible {
		return
	}
	pr.Passed++
	before := j.work[i].Matched
	for run := range priceRuns {
		p.fresh(c)
		began := p.now()
		j.try(i, r, &p.out, j.lim.CallAlerts)
		if took := p.now() - began; run > 0 {
			pr.EvalNanos += float64(took) / (priceRuns - 1)
		}
	}
	p.fresh(c)
	allocs, bytes := p.heap()
	j.try(i, r, &p.out, j.lim.CallAlerts)
	allocs2, bytes2 := p.heap()
	pr.Allocs, pr.Bytes = pr.Allocs+allocs2-allocs, pr.Bytes+bytes2-bytes
	if j.work[i].Matched > before {
		pr.Fired++
	}
}

// fresh forgets what was found out about the call.
func (p *Pricer) fresh(c *event.Call) {
	j := p.judge
	p.reset(c)
	j.sample, j.fired = nil, j.fired[:0]
	j.memo.reset()
	p.out.Reset()
}

// Prices returns what was measured, in the order of the rules' ids; a copy.
func (p *Pricer) Prices() []Price { return append([]Price(nil), p.prices...) }
