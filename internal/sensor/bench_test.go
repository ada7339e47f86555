package sensor

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
)

// BenchmarkCapture runs the demo capture through the whole path, with the
// shipped rules and with none: the difference is what detection costs.
func BenchmarkCapture(b *testing.B) {
	file := filepath.Join(b.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		b.Fatal(err)
	}
	none, err := detect.Load([]detect.Source{}, detect.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for name, set := range map[string]*detect.Set{"shipped rules": shippedRules(b), "no rules": none} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			calls := 0
			for b.Loop() {
				calls = 0
				s, err := New(testConfig(set), func(it *event.Item) event.CallFate {
					if it.Kind == event.KindCall {
						calls++
					}
					return event.CallAcked
				})
				if err != nil {
					b.Fatal(err)
				}
				src, err := capture.Open(file)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Run(context.Background(), src); err != nil {
					b.Fatal(err)
				}
				if err := src.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(calls), "ns/call")
		})
	}
}
