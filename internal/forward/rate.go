package forward

import (
	"context"
	"errors"
	"fmt"
	"time"

	"spaniel/event"
	"spaniel/sinks"
)

// A rate counts the alerts of each minute of the packets' clock, so that a
// backlog passes as it would have live.
type rate struct {
	sink string
	most int // a minute; 0 is no limit
	// of the minute under way
	minute int64
	passed int
	now    heldAlerts
	past   []heldAlerts // of minutes that are over, not told of yet
}

// heldAlerts are what one minute was too much for.
type heldAlerts struct {
	n     uint64
	told  uint64 // of n, when it was told of before the minute was over
	first event.Alert
	last  event.Nanos
	seq   uint64 // of the last record: no other record of a batch will have it
}

// admit reports whether the alert may pass, and counts it. What is older than
// the minute under way counts as of it.
func (r *rate) admit(a *event.Alert, seq uint64) bool {
	if r.most == 0 {
		return true
	}
	if m := int64(a.Time) / int64(time.Minute); m > r.minute {
		r.over()
		r.minute, r.passed = m, 0
	}
	if r.passed < r.most {
		r.passed++
		return true
	}
	if r.now.n == 0 {
		r.now.first = *a
	}
	r.now.n, r.now.seq, r.now.last = r.now.n+1, seq, max(r.now.last, a.LastSeen)
	return false
}

// over ends the minute.
func (r *rate) over() {
	if r.now.untold() {
		r.past = append(r.past, r.now)
	}
	r.now = heldAlerts{}
}

// untold reports whether there is more than was told of.
func (h *heldAlerts) untold() bool { return h.n > h.told }

// record is the one that tells of them: the first, with the number of all.
func (h *heldAlerts) record(r *rate) sinks.Record {
	a := h.first
	minute := fmt.Sprint(int64(a.Time) / int64(time.Minute))
	a.ID = event.AlertID("sink-limit", r.sink+"|"+minute)
	a.DedupKey = "sink-limit|" + r.sink
	a.Count, a.LastSeen = h.n, h.last
	a.Message = fmt.Sprintf("%d alerts of this minute were not sent to the sink %s: it is to get %d a minute; this is the first of them", h.n, r.sink, r.most)
	a.Evidence = []event.Evidence{{Place: "alerts.suppressed", Op: ">", Want: float64(r.most), Got: float64(h.n) + float64(r.most)}}
	it := event.Item{Kind: event.KindAlert, Alert: &a}
	return sinks.Record{Seq: h.seq, Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)}
}

// errQuiet says that a minute has passed in which nothing came, while there is
// something to tell of.
var errQuiet = errors.New("nothing came")

// next is the cursor's, but for errQuiet.
func (l *lane) next(ctx context.Context) (*sinks.Batch, error) {
	if !l.rate.now.untold() {
		return l.cursor.Next(ctx)
	}
	quiet, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	b, err := l.cursor.Next(quiet)
	if err != nil && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, errQuiet
	}
	return b, err
}

// tell sends what was held back, the minute under way included; should that
// hold back more, it is told of again, by the same id and with the number of
// all.
func (l *lane) tell(hard context.Context) error {
	if err := l.tellPast(hard); err != nil {
		return err
	}
	if l.rate.now.untold() {
		if err := l.tellOf(hard, &l.rate.now); err != nil {
			return err
		}
		l.rate.now.told = l.rate.now.n
	}
	l.cursor.SetNote(l.rate.save())
	return nil
}

func (l *lane) tellOf(hard context.Context, h *heldAlerts) error {
	rec := h.record(&l.rate)
	_, _, err := l.push(hard, &sinks.Batch{First: rec.Seq, Last: rec.Seq, Records: []sinks.Record{rec}})
	return err
}

// tellPast sends what was held back in minutes that are over.
func (l *lane) tellPast(hard context.Context) error {
	for len(l.rate.past) > 0 {
		if err := l.tellOf(hard, &l.rate.past[0]); err != nil {
			return err
		}
		l.rate.past = l.rate.past[1:]
	}
	return nil
}
