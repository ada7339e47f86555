package main

import (
	"context"
	"strconv"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/event"
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
		s.tellPressure()
	}
}

// lossSpoolPressure is the reason of a loss that says what the spool leaves out.
const lossSpoolPressure = "spool_pressure"

// tellPressure says so when what the spool leaves out changes, in the log and as
// a record of loss.
func (s *service) tellPressure() {
	now, was := s.spool.Pressure(), s.pressed.Pressure
	if now == was {
		return
	}
	st, at := s.valve.Stats(), time.Now()
	since := s.pressed
	s.pressed = pressed{now, at, st}
	shed := uint64(0)
	for k := range st.Shed {
		shed += st.Shed[k] - since.Shed[k]
	}
	said := s.log.Warn
	if now < was {
		said = s.log.Info
	}
	said("the spool leaves out other things than before", zap.Stringer("now", now), zap.Stringer("before", was), zap.Uint64("thinned", st.Thinned-since.Thinned), zap.Uint64("shed", shed))
	if since.at.IsZero() {
		since.at = at
	}
	if !s.sensor.TellLoss(lossSpoolPressure, since.at.UnixNano(), 0, event.ValueMap{{Name: "now", Value: now.String()}, {Name: "before", Value: was.String()},
		{Name: "calls_thinned", Value: strconv.FormatUint(st.Thinned-since.Thinned, 10)}, {Name: "records_shed", Value: strconv.FormatUint(shed, 10)}}) {
		s.log.Warn("the record of what the spool left out has no room and is not handed on")
	}
}

// pressed is a pressure of the spool, since when, and what had been left out then.
type pressed struct {
	spool.Pressure
	at time.Time
	spool.ValveStats
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
	snap.Observations = s.observations()
	snap.Authorised = work[""].Excepted
	s.captureCounts(&snap)
	if s.faults != nil {
		snap.Panics, snap.PanicsUnkept = s.faults.counts()
	}
	snap.Packets = s.packets.stats()
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
	kept := s.valve.Stats()
	snap.Pressure, snap.Thinned = int(s.spool.Pressure()), kept.Thinned
	for _, k := range sentKinds() {
		snap.Shed = append(snap.Shed, admin.ShedCount{Kind: k.String(), Records: kept.Shed[k]})
	}
	return snap
}
