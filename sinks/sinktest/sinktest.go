// Package sinktest is the contract of sinks.Writer as a test: a new sink's
// test makes a Rig around its destination, real or fake, and calls Run. It is
// for tests only.
package sinktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks"
)

// A Rig is a destination under test. New is needed; the rest is used where
// the destination can do it.
type Rig struct {
	// New returns a Writer towards the destination. It must not dial.
	New func(t *testing.T) sinks.Writer
	// Received returns the ids of the alerts that arrived so far, in any
	// order; it waits where arrival lags behind Write.
	Received func(t *testing.T, atLeast int) []string
	// Break makes the destination fail until the returned function is called.
	Break func(t *testing.T) (mend func())
	// Stall makes it take connections and answer nothing, likewise.
	Stall func(t *testing.T) (mend func())
	// Poison returns a payload that decodes and that the destination can
	// never take: one too large for it, say.
	Poison func(t *testing.T) sinks.Record
}

// Run runs the whole contract.
func Run(t *testing.T, rig Rig) {
	for _, c := range []struct {
		name, why string
		skip      bool
		run       func(*testing.T, Rig)
	}{
		{"success", "nil means that every record is delivered", false, success},
		{"empty", "a batch whose records were all filtered or lost is delivered", false, empty},
		{"transient", "a failure that time can mend is no *Rejected, and the identical batch succeeds later", rig.Break == nil, transient},
		{"undecodable", "a record that cannot be decoded is *Rejected by its index, and the rest go on without it", false, undecodable},
		{"poison", "a record the destination can never take is *Rejected by its index", rig.Poison == nil, poison},
		{"stalled", "a destination that hangs does not hold Write beyond its context", rig.Stall == nil, stalled},
		{"cancelled", "a context that has ended ends Write, and the Writer works afterwards", false, cancelled},
		{"close twice", "the second Close does nothing; Close without Write is fine", false, closeTwice},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.skip {
				t.Skip("the rig cannot do this")
			}
			defer func() {
				if t.Failed() {
					t.Log("the contract: " + c.why)
				}
			}()
			c.run(t, rig)
		})
	}
}

// Alerts returns a batch of n alerts numbered from first, and their ids.
func Alerts(first, n int) (*sinks.Batch, []string) {
	enc := sinks.NewEncoder()
	b := &sinks.Batch{First: uint64(first), Last: uint64(first + n - 1)}
	var ids []string
	for i := first; i < first+n; i++ {
		id := event.AlertID("sinktest", fmt.Sprint(i))
		a := &event.Alert{Schema: event.AlertSchema, ID: id, DedupKey: fmt.Sprintf("rule|%d", i%7), Time: event.Nanos(1795334400e9 + int64(i)*1e6),
			Severity: event.High, SevNum: 70, Outcome: event.Tried, Rule: event.AlertRule{ID: "sinktest", Title: "A test", Category: "recon/test"},
			Sensor: event.AlertSensor{Name: "s1"}, Client: event.AlertClient{IP: "203.0.113.9", Port: 4000}, Server: event.AlertServer{IP: "10.0.0.5", Port: 80},
			Message: "line\nfeed \"quotes\" ] and \u2028 é", Evidence: []event.Evidence{{Place: "query.q", Text: "' or 1=1"}}, SpooledDay: "2026-11-22"}
		it := event.Item{Kind: event.KindAlert, Alert: a}
		b.Records = append(b.Records, sinks.Record{Seq: uint64(i), Kind: it.Kind, Payload: enc.Append(nil, &it)})
		ids = append(ids, id.String())
	}
	return b, ids
}

// expect fails unless every id arrived.
func expect(t *testing.T, rig Rig, ids []string) {
	t.Helper()
	have := map[string]bool{}
	for _, id := range rig.Received(t, len(ids)) {
		have[id] = true
	}
	for _, id := range ids {
		if !have[id] {
			t.Fatalf("%d of the destination's records are ours, %s is missing", len(slices.Collect(maps.Keys(have))), id)
		}
	}
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, rig Rig) sinks.Writer {
	w := rig.New(t)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return w
}

func success(t *testing.T, rig Rig) {
	w := open(t, rig)
	for i, n := range []int{1, 50, 3} {
		b, ids := Alerts(1000*(i+1), n)
		if err := w.Write(within(t), b); err != nil {
			t.Fatal(err)
		}
		expect(t, rig, ids)
	}
}

func empty(t *testing.T, rig Rig) {
	if err := open(t, rig).Write(within(t), &sinks.Batch{First: 1, Last: 9}); err != nil {
		t.Error(err)
	}
}

func transient(t *testing.T, rig Rig) {
	w := open(t, rig)
	before, ids := Alerts(10_000, 5)
	if err := w.Write(within(t), before); err != nil {
		t.Fatal(err)
	}
	expect(t, rig, ids) // where nothing acknowledges, a break could still lose them
	mend := rig.Break(t)
	b, more := Alerts(11_000, 20)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	err := w.Write(ctx, b)
	cancel()
	mend()
	var r *sinks.Rejected
	if err == nil || errors.As(err, &r) {
		t.Fatalf("with the destination down: %v", err)
	}
	if err := retry(t, w, b); err != nil {
		t.Fatalf("with the destination up again: %v", err)
	}
	expect(t, rig, more)
}

// retry writes the identical batch until it succeeds, as the forwarder would.
func retry(t *testing.T, w sinks.Writer, b *sinks.Batch) error {
	ctx := within(t)
	for {
		err := w.Write(ctx, b)
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

func undecodable(t *testing.T, rig Rig) {
	b, ids := Alerts(20_000, 5)
	b.Records[2].Payload = []byte(`{"id":7`)
	rejectedAt(t, rig, b, 2, append(ids[:2:2], ids[3:]...))
}

func poison(t *testing.T, rig Rig) {
	b, ids := Alerts(30_000, 5)
	bad := rig.Poison(t)
	bad.Seq = b.Records[3].Seq
	b.Records[3] = bad
	rejectedAt(t, rig, b, 3, append(ids[:3:3], ids[4:]...))
}

func rejectedAt(t *testing.T, rig Rig, b *sinks.Batch, index int, rest []string) {
	w := open(t, rig)
	err := w.Write(within(t), b)
	var r *sinks.Rejected
	if !errors.As(err, &r) || r.Index != index || r.Err == nil {
		t.Fatalf("got %v, want record %d rejected", err, index)
	}
	b.Records = slices.Delete(slices.Clone(b.Records), index, index+1)
	if err := w.Write(within(t), b); err != nil {
		t.Fatalf("without it: %v", err)
	}
	expect(t, rig, rest)
}

func stalled(t *testing.T, rig Rig) {
	w := open(t, rig)
	mend := rig.Stall(t)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	b, ids := Alerts(40_000, 5)
	err := w.Write(ctx, b)
	mend()
	var r *sinks.Rejected
	if err == nil || errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
	if err := retry(t, w, b); err != nil {
		t.Fatal(err)
	}
	expect(t, rig, ids)
}

func cancelled(t *testing.T, rig Rig) {
	w := open(t, rig)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b, ids := Alerts(50_000, 5)
	err := w.Write(ctx, b)
	var r *sinks.Rejected
	if err == nil || errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
	if err := w.Write(within(t), b); err != nil {
		t.Fatal(err)
	}
	expect(t, rig, ids)
}

func closeTwice(t *testing.T, rig Rig) {
	w := rig.New(t)
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}
