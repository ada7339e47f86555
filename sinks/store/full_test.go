package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"spaniel/event"
	"spaniel/sinks"
)

// TestFullDisk fills a small file system, makes room, and goes on: once where
// the log of the engine finds no room, once where its checkpoint does, which
// the engine does not outlive.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		size    string
		ballast int
	}{{"size=6m", 5 << 20}, {"size=30m", 12 << 20}} {
		t.Run(c.size, func(t *testing.T) { fillDisk(t, c.size, c.ballast) })
	}
}

func fillDisk(t *testing.T, size string, ballastBytes int) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, size); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, ballastBytes), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(dir, "calls.duckdb"), DefaultConfig())
	var b *sinks.Batch
	n := 0
	for n < 500_000 {
		b = run2000(n)
		n += 2000
		if err := s.Write(context.Background(), b); err != nil {
			t.Logf("full within %d calls: %v", n, err)
			break
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	write(t, s, b) // the retry is the identical batch
	if got := ask(t, s, "SELECT count(*), count(DISTINCT call_id) FROM calls"); got[0] != fmt.Sprint(n, n) {
		t.Fatalf("%v calls, want %d", got, n)
	}
}

// run2000 is a batch of the calls from number n on.
func run2000(n int) *sinks.Batch {
	items := make([]event.Item, 2000)
	for i := range items {
		r := sample(n + i)
		items[i] = event.Item{Kind: event.KindCall, Call: &r}
	}
	return batch(items...)
}
