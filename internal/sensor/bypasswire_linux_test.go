package sensor

import (
	"context"
	"testing"
	"time"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/vethtest"
	"spaniel/sinks/encode"
)

// TestWhatTellsNothingIsPassedByLive: on a wire, under pressure, packets of TLS and of
// long bodies are passed by, every call is found as it is in the frames, and each
// packet that went over the wire is read or passed by.
func TestWhatTellsNothingIsPassedByLive(t *testing.T) {
	set := shippedRules(t)
	frames := heavy(t, 48)
	want := findings{lines: encode.NewRows()}
	s, err := New(testConfig(set), want.take)
	if err == nil {
		err = s.Run(context.Background(), NewFrames(frames))
	}
	if err != nil {
		t.Fatal(err)
	}
	want.sort()
	for _, backend := range []string{capture.BackendPcap, capture.BackendAFPacket} {
		t.Run(backend, func(t *testing.T) {
			w := vethtest.Open(t)
			live, err := capture.OpenLive(capture.LiveConfig{Interface: vethtest.In, Backend: backend, Promiscuous: true, BufferBytes: 64 << 20})
			if err != nil {
				t.Fatal(err)
			}
			got := findings{lines: encode.NewRows()}
			var steps []string
			var told uint64
			cfg := testConfig(set)
			cfg.Workers, cfg.Now, cfg.Pressure = 2, func() int64 { return time.Now().UnixNano() }, func() float64 { return 0.3 }
			s, err := New(cfg, func(it *event.Item) event.CallFate {
				switch {
				case it.Kind == event.KindFact && it.Note.Name == factDegraded:
					steps = append(steps, it.Note.Detail)
				case it.Kind == event.KindLoss && it.Note.Name == lossBypassed:
					told += it.Note.Packets
				}
				return got.take(it)
			})
			if err != nil {
				t.Fatal(err)
			}
			c := &counted{Live: live}
			ctx, stop := context.WithCancel(context.Background())
			ran := make(chan error, 1)
			go func() { ran <- s.Run(ctx, c) }()
			await := func(n int) {
				t.Helper()
				for end := time.Now().Add(5 * time.Minute); c.given.Load() < uint64(max(n, 0)); time.Sleep(200 * time.Microsecond) {
					if time.Now().After(end) {
						t.Fatalf("%d frames of %d are not read", n-int(c.given.Load()), n)
					}
				}
			}
			for i := range frames {
				await(i - onTheWay)
				w.Send(frames[i].Data)
			}
			await(len(frames))
			stop()
			if err := <-ran; err != nil {
				t.Fatal(err)
			}
			if err := live.Close(); err != nil {
				t.Fatal(err)
			}
			got.sort()
			same(t, "calls", got.calls, want.calls)
			st, err := live.Stats()
			led, carried := s.Ledger(), w.Carried(vethtest.Out)
			passed := led.Frames[event.FrameBypassed]
			t.Logf("%d over the wire = %d read + %d passed by + %d dropped by the kernel", carried, led.Frames[event.FrameStream], passed, st.KernelDrops)
			if err != nil || led.Check() != nil || led.Frames[event.FrameStream]+passed+st.KernelDrops != carried || st.KernelDrops > 0 {
				t.Errorf("%v, %v: %d over the wire, %v, %+v", err, led.Check(), carried, led.Frames, st)
			}
			if passed < 100 || told != passed || len(steps) != 1 || steps[0] != "step=bypass state=begun" {
				t.Errorf("%d passed by, %d told, steps %q", passed, told, steps)
			}
		})
	}
}
