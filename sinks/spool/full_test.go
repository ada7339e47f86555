package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"spaniel/event"
)

// TestFullDisk fills a small file system: what cannot be written waits in
// memory, what does not fit there is shed and counted, and once there is room
// every record that has a number is on disk, none twice, none missing.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	write(t, ballast, make([]byte, 700<<10))
	s := mustOpen(t, filepath.Join(dir, "spool"), Config{Max: 8 << 20, Segment: 64 << 10, Buffer: 256 << 10})
	failed, shed := 0, 0
	for i := 1; s.Stats(Calls).Shed < 10; i++ {
		_, err := s.Append(event.KindCall, fmt.Appendf(nil, "payload %d %0500d", i, 0))
		if errors.Is(err, ErrShed) {
			shed++
		}
		if i%50 != 0 {
			continue
		}
		if err := s.Sync(); errors.Is(err, syscall.ENOSPC) {
			failed++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if failed == 0 || shed == 0 {
		t.Fatalf("%d syncs failed, %d records shed", failed, shed)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	st := s.Stats(Calls)
	if st.Durable != st.Next-1 || st.Shed != uint64(shed) {
		t.Fatalf("%+v, %d shed", st, shed)
	}
	mustClose(t, s)
	s = mustOpen(t, filepath.Join(dir, "spool"), Config{Max: 8 << 20})
	defer mustClose(t, s)
	c := cursor(t, s, "x", Calls, 1<<20)
	c.limits.Bytes = 1 << 30
	b, err := c.Next(done())
	if err != nil || b.First != 1 || b.Last != st.Durable || uint64(len(b.Records)) != st.Durable {
		t.Fatalf("%d records from %d to %d, want %d (%v)", len(b.Records), b.First, b.Last, st.Durable, err)
	}
	t.Logf("%d syncs failed for want of space; then %d records on disk, %d shed", failed, st.Durable, shed)
}
