package spool

import (
	"fmt"
	"testing"

	"spaniel/event"
)

// What waits, in bytes, is the sum of the records that wait and of the headers
// of segments that no batch was read of.
func TestLagInBytes(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, Config{Segment: 4 << 10})
	c := cursor(t, s, "x", Calls, 7)
	const n = 200
	size := make([]int64, n+1)
	for i := 1; i <= n; i++ {
		payload := fmt.Appendf(nil, "%0*d", i, 0)
		size[i] = int64(headSize + fixedSize + len(payload))
		if _, err := s.Append(event.KindCall, payload); err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			if err := s.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(acked uint64) (sum int64) {
		for _, seg := range s.logs[Calls].segs {
			if seg.first > acked {
				sum += headerSize
			}
		}
		for i := acked + 1; i <= n; i++ {
			sum += size[i]
		}
		return sum
	}
	if got := c.Stats().LagBytes; got != want(0) {
		t.Errorf("before the first batch %d bytes, want %d", got, want(0))
	}
	if len(s.logs[Calls].segs) < 3 {
		t.Fatal("all in one segment")
	}
	for c.Stats().Lag > 20 {
		if _, err := c.Next(done()); err != nil {
			t.Fatal(err)
		}
		if err := c.Ack(); err != nil {
			t.Fatal(err)
		}
		if st := c.Stats(); st.LagBytes != want(st.Acked) {
			t.Fatalf("behind record %d %d bytes, want %d", st.Acked, st.LagBytes, want(st.Acked))
		}
	}
	mustClose(t, s)
	s = mustOpen(t, dir, Config{Segment: 4 << 10})
	defer mustClose(t, s)
	c = cursor(t, s, "x", Calls, 1000)
	st := c.Stats()
	if least := want(st.Acked); st.LagBytes < least || st.LagBytes > least+4<<10+200 {
		t.Errorf("after a restart %d bytes, want %d and at most a segment more", st.LagBytes, least)
	}
	if _, err := c.Next(done()); err != nil {
		t.Fatal(err)
	}
	if err := c.Ack(); err != nil {
		t.Fatal(err)
	}
	if st := c.Stats(); st.LagBytes != 0 || st.Lag != 0 {
		t.Errorf("at the end %+v", st)
	}
}
