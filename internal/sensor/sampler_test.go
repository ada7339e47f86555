package sensor

import (
	"bytes"
	"context"
	"testing"
	"time"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/demo"
)

// TestSamplerSteps: the share falls while the buffer fills, at most every so
// often, rises again once it is empty, and each spell is told with what it cost.
func TestSamplerSteps(t *testing.T) {
	now, full := int64(1e18), 0.0
	type telling struct {
		since   int64
		packets uint64
		lowest  string
	}
	var told []telling
	s := newSampler(&Config{Now: func() int64 { return now }, Pressure: func() float64 { return full }}, func(since int64, packets uint64, fields event.ValueMap) bool {
		told = append(told, telling{since, packets, fields[0].Value})
		return true
	})
	wait := func(d time.Duration, pressure, want float64) {
		t.Helper()
		for range 10 {
			now += int64(d / 10)
			full = pressure
			s.step()
		}
		if s.share != want {
			t.Errorf("share %v, want %v", s.share, want)
		}
	}
	wait(time.Minute, 0.39, 1)
	wait(100*time.Millisecond, 0.9, 0.5)
	began := s.since
	s.shed = 77
	wait(time.Second, 0.9, leastShare)
	wait(time.Second, 0.2, leastShare)
	wait(3*time.Second, 0, leastShare) // it is 5 s after the last step that the next may come
	wait(60*time.Second, 0, 1)
	if len(told) != 1 || told[0] != (telling{began, 77, "0.01562"}) {
		t.Errorf("told %+v", told)
	}
	wait(200*time.Millisecond, 1, 0.25)
	s.shed = 3
	wait(90*time.Second, 0.2, 0.25) // a long spell is told while it lasts
	s.stop()
	if len(told) != 3 || told[1].packets != 3 || told[2].packets != 0 {
		t.Errorf("told %+v", told)
	}
	if !s.keeps(0x3fff) || s.keeps(0x4000) {
		t.Error("a quarter of the lots is not the first quarter")
	}
}

// TestSampledConnectionsAreWhole: with a share of the connections each is there
// as it is without, or not at all; nothing is unaccounted for, each record has
// the share, and a lower share is part of a higher one.
func TestSampledConnectionsAreWhole(t *testing.T) {
	set := shippedRules(t)
	read := func(share float64) (calls map[event.ID]string, led event.Ledger) {
		src, err := capture.NewFile("demo", bytes.NewReader(demo.Capture()))
		if err != nil {
			t.Fatal(err)
		}
		cfg := testConfig(set)
		cfg.Sampling, cfg.Now, cfg.Workers = share, func() int64 { return demo.Start }, 2
		calls = map[event.ID]string{}
		s, err := New(cfg, func(it *event.Item) event.CallFate {
			switch it.Kind {
			case event.KindCall:
				calls[it.Call.ID] = it.Call.Method + it.Call.Target
				if it.Call.SampleRate != float32(share) {
					t.Fatalf("a call says %v of %v", it.Call.SampleRate, share)
				}
			case event.KindAlert:
				if it.Alert.Quality.SampleRate != share {
					t.Fatalf("an alert says %v of %v", it.Alert.Quality.SampleRate, share)
				}
			}
			return event.CallAcked
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), src); err != nil {
			t.Fatal(err)
		}
		led = s.Ledger()
		if err := led.Check(); err != nil {
			t.Error(err)
		}
		return calls, led
	}
	more, led := read(1)
	if len(more) != demo.TotalCalls || led.Frames[event.FrameShed] != 0 {
		t.Fatalf("%d calls, %d frames shed of all", len(more), led.Frames[event.FrameShed])
	}
	for _, share := range []float64{0.75, 0.5, 0.25} {
		calls, led := read(share)
		for id, what := range calls {
			if more[id] != what {
				t.Errorf("at %v: call %v (%s) is not there of more", share, id, what)
			}
		}
		if len(calls) >= len(more) || len(calls) == 0 || led.Frames[event.FrameShed] == 0 {
			t.Errorf("at %v: %d calls of %d, %d frames shed", share, len(calls), len(more), led.Frames[event.FrameShed])
		}
		more = calls
	}
}
