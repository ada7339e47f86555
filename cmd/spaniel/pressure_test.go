package main

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"go.uber.org/zap"

	"spaniel/event"
	"spaniel/internal/canary"
	"spaniel/internal/config"
	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
	"spaniel/sinks"
	"spaniel/sinks/redact"
	"spaniel/sinks/spool"
)

// TestAFullSpoolShedsCallsBeforeAlerts: no sink takes anything, and the spool is
// far too small. Each call is kept, thinned or shed, counted so; every alert is kept.
func TestAFullSpoolShedsCallsBeforeAlerts(t *testing.T) {
	cfg := config.Default()
	set, err := loadRules(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{cfg: cfg, log: zap.NewNop(), enc: sinks.NewEncoder(), raised: newAlertSet(), alerts: map[string]uint64{}}
	if s.spool, err = spool.Open(t.TempDir(), spool.Config{Max: 5 << 20}); err != nil {
		t.Fatal(err)
	}
	defer s.spool.Close()
	s.valve = spool.NewValve(s.spool)
	var cur [2]*spool.Cursor
	for _, w := range []spool.Which{spool.Alerts, spool.Calls} {
		if cur[w], err = s.spool.NewCursor("down", w, spool.Limits{Records: 1 << 30, Bytes: 1 << 30}); err != nil {
			t.Fatal(err)
		}
	}
	sc := s.sensorConfig(set, redact.New(bytes.Repeat([]byte("k"), 32), redact.Option{Leaves: true}))
	sc.Now = nil
	given := map[event.Kind]uint64{}
	steps := []spool.Pressure{spool.Calm}
	sen, err := sensor.New(sc, func(it *event.Item) event.CallFate {
		given[it.Kind]++
		if p := s.spool.Pressure(); p != steps[len(steps)-1] {
			steps = append(steps, p)
		}
		fate := s.emit(it)
		if (given[event.KindCall]+given[event.KindAlert])%50 == 0 {
			if err := s.spool.Sync(); err != nil {
				t.Error(err)
			}
		}
		return fate
	})
	if err != nil {
		t.Fatal(err)
	}
	pairs, _ := canary.Pairs(12_000)
	if err := sen.Run(t.Context(), sensor.NewFrames(wiretest.Pairs(1, 1_700_000_000e9, pairs))); err != nil {
		t.Fatal(err)
	}
	if err := s.spool.Sync(); err != nil {
		t.Fatal(err)
	}
	if want := []spool.Pressure{spool.Calm, spool.Thin, spool.Sample, spool.AlertsOnly}; len(steps) < 4 || !slices.Equal(steps[:4], want) {
		t.Errorf("steps %v", steps)
	}
	kept := map[event.Kind]uint64{}
	var thinned, weight uint64
	for _, c := range cur {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		b, err := c.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			kept[b.Records[i].Kind]++
			var it event.Item
			if err := sinks.NewDecoder().Decode(&b.Records[i], &it); err != nil {
				t.Fatal(err)
			}
			if it.Call != nil && slices.Contains(it.Call.Flags, "thinned") {
				thinned++
				if len(it.Call.ReqHeaders) > 0 {
					t.Fatalf("%+v", it.Call)
				}
				if it.Call.SampleRate < 1 {
					weight += uint64(1/it.Call.SampleRate + 0.5)
				}
			}
		}
	}
	st, led := s.valve.Stats(), sen.Ledger()
	var all, left uint64
	for k := range given {
		all, left = all+given[k], left+kept[k]+st.Shed[k]
	}
	// What the growing alerts took the room of is counted when it is acknowledged.
	if err := cur[spool.Calls].Ack(); err != nil {
		t.Fatal(err)
	}
	if lost := cur[spool.Calls].Stats().Lost; left+lost != all {
		t.Errorf("%d kept or shed, %d lost of %d", left, lost, all)
	}
	if led.Calls[event.CallAcked]+led.Calls[event.CallShed] != given[event.KindCall] || led.Calls[event.CallShed] != st.Shed[event.KindCall] || thinned > st.Thinned || st.Shed[event.KindCall] == 0 || thinned == 0 {
		t.Errorf("ledger %v; %d calls kept, %d thinned, %+v", led.Calls, kept[event.KindCall], thinned, st)
	}
	if err := led.Check(); err != nil {
		t.Error(err)
	}
	if kept[event.KindAlert] != given[event.KindAlert] || kept[event.KindAlert] < 500 {
		t.Errorf("%d of %d alerts kept, %+v", kept[event.KindAlert], given[event.KindAlert], s.spool.Stats(spool.Calls))
	}
	t.Logf("kept %v of %v, %d calls thinned, %d stood for by the sampled, shed %v", kept, given, thinned, weight, st.Shed)
}
