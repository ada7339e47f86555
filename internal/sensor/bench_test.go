package sensor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/lookback"
	"spaniel/internal/wiretest"
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

// BenchmarkPassedBy is what packets of TLS cost that are read, and that are passed
// by, in CPU time a frame.
func BenchmarkPassedBy(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 48))
	w := wiretest.New(1, wiretest.CaseStart)
	for i := range 8 {
		w.At(wiretest.CaseStart)
		c := w.Conn(client(i), netip.MustParseAddrPort("10.0.0.5:443"))
		c.Open()
		up, down := record(r, 40), record(r, 16_000)
		for range 1000 {
			c.Client(up)
			c.Server(down)
		}
	}
	frames := w.Frames()
	set := shippedRules(b)
	for _, full := range []float64{0, 0.3} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("buffer %v, %d workers", full, workers), func(b *testing.B) {
				begun := cpuTime(b)
				for b.Loop() {
					cfg := testConfig(set)
					cfg.Workers, cfg.Back = workers, lookback.New(16<<20)
					cfg.Now, cfg.Pressure = func() int64 { return 1e18 }, func() float64 { return full }
					s, err := New(cfg, func(*event.Item) event.CallFate { return event.CallAcked })
					if err != nil {
						b.Fatal(err)
					}
					if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(cpuTime(b)-begun)/float64(b.N)/float64(len(frames)), "cpu-ns/frame")
			})
		}
	}
}

func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
