package detect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"spaniel/detect/learned"
	"spaniel/detect/window"
	"spaniel/event"
)

// maxKept bounds what a backtest keeps: findings of calls, at some 400 bytes
// each 800 MB.
const maxKept = 2_000_000

// ErrTooMuch says that a backtest has more to keep than fits.
var ErrTooMuch = errors.New("too many calls count for the rule: take less time")

// A Backtest judges calls by one rule, and by those whose alerts it counts, and
// says what alerts there would have been, also with another threshold. It
// belongs to one goroutine.
type Backtest struct {
	set   *Set
	rule  *Rule
	cfg   *Config
	judge *Judge
	held  map[event.ID]*Findings
	kept  []turn
	calls uint64
	first int64
	last  int64
	next  *Findings
}

// turn is what one call gave, in the order of calls.
type turn struct {
	clock    int64
	findings *Findings
}

// NewBacktest judges by rule, which s holds.
func NewBacktest(s *Set, rule string, cfg *Config) *Backtest {
	only := s.of(rule)
	return &Backtest{set: only, rule: only.byID[rule], cfg: cfg, judge: NewJudge(only, cfg), held: map[event.ID]*Findings{}, next: &Findings{}}
}

// Judge judges a call of which is known what it means; it borrows it.
func (b *Backtest) Judge(c *event.Call) {
	b.judge.judge(c, b.next)
	if len(b.next.Alerts) > 0 || len(b.next.Observations) > 0 || len(b.next.Lessons) > 0 {
		b.held[c.ID] = b.next
		b.next = &Findings{}
	}
}

// Turn says that it is the turn of a call that was judged. Calls come in the
// order of their clocks. The error is ErrTooMuch.
func (b *Backtest) Turn(call event.ID, clock int64) error {
	if b.calls == 0 {
		b.first = clock
	}
	b.calls++
	b.last = max(b.last, clock)
	f := b.held[call]
	if f == nil {
		return nil
	}
	delete(b.held, call)
	if len(b.kept) == maxKept {
		return ErrTooMuch
	}
	b.kept = append(b.kept, turn{clock, f})
	return nil
}

// Calls is how many calls had their turn, From and To the clocks of the first
// and the last.
func (b *Backtest) Calls() (n uint64, from, to int64) { return b.calls, b.first, b.last }

// Stats says how often the rule was tried, held and failed, and was not tried
// since an exception said so.
func (b *Backtest) Stats() RuleStats {
	st := b.judge.Stats()[slices.Index(b.set.rules, b.rule)]
	st.Excepted += b.judge.exceptedAll
	return st
}

// Alerts are the rule's alerts as they would be at the end, in the order in
// which they were raised: one for each id, with all calls that count for it.
func (b *Backtest) Alerts() []*event.Alert { return b.run(b.set) }

func (b *Backtest) run(s *Set) []*event.Alert {
	var order []event.ID
	latest := map[event.ID]*event.Alert{}
	st := NewStage(s, b.cfg, func(a *event.Alert) {
		if a.Rule.ID != b.rule.ID {
			return
		}
		if latest[a.ID] == nil {
			order = append(order, a.ID)
		}
		latest[a.ID] = a
	})
	for _, t := range b.kept {
		st.Advance(t.clock)
		for _, a := range t.findings.Alerts {
			own := *a // the stage goes on counting in it
			st.Alert(&own)
		}
		var lesson *learned.Lesson
		if len(t.findings.Lessons) > 0 {
			own := *t.findings.Lessons[0] // the stage notes in it
			lesson = &own
		}
		for i := range t.findings.Observations {
			o := t.findings.Observations[i]
			m := *o.sample
			m.lesson, o.sample = lesson, &m
			st.Observe(&o)
		}
		st.Learn(lesson)
	}
	st.Close(b.last + 1)
	out := make([]*event.Alert, len(order))
	for i, id := range order {
		out[i] = latest[id]
	}
	return out
}

// A Threshold is a number that a rule's having compares an aggregate with.
type Threshold struct {
	Aggregate string  `json:"aggregate"` // as written: distinct(req.user)
	Op        string  `json:"op"`
	Now       float64 `json:"now"`
	// At is what is proposed, Alerts how many alerts there would be with it.
	At     float64 `json:"proposed"`
	Alerts int     `json:"alerts"`
}

// errNoThreshold says that there is no number to move.
var errNoThreshold = errors.New("the rule compares no count with a number: there is no threshold to propose")

// Propose finds the least threshold, a whole number from 1, with which there
// would be at most so many alerts. The number that is moved is the first in
// having that a count, sum or the like must reach.
func (b *Backtest) Propose(alerts int) (*Threshold, error) {
	if b.rule.win == nil {
		return nil, errNoThreshold
	}
	i := slices.IndexFunc(b.rule.win.having.bounds, func(bd bound) bool { return movable(bd, b.rule.win.plan) })
	if i < 0 {
		return nil, errNoThreshold
	}
	bd := b.rule.win.having.bounds[i]
	th := &Threshold{Aggregate: b.rule.win.plan.aggregates[bd.aggregate].text, Op: bd.op, Now: bd.want}
	at := func(n int) (int, error) {
		s, err := b.set.withBound(b.rule, bd, n)
		if err != nil {
			return 0, err
		}
		return len(b.run(s)), nil
	}
	low, high := 1, 1 // the answer is in (low, high], or it is 1
	for {
		n, err := at(high)
		if err != nil {
			return nil, err
		}
		if n <= alerts {
			th.At, th.Alerts = float64(high), n
			break
		}
		if high > 1<<30 {
			return nil, fmt.Errorf("even %s %s %d would raise %d alerts", th.Aggregate, th.Op, high, n)
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		mid := low + (high-low)/2
		n, err := at(mid)
		if err != nil {
			return nil, err
		}
		if n <= alerts {
			high, th.At, th.Alerts = mid, float64(mid), n
		} else {
			low = mid
		}
	}
	return th, nil
}

// movable reports whether the number of a comparison is one that counts must
// reach.
func movable(bd bound, p *plan) bool {
	if bd.op != ">" && bd.op != ">=" {
		return false
	}
	switch p.measures[bd.aggregate].Op {
	case window.Count, window.CountIf, window.Distinct, window.Sum, window.Max, window.Bucket, window.Alerts, window.Mean, window.Quantile:
		return bd.want >= 1
	}
	return false
}

// withBound is the set with another number in one comparison of a rule. The
// rule is taken for the same as before.
func (s *Set) withBound(r *Rule, bd bound, n int) (*Set, error) {
	src, ok := replaceBound(r, bd, n)
	if !ok {
		return nil, errNoThreshold
	}
	having, faults := s.lang.compileWindow(r.win.plan, src, wantBool)
	if len(faults) > 0 {
		return nil, fmt.Errorf("the condition with %d: %s", n, faults[0].message)
	}
	win := *r.win
	win.having = having
	changed := *r
	changed.win, changed.Having = &win, src
	out := &Set{byID: map[string]*Rule{}, hash: s.hash, lang: s.lang, lists: s.lists, meanings: s.meanings, joined: map[string][]joined{}}
	for _, o := range s.rules {
		if o == r {
			o = &changed
		}
		out.rules = append(out.rules, o)
		out.byID[o.ID] = o
	}
	for id, list := range s.joined {
		for _, j := range list {
			if j.rule == r {
				j.rule = &changed
			}
			out.joined[id] = append(out.joined[id], j)
		}
	}
	out.arrange()
	return out, nil
}

// replaceBound is the source of having with another number in a comparison.
func replaceBound(r *Rule, bd bound, n int) (string, bool) {
	at, ok := literalOf(r.win.having.tree, bd)
	runes := []rune(r.Having)
	if !ok || at >= len(runes) {
		return "", false
	}
	end := at
	for end < len(runes) && (runes[end] >= '0' && runes[end] <= '9' || runes[end] == '.' || runes[end] == '_' || runes[end] == 'e') {
		end++
	}
	return string(runes[:at]) + strconv.Itoa(n) + string(runes[end:]), end > at
}

// Compare sorts alerts of two versions of a rule into those of both and those
// of one alone: alerts are the same that begin with the same call.
func Compare(a, b []*event.Alert) (both, onlyA, onlyB []*event.Alert) {
	key := func(x *event.Alert) string {
		if len(x.Calls) == 0 {
			return x.DedupKey
		}
		return x.DedupKey + x.Calls[0].String()
	}
	inB := map[string]bool{}
	for _, x := range b {
		inB[key(x)] = true
	}
	for _, x := range a {
		if inB[key(x)] {
			both = append(both, x)
			delete(inB, key(x))
		} else {
			onlyA = append(onlyA, x)
		}
	}
	for _, x := range b {
		if inB[key(x)] {
			onlyB = append(onlyB, x)
		}
	}
	slices.SortStableFunc(onlyA, func(x, y *event.Alert) int { return cmp.Compare(x.Time, y.Time) })
	return both, onlyA, onlyB
}
