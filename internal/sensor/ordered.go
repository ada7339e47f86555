package sensor

import (
	"sync"
	"sync/atomic"

	"spaniel/detect"
	"spaniel/detect/learned"
	"spaniel/event"
)

// ordered is the stage after the shards: it takes the epochs in turn, puts
// what they found into one order, judges what needs memory across flows, and
// hands everything on.
type ordered struct {
	epochs  atomic.Uint64 // finished
	emit    func(*event.Item) event.CallFate
	stage   *detect.Stage
	set     *detect.Set
	entries []entry
	item    event.Item // under way
	rate    float64    // share of the connections that were read
	cfg     *Config
	kept    int64 // clock of the last keeping of facts
	told    told
	own     event.Ledger

	mu    sync.Mutex
	parts []event.Ledger // latest of the reader, then of each worker
	total event.Ledger   // own, as of the last epoch
	facts learned.Counts // likewise
	rules []detect.RuleStats
}

func newOrdered(cfg *Config, emit func(*event.Item) event.CallFate) *ordered {
	o := &ordered{emit: emit, rate: 1, cfg: cfg, set: cfg.Rules, parts: make([]event.Ledger, cfg.Workers+1)}
	dc := cfg.detectConfig(cfg.Redactor)
	if cfg.Observations {
		dc.Observed = o.observed
	}
	o.stage = detect.NewStage(cfg.Rules, dc, o.alert)
	if cfg.Facts != nil {
		o.stage.SetFacts(cfg.Facts)
	}
	return o
}

// keep hands on what was learned.
func (o *ordered) keep(clock int64) {
	o.kept = clock
	b, err := o.stage.Encode()
	if err == nil && !o.cfg.Keep(b) { // what cannot be encoded, no value can be, is kept next time
		o.stage.Forget()
	}
}

// alert hands on one alert of the stage.
func (o *ordered) alert(a *event.Alert) {
	o.own.Alerts++
	a.Quality.SampleRate = o.rate
	o.emit(&event.Item{Kind: event.KindAlert, Order: a.Order, Alert: a})
}

// observed hands on one observation of the stage.
func (o *ordered) observed(at event.Order, r *event.ObservationRecord) {
	o.emit(&event.Item{Kind: event.KindObservation, Order: at, Observation: r})
}

// portion handles what an epoch's workers, all at rest, found up to a place of
// the order beyond which everything else lies, and lets go of it.
func (o *ordered) portion(e *epoch, upto event.Order) {
	o.handle(e, upto)
	e.reader.drop(upto)
	for _, r := range e.results {
		r.drop(upto)
	}
}

func (o *ordered) handle(e *epoch, upto event.Order) {
	o.rate = e.rate
	if e.set != o.set {
		o.set = e.set
		o.stage.Swap(e.set)
	}
	o.entries = e.reader.upto(o.entries[:0], upto)
	for _, r := range e.results {
		o.entries = r.upto(o.entries, upto)
	}
	sortEntries(o.entries)
	for i := range o.entries {
		en := &o.entries[i]
		o.stage.Advance(en.order.Clock)
		o.stage.Saw(en.order.Clock)
		o.one(en)
	}
}

// take handles what is left of an epoch whose workers have all finished.
func (o *ordered) take(e *epoch) {
	o.handle(e, endOfTime)
	if e.last {
		o.stage.Close(e.clock + 1) // the flows closed at the end are stamped so
	} else {
		o.stage.Advance(e.clock)
	}
	if o.kept == 0 {
		o.kept = e.clock
	}
	if o.cfg.Keep != nil && (e.last || o.cfg.Now != nil && e.clock-o.kept >= int64(keepEvery)) {
		o.keep(e.clock)
	}
	o.tell(e.clock)
	o.publish(e)
	o.epochs.Add(1)
}

// one hands on an entry; a call before the alerts that rest on it.
func (o *ordered) one(en *entry) {
	it := &o.item
	*it = event.Item{} // in place: one that holds something would be made elsewhere and copied
	it.Kind, it.Order = en.kind, en.order
	switch en.kind {
	case event.KindCall:
		if !en.keep {
			o.own.Calls[event.CallFiltered]++
		} else {
			it.Call = &en.from.records[en.index]
			if r := it.Call; r.User == "" && r.PrincipalKind != "none" {
				r.User = o.stage.UserOf(r.PrincipalKind, r.PrincipalID, r.Session)
			}
			o.own.Calls[o.emit(it)]++
		}
		o.judge(en)
		return
	case event.KindFlow:
		it.Flow = &en.from.flows[en.index]
	default:
		it.Note = &en.from.notes[en.index]
	}
	o.emit(it)
	o.judge(en)
}

func (o *ordered) judge(en *entry) {
	f := &en.from.findings
	for _, a := range f.Alerts[en.alerts[0]:en.alerts[1]] {
		o.stage.Alert(a)
	}
	for i := en.obs[0]; i < en.obs[1]; i++ {
		o.stage.Observe(&f.Observations[i])
	}
	if en.lesson >= 0 {
		o.stage.Learn(f.Lessons[en.lesson])
	}
}

// publish makes the totals as of this epoch visible to other goroutines.
func (o *ordered) publish(e *epoch) {
	var rules []detect.RuleStats
	if e.countRules {
		rules = o.sumRules(e)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if e.countRules {
		o.rules = rules
	}
	o.parts[0] = e.reader.ledger
	for i, r := range e.results {
		o.parts[i+1] = r.ledger
	}
	o.total = o.own
	o.facts = o.stage.Facts().Counts()
}

// ledger returns the totals as of the last whole epoch.
func (o *ordered) ledger() event.Ledger {
	o.mu.Lock()
	defer o.mu.Unlock()
	sum := o.total
	for i := range o.parts {
		sum.Add(&o.parts[i])
	}
	return sum
}
