package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/sensor"
	"spaniel/rules"
)

// TestBacktestEqualsLive: for every shipped rule that reads only what a store
// holds, trying it on the stored calls raises the alerts that it raised when
// the capture was read.
func TestBacktestEqualsLive(t *testing.T) {
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cfg := context.Background(), config.Default()
	a := &app{storePath: filepath.Join(t.TempDir(), "calls.duckdb"), out: io.Discard, err: io.Discard, quiet: true}
	save, err := openSaver(a.storePath, storeConfig(cfg, false))
	if err != nil {
		t.Fatal(err)
	}
	live := map[string]map[event.ID]string{}
	demoRun(t, demoConfig(set), func(it *event.Item) {
		if it.Kind == event.KindAlert {
			if live[it.Alert.Rule.ID] == nil {
				live[it.Alert.Rule.ID] = map[event.ID]string{}
			}
			live[it.Alert.Rule.ID][it.Alert.ID] = gist(it.Alert)
		}
		if err := save.add(ctx, it); err != nil {
			t.Fatal(err)
		}
	})
	if err := save.close(); err != nil {
		t.Fatal(err)
	}
	var tests []*detect.Backtest
	var ids []string
	for _, r := range set.Rules() {
		if len(set.Unstored(r.ID)) == 0 {
			ids = append(ids, r.ID)
			tests = append(tests, detect.NewBacktest(set, r.ID, &detect.Config{}))
		}
	}
	for _, most := range []int{100, 1_000_000} { // in slices of time, and at once
		small := *cfg
		small.Store.QueryRows = most
		seen := 0
		var last int64
		err = a.eachStored(ctx, &small, time.Unix(0, 0), func(r *event.Record) error {
			if endOf(r) < last {
				t.Fatalf("call %s comes too late", r.ID)
			}
			seen, last = seen+1, endOf(r)
			if most == 100 {
				return nil
			}
			c := callOf(r)
			for _, b := range tests {
				b.Judge(c)
				if err := b.Turn(c.ID, c.Order.Clock); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || seen != 829 {
			t.Fatalf("%d calls, %v", seen, err)
		}
	}
	raised := 0
	for i, id := range ids {
		var got, want []string
		for _, al := range tests[i].Alerts() {
			got = append(got, gist(al))
		}
		want = slices.Sorted(maps.Values(live[id]))
		slices.Sort(got)
		raised += len(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: from the store\n%q\nlive\n%q", id, got, want)
		}
	}
	t.Logf("%d rules read only what a store holds, and raised %d alerts: %v", len(ids), raised, ids)
	if len(ids) < 12 || raised < 6 {
		t.Errorf("%d rules read only what a store holds, and raised %d alerts", len(ids), raised)
	}
}

// gist is what an alert says, but for its id, which names nanoseconds that a
// store does not keep.
func gist(a *event.Alert) string {
	return fmt.Sprintf("%v %v %v %v %d %s %d %v", a.Severity, a.Outcome, a.Client, a.Principal, a.Count, a.Calls[0], len(a.Calls), a.Req)
}

// TestProposedThreshold: with the number proposed there are no more alerts
// than asked for, and with one less there are.
func TestProposedThreshold(t *testing.T) {
	for _, most := range []int{1, 3, 7} {
		frames, err := demoFrames()
		if err != nil {
			t.Fatal(err)
		}
		b := backtestOf(t, "count() > 2", frames)
		th, err := b.Propose(most)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(backtestOf(t, fmt.Sprintf("count() > %v", th.At), frames).Alerts()); n != th.Alerts || n > most {
			t.Errorf("at most %d: %+v, and a rule with it raises %d", most, th, n)
		}
		if n := len(backtestOf(t, fmt.Sprintf("count() > %v", th.At-1), frames).Alerts()); n <= most {
			t.Errorf("at most %d: %+v, and one less raises %d", most, th, n)
		}
		if th.Now != 2 || th.Aggregate != "count()" {
			t.Errorf("%+v", th)
		}
	}
}

// backtestOf judges frames by a rule that counts the calls of each client.
func backtestOf(t *testing.T, having string, frames []event.Frame) *detect.Backtest {
	t.Helper()
	text := "id: many\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: resp.status == 404\nby: [req.path]\nover: 5m\nhaving: " + having + "\n"
	set, err := detect.Load([]detect.Source{{FS: fstest.MapFS{"r.yaml": {Data: []byte(text)}}}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	none, err := detect.Load(nil, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sc := demoConfig(none)
	b := detect.NewBacktest(set, "many", &detect.Config{})
	sc.Where = func(c *event.Call) bool { b.Judge(c); return true }
	s, err := sensor.New(sc, func(it *event.Item) event.CallFate {
		if it.Kind == event.KindCall {
			if err := b.Turn(it.Call.ID, it.Order.Clock); err != nil {
				t.Error(err)
			}
		}
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), sensor.NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	return b
}
