package sensor

import (
	"slices"

	"spaniel/decode/stream"
	"spaniel/detect"
	"spaniel/event"
)

// results are what one worker, or the reader, made of one epoch. They own
// their memory and are used again for a later epoch.
type results struct {
	entries  []entry
	records  []event.Record
	flows    []event.FlowRecord
	notes    []event.NoteRecord
	findings detect.Findings
	rate     float64                     // share of the connections that were read
	ledger   event.Ledger                // the owner's totals at the epoch's end
	rules    map[string]detect.RuleStats // likewise, in epochs that count them
	passes   []stream.Pass               // for the reader, who empties it
}

// An entry is one thing found, by its place in the order: index names the
// record, flow or note. A call's findings are the two ranges.
type entry struct {
	order event.Order
	kind  event.Kind
	keep  bool // a call that --where left out is judged, not shown
	index int
	found
	from *results
}

// found is what judging one thing found: ranges of findings, and the index of a
// call's lesson, -1 without.
type found struct {
	alerts, obs [2]int
	lesson      int
}

// keptRecords is up to how many records r keeps the memory: an epoch that is
// all calls must not leave each of the 8 with as much.
const keptRecords = 2048

// reset empties r, keeping its memory.
func (r *results) reset() {
	if cap(r.records) > keptRecords || cap(r.flows) > keptRecords {
		*r = results{rate: r.rate, passes: r.passes}
		return
	}
	r.entries, r.records, r.flows, r.notes, r.rules = r.entries[:0], r.records[:0], r.flows[:0], r.notes[:0], nil
	r.findings.Reset()
}

// foundIn returns what judging adds to f.
func foundIn(f *detect.Findings, judging func()) (is found) {
	is.alerts[0], is.obs[0], is.lesson = len(f.Alerts), len(f.Observations), len(f.Lessons)
	judging()
	is.alerts[1], is.obs[1] = len(f.Alerts), len(f.Observations)
	if len(f.Lessons) == is.lesson {
		is.lesson = -1
	}
	return is
}

// entry files an entry, of which the caller says the rest. It is made in place:
// one that holds something would be made elsewhere and copied.
func (r *results) entry(o event.Order, k event.Kind) *entry {
	r.entries = append(r.entries, entry{})
	e := &r.entries[len(r.entries)-1]
	e.order, e.kind, e.keep, e.from = o, k, true, r
	return e
}

// add files an entry that is not a call, once it is judged.
func (r *results) add(o event.Order, k event.Kind, index int, judging func()) {
	is := foundIn(&r.findings, judging)
	e := r.entry(o, k)
	e.index, e.found = index, is
}

// record returns the next free record, which keeps the slices it had.
func (r *results) record() *event.Record {
	if len(r.records) < cap(r.records) {
		r.records = r.records[:len(r.records)+1]
	} else {
		r.records = append(r.records, event.Record{})
	}
	return &r.records[len(r.records)-1]
}

// upto appends the entries of r that lie up to a place to dst.
func (r *results) upto(dst []entry, last event.Order) []entry {
	for i := range r.entries {
		if r.entries[i].order.Compare(last) <= 0 {
			dst = append(dst, r.entries[i])
		}
	}
	return dst
}

// drop lets go of the entries up to a place.
func (r *results) drop(last event.Order) {
	r.entries = slices.DeleteFunc(r.entries, func(e entry) bool { return e.order.Compare(last) <= 0 })
	if len(r.entries) == 0 {
		ledger, rules := r.ledger, r.rules // of a worker that has finished
		r.reset()
		r.ledger, r.rules = ledger, rules
	}
}

// before reports whether e comes before o.
func (e *entry) before(o *entry) bool { return e.order.Compare(o.order) < 0 }

// sortEntries puts the entries of several results into the capture's one order.
// Only the reader and a shard can share a place, and the reader, whose come
// first, stays first.
func sortEntries(all []entry) {
	for i := 1; i < len(all); i++ {
		if all[i].before(&all[i-1]) { // of one worker without timers none is
			slices.SortStableFunc(all, func(a, b entry) int { return a.order.Compare(b.order) })
			return
		}
	}
}
