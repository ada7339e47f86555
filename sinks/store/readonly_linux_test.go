package store

import (
	"context"
	"path/filepath"
	"testing"

	"spaniel/event"
	"spaniel/internal/mounttest"
	"spaniel/sinks"
)

// The file system becomes read-only under the store: batches fail, to be tried
// again, and when the disk is back all that was stored is there, once.
func TestReadOnlyDisk(t *testing.T) {
	disk := mounttest.New(t)
	path := filepath.Join(disk.Dir, "calls.duckdb")
	s, err := Open(path, DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	calls := func(from, to int) *sinks.Batch {
		var items []event.Item
		for i := from; i < to; i++ {
			r := sample(i)
			items = append(items, event.Item{Kind: event.KindCall, Call: &r})
		}
		return batch(items...)
	}
	write(t, s, calls(0, 100))
	disk.Abort()
	for range 3 {
		if err := s.Write(context.Background(), calls(100, 200)); err == nil {
			t.Fatal("a batch was stored on a disk that takes nothing")
		}
	}
	_ = s.Close() // what it could not write back it may say
	disk.Replace()
	s = open(t, path, DefaultConfig())
	write(t, s, calls(0, 100))
	write(t, s, calls(100, 200))
	if got := ask(t, s, "SELECT count(*), count(DISTINCT call_id) FROM calls"); got[0] != "200 200" {
		t.Errorf("got %v", got)
	}
}
