package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/internal/admin"
	"spaniel/internal/forward"
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
			s.noteIdle(now)
		}
		err := s.spool.Sync()
		if err != nil && !failing {
			s.log.Error("the spool cannot be written; records wait in memory", zap.Error(err))
		}
		failing = err != nil
	}
}

// noteIdle remembers when each sink last had nothing waiting.
func (s *service) noteIdle(now time.Time) {
	lag := map[string]uint64{}
	for _, st := range s.forward.Stats() {
		lag[st.Sink] += st.Lag
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, n := range lag {
		if _, known := s.idle[name]; n == 0 || !known {
			s.idle[name] = now
		}
	}
}

// snapshot gathers the numbers for metrics and health.
func (s *service) snapshot() admin.Snapshot {
	snap := admin.Snapshot{Sinks: s.sinkCounts(time.Now())}
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
	s.captureCounts(&snap)
	s.mu.Lock()
	snap.Messages = s.seen
	for _, r := range set.Rules() {
		snap.Rules = append(snap.Rules, admin.RuleCount{ID: r.ID, Severity: r.Severity.String(), Alerts: s.alerts[r.ID],
			Evaluations: work[r.ID].Considered, Errors: work[r.ID].Errors, Disabled: work[r.ID].Quarantined, Seconds: float64(work[r.ID].Nanos) / 1e9})
	}
	s.mu.Unlock()
	for _, w := range []spool.Which{spool.Alerts, spool.Calls} {
		st := s.spool.Stats(w)
		snap.Spool = append(snap.Spool, admin.SpoolCount{Name: w.String(), Bytes: uint64(st.Bytes), Dropped: st.Shed})
	}
	return snap
}

// sinkCounts joins the two logs of each sink.
func (s *service) sinkCounts(now time.Time) []admin.SinkCount {
	var out []admin.SinkCount
	place := map[string]int{}
	for _, st := range s.forward.Stats() {
		i, ok := place[st.Sink]
		if !ok {
			i = len(out)
			place[st.Sink] = i
			out = append(out, admin.SinkCount{Name: st.Sink, Healthy: true})
		}
		c := &out[i]
		c.Delivered += st.Delivered
		c.Retries += st.Retried
		c.DeadLettered += st.DeadLettered
		c.DeadSent += st.Letters[forward.LetterSent]
		c.DeadRefused += st.Letters[forward.LetterRefused]
		c.DeadLost += st.DeadLost
		c.Dropped += st.Lost
		c.Filtered += st.Filtered
		c.Held += st.Held
		c.QueueRecords += st.Lag
		c.QueueBytes += uint64(st.LagBytes)
		if st.Note != "" {
			c.Note = st.Note
		}
		if st.Failing {
			c.Healthy, c.Problem = false, st.LastError
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range out {
		if since, ok := s.idle[out[i].Name]; ok && out[i].QueueRecords > 0 {
			out[i].LagSeconds = now.Sub(since).Seconds()
		}
	}
	return out
}
