package store

import (
	"context"
	"path/filepath"
	"testing"

	"spaniel/event"
)

// BenchmarkWrite stores new calls in batches of 10,000; its unit is calls.
func BenchmarkWrite(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "calls.duckdb"), DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	const size = 10_000
	n := 0
	for b.Loop() {
		b.StopTimer()
		items := make([]event.Item, size)
		for i := range items {
			r := sample(n)
			n++
			items[i] = event.Item{Kind: event.KindCall, Call: &r}
		}
		batch := batch(items...)
		b.StartTimer()
		if err := s.Write(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "calls/s")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
