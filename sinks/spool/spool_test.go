package spool

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"spaniel/event"
)

func mustOpen(t testing.TB, dir string, cfg Config) *Spool {
	t.Helper()
	s, err := Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClose(t testing.TB, s *Spool) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func add(t testing.TB, s *Spool, k event.Kind, from, to int) {
	t.Helper()
	for i := from; i <= to; i++ {
		if _, err := s.Append(k, fmt.Appendf(nil, "payload %d", i)); err != nil {
			t.Fatal(err)
		}
	}
}

func cursor(t testing.TB, s *Spool, name string, w Which, n int) *Cursor {
	t.Helper()
	c, err := s.NewCursor(name, w, Limits{Records: n})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// done is a context that has ended: Next returns what there is.
func done() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestRecordsComeBackInOrderAndByKind(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Config{})
	defer mustClose(t, s)
	calls, alerts := cursor(t, s, "lake", Calls, 4), cursor(t, s, "lake2", Alerts, 4)
	add(t, s, event.KindCall, 1, 10)
	add(t, s, event.KindAlert, 1, 1)
	if _, err := calls.Next(done()); !errors.Is(err, context.Canceled) {
		t.Errorf("unsynced records are seen: %v", err)
	}
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	want := 1
	for _, n := range []int{4, 4, 2} {
		b, err := calls.Next(done())
		if err != nil || len(b.Records) != n || b.First != uint64(want) || b.Last != uint64(want+n-1) {
			t.Fatalf("batch %+v, %v", b, err)
		}
		for _, r := range b.Records {
			if string(r.Payload) != fmt.Sprintf("payload %d", want) || r.Seq != uint64(want) {
				t.Errorf("record %d holds %q", want, r.Payload)
			}
			want++
		}
		if again, err := calls.Next(done()); again != b || err != nil {
			t.Error("without Ack the batch is another")
		}
		if err := calls.Ack(); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := alerts.Next(done()); err != nil || len(b.Records) != 1 || b.Records[0].Kind != event.KindAlert {
		t.Errorf("alerts: %+v, %v", b, err)
	}
}

func TestARestartSendsTheIdenticalBatch(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Config{})
	c := cursor(t, s, "lake", Calls, 100)
	add(t, s, event.KindCall, 1, 3)
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	if b, err := c.Next(done()); err != nil || b.Last != 3 {
		t.Fatal(b, err)
	}
	add(t, s, event.KindCall, 4, 9)
	mustClose(t, s)
	s = mustOpen(t, dir, Config{})
	defer mustClose(t, s)
	c = cursor(t, s, "lake", Calls, 100)
	for _, last := range []uint64{3, 9} {
		b, err := c.Next(done())
		if err != nil || b.Last != last {
			t.Fatalf("got %+v, %v, want a batch up to %d", b, err, last)
		}
		if err := c.Ack(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneOwner(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Config{})
	if _, err := Open(dir, Config{}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second owner got %v", err)
	}
	mustClose(t, s)
	mustClose(t, s)
	mustClose(t, mustOpen(t, dir, Config{}))
}

// A sink that stops before it reads anything has its place from the beginning:
// what the cap takes meanwhile is counted.
func TestASinkThatNeverReadCountsItsLoss(t *testing.T) {
	dir := t.TempDir()
	for run := range 2 {
		s := mustOpen(t, dir, Config{Max: minMax, Segment: 4 << 10})
		c := cursor(t, s, "x", Calls, 1<<20)
		if run == 0 {
			for range 20 {
				if _, err := s.Append(event.KindCall, make([]byte, 5_000)); err != nil {
					t.Fatal(err)
				}
				if err := s.Sync(); err != nil {
					t.Fatal(err)
				}
			}
			mustClose(t, s)
			continue
		}
		b, err := c.Next(done())
		if err != nil || b.First != 1 || b.Last != 20 || c.lost == 0 || c.lost != 20-uint64(len(b.Records)) {
			t.Errorf("%+v: %d lost, %v", b, c.lost, err)
		}
		mustClose(t, s)
	}
}
