package spool

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"spaniel/event"
	"spaniel/internal/mounttest"
)

// The file system becomes read-only under the spool, as the kernel makes it when
// a disk fails: nothing blocks, what does not fit into memory is shed and
// counted, and all that was on disk is there when the disk is back.
func TestReadOnlyDisk(t *testing.T) {
	disk := mounttest.New(t)
	dir := filepath.Join(disk.Dir, "spool")
	s := mustOpen(t, dir, Config{Max: 8 << 20, Segment: 64 << 10, Buffer: 64 << 10})
	add(t, s, event.KindCall, 1, 500)
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	disk.Abort()
	failed, shed := 0, uint64(0)
	for i := 501; shed < 10; i++ {
		if _, err := s.Append(event.KindCall, fmt.Appendf(nil, "payload %d %0500d", i, 0)); errors.Is(err, ErrShed) {
			shed++
		} else if err != nil {
			t.Fatal(err)
		}
		if i%50 == 0 {
			if err := s.Sync(); !errors.Is(err, syscall.EROFS) && !errors.Is(err, syscall.EIO) {
				t.Fatalf("a sync on a disk that takes nothing: %v", err)
			}
			failed++
		}
	}
	if st := s.Stats(Calls); st.Durable != 500 || st.Shed != shed || failed == 0 {
		t.Fatalf("%+v, %d shed, %d syncs failed", st, shed, failed)
	}
	// A batch's cut must be on disk before the batch goes out.
	c := cursor(t, s, "x", Calls, 1000)
	if b, err := c.Next(done()); !errors.Is(err, syscall.EROFS) && !errors.Is(err, syscall.EIO) {
		t.Fatalf("got %v, %v", b, err)
	}
	if err := s.Close(); err == nil {
		t.Error("closing lost records and said nothing")
	}
	if s, err := Open(dir, Config{}); err == nil {
		mustClose(t, s)
		t.Error("a spool on a disk that takes nothing was opened")
	}
	disk.Replace()
	s = mustOpen(t, dir, Config{})
	defer mustClose(t, s)
	c = cursor(t, s, "x", Calls, 1000)
	b, err := c.Next(done())
	if err != nil || b.First != 1 || b.Last != 500 || len(b.Records) != 500 {
		t.Fatalf("%d records from %d to %d (%v)", len(b.Records), b.First, b.Last, err)
	}
	add(t, s, event.KindCall, 501, 502)
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
}
