package spool

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"spaniel/event"
)

// A segment that cannot be read is no segment that is lost: the sink waits, and
// has all of it once it can. The error is real: below the first page of this
// process's memory there is nothing.
func TestReadsThatFailLoseNothing(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Config{Segment: 2 << 10})
	defer mustClose(t, s)
	for i := 1; i <= 300; i += 50 {
		add(t, s, event.KindCall, i, i+49)
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	segs := s.logs[Calls].segs
	if len(segs) < 3 {
		t.Fatal("all in one segment")
	}
	c := cursor(t, s, "x", Calls, 1000)
	for _, seg := range []segment{segs[0], segs[1]} {
		aside := seg.path + ".aside"
		if err := errors.Join(os.Rename(seg.path, aside), os.Symlink("/proc/self/mem", seg.path)); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if b, err := c.Next(done()); !errors.Is(err, syscall.EIO) {
				t.Fatalf("got %v, %v", b, err)
			}
		}
		if st := c.Stats(); st.Acked != 0 || st.Lost != 0 || st.Lag != 300 {
			t.Fatalf("%+v", st)
		}
		if err := os.Rename(aside, seg.path); err != nil {
			t.Fatal(err)
		}
	}
	b, err := c.Next(done())
	if err != nil || b.First != 1 || b.Last != 300 || len(b.Records) != 300 {
		t.Fatalf("%d records from %d to %d (%v)", len(b.Records), b.First, b.Last, err)
	}
	if err := c.Ack(); err != nil {
		t.Fatal(err)
	}
	if st := c.Stats(); st.Lost != 0 {
		t.Errorf("%+v", st)
	}
}
