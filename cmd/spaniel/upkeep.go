package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/internal/admin"
	"spaniel/sinks/spool"
)

// syncEvery is the group commit: what a crash may lose, against how often the
// disk is made to write.
const syncEvery = 100 * time.Millisecond

// keepSyncing brings the spool to disk until ctx ends, and watches how far the
// sinks are behind.
func (s *service) keepSyncing(ctx context.Context) error {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if s.delivery != nil {
				s.delivery.noteIdle(now)
			}
		}
		err := s.spool.Sync()
		if err != nil && !failing {
			s.log.Error("the spool cannot be written; records wait in memory", zap.Error(err))
		}
		failing = err != nil
	}
}

// snapshot gathers the numbers for metrics and health.
func (s *service) snapshot() admin.Snapshot {
	var snap admin.Snapshot
	if s.delivery != nil {
		snap.Sinks = s.delivery.counts(time.Now())
	}
	set := s.ruleCounts(&snap)
	work := map[string]detect.RuleStats{}
	if s.sensor != nil {
		snap.Ledger = s.sensor.Ledger()
		for _, r := range s.sensor.RuleStats() {
			work[r.ID] = r
		}
		c := s.sensor.Learned()
		snap.Learned = map[string]int{"endpoints": c.Endpoints, "fields": c.Fields, "sessions": c.Sessions}
		snap.LearnedGone = map[string]int{"endpoints": int(c.Evicted), "fields": int(c.FieldsBeyond), "sessions": int(c.SessionsEvicted)}
	}
	snap.Authorised = work[""].Excepted
	s.captureCounts(&snap)
	if s.faults != nil {
		snap.Panics, snap.PanicsUnkept = s.faults.counts()
	}
	s.mu.Lock()
	snap.Messages = s.seen
	for _, r := range set.Rules() {
		snap.Rules = append(snap.Rules, admin.RuleCount{ID: r.ID, Severity: r.Severity.String(), Alerts: s.alerts[r.ID],
			Evaluations: work[r.ID].Considered, Errors: work[r.ID].Errors, Excepted: work[r.ID].Excepted, Disabled: work[r.ID].Quarantined, Seconds: float64(work[r.ID].Nanos) / 1e9})
	}
	s.mu.Unlock()
	for _, w := range []spool.Which{spool.Alerts, spool.Calls} {
		st := s.spool.Stats(w)
		snap.Spool = append(snap.Spool, admin.SpoolCount{Name: w.String(), Bytes: uint64(st.Bytes), Dropped: st.Shed})
	}
	return snap
}
