package frame

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"spaniel/event"
)

// Frames that are odd on their own cost their sender nothing, and each would be
// a record. Of each name so many are told in a span of packet time; the others
// are counted, and told as one when the span is over.
const (
	// NoteTop is how many anomalies of one name are told within NoteSpan.
	NoteTop = 64
	// NoteSpan is 10 s in nanoseconds.
	NoteSpan = 10e9
)

// tally is what was said of one anomaly in the present span.
type tally struct {
	since      int64
	told, held uint64
	last       event.Anomaly // of those held
}

// tallies are those of all names, which are this package's and defrag's.
type tallies struct {
	of  map[string]*tally
	due int64 // when the first is over that has something to tell
}

func newTallies() tallies { return tallies{of: map[string]*tally{}, due: math.MaxInt64} }

// report hands an anomaly on, or holds it back.
func (d *Decoder) report(a event.Anomaly) {
	t := d.tallies.of[a.Name]
	if t == nil {
		t = &tally{since: a.Order.Clock}
		d.tallies.of[a.Name] = t
	}
	if a.Order.Clock >= t.since+NoteSpan { // nothing is held: that was told at the frame's beginning
		*t = tally{since: a.Order.Clock}
	}
	if t.told == NoteTop {
		t.held++
		t.last = a
		d.led.AnomaliesHeld++
		d.tallies.due = min(d.tallies.due, t.since+NoteSpan)
		return
	}
	t.told++
	d.say(a)
}

// release tells what is held of spans that are over at clock.
func (d *Decoder) release(clock int64, frame uint64) {
	d.tallies.due = math.MaxInt64
	for _, name := range slices.Sorted(maps.Keys(d.tallies.of)) {
		t := d.tallies.of[name]
		switch {
		case t.held == 0:
		case clock < t.since+NoteSpan:
			d.tallies.due = min(d.tallies.due, t.since+NoteSpan)
		default:
			a := t.last
			a.Order.Clock, a.Order.Seq = clock, frame
			a.Detail = fmt.Sprintf("%d more within 10s, this the last of them", t.held)
			*t = tally{since: clock}
			d.say(a)
		}
	}
}

// say gives an anomaly its ordinal and hands it on.
func (d *Decoder) say(a event.Anomaly) {
	a.Order.Ord = d.notes
	d.notes++
	if d.note != nil {
		d.note(a)
	}
}
