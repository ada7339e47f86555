package store

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"spaniel/event"
)

// cpu is what this process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // of ourselves it never fails
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWrite stores new calls in batches of 10,000. What it reports are calls
// a second of CPU time, of which the engine's threads are a part.
func BenchmarkWrite(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "calls.duckdb"), DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	const size = 10_000
	n, used := 0, time.Duration(0)
	for b.Loop() {
		items := make([]event.Item, size)
		for i := range items {
			r := sample(n)
			n++
			items[i] = event.Item{Kind: event.KindCall, Call: &r}
		}
		batch := batch(items...)
		before := cpu()
		if err := s.Write(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
		used += cpu() - before
	}
	before := cpu()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/(used+cpu()-before).Seconds(), "calls/cpu-s")
}
