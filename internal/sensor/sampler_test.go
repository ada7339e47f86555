package sensor

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/demo"
)

// TestSamplerSteps: the share falls while the buffer fills, faster where that is
// urgent, stays while it empties, rises again in steps once it is empty, and each
// spell is told with what it cost.
func TestSamplerSteps(t *testing.T) {
	now, full := int64(1e18), 0.0
	type telling struct {
		since   int64
		packets uint64
		lowest  string
	}
	var told []telling
	var steps []string
	s := newSampler(&Config{Now: func() int64 { return now }, Pressure: func() float64 { return full }}, func(k event.Kind, n event.NoteRecord) bool {
		switch {
		case k == event.KindFact:
			steps = append(steps, n.Name+" "+n.Fields[0].Value+" "+n.Fields[1].Value)
		case n.Name == lossShed:
			told = append(told, telling{int64(n.Time), n.Packets, n.Fields[0].Value})
		}
		return true
	})
	wait := func(d time.Duration, pressure, least, most float64) {
		t.Helper()
		for range d / (20 * time.Millisecond) {
			now += int64(20 * time.Millisecond)
			full = pressure
			s.step()
		}
		if s.share < least-1e-9 || s.share > most+1e-9 {
			t.Errorf("share %v, want %v to %v", s.share, least, most)
		}
	}
	wait(time.Minute, 0.19, 1, 1)
	if s.bypass {
		t.Error("packets are passed by without need")
	}
	wait(time.Minute, 0.39, 1, 1)
	wait(time.Second, 0.5, 0.7, 0.7) // it filled, and stays as it is
	began := s.sampling.since
	s.sampling.packets = 77
	wait(time.Second, 0.6, 0.49, 0.49)
	wait(time.Second, 0.59, 0.49, 0.49) // it empties
	wait(time.Second, 0.9, leastShare, leastShare)
	wait(time.Second, 0.89, leastShare, leastShare)
	wait(400*time.Millisecond, 0, leastShare, leastShare) // it is 2 s after it was lowered last that it may rise
	wait(10*time.Second, 0, leastShare*higher, near/32)   // to near what was too much
	wait(30*time.Second, 0, 0.5, 1)
	wait(10*time.Second, 0, 1, 1)
	if len(told) != 1 || told[0] != (telling{began, 77, "0.01562"}) {
		t.Errorf("told %+v", told)
	}
	wait(200*time.Millisecond, 1, 0.25, 0.25)
	s.sampling.packets = 3
	wait(90*time.Second, 0.2, 0.25, 0.25) // a long spell is told while it lasts
	s.stop()
	if len(told) != 3 || told[1].packets != 3 || told[2].packets != 0 {
		t.Errorf("told %+v", told)
	}
	if want := []string{"degraded bypass begun", "degraded sample begun", "degraded sample over", "degraded bypass over", "degraded bypass begun", "degraded sample begun"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q", steps)
	}
	if !s.keeps(0x3fff) || s.keeps(0x4000) {
		t.Error("a quarter of the lots is not the first quarter")
	}
}

// TestUnderLoadMostIsReadThatCanBe plays a buffer that fills at more than what can
// be read, a packet that is left out costing a twentieth of one that is read: what
// is read must come near to what could be, the buffer must not overflow once it is
// known how much that is, and the share must not swing.
func TestUnderLoadMostIsReadThatCanBe(t *testing.T) {
	const capacity, cheap, step = 100_000.0, 0.05, 5 * time.Millisecond
	for _, load := range []float64{0.9, 1.05, 1.3, 1.7, 3, 6, 10} {
		for _, seconds := range []float64{0.25, 2.5} { // of the capacity that the buffer holds
			now, queue, dropped, lost := int64(1e18), 0.0, false, 0.0
			room := seconds * capacity
			s := newSampler(&Config{Now: func() int64 { return now }, Pressure: func() float64 {
				if dropped {
					dropped = false
					return 1
				}
				return queue / room
			}}, func(event.Kind, event.NoteRecord) bool { return true })
			read, falls := 0.0, 0
			for at := time.Duration(0); at < 2*time.Minute; at += step {
				now += int64(step)
				queue += load * capacity * step.Seconds()
				settled := at > 10*time.Second
				if queue > room {
					if settled {
						lost += queue - room
					}
					queue, dropped = room, true
				}
				gone := min(queue, capacity*step.Seconds()/(s.share+(1-s.share)*cheap))
				queue -= gone
				if settled {
					read += gone * s.share
				}
				was := s.share
				if s.step(); s.share < was && settled {
					falls++
				}
			}
			could := capacity // for each second
			if load < 1 {
				could *= load
			} else {
				could *= (1 - load*cheap) / (1 - cheap)
			}
			part, drops := read/(could*110), lost/(load*capacity*110)
			t.Logf("load %v, buffer of %v s: read %.0f %% of what can be, dropped %.2f %%, %d falls", load, seconds, 100*part, 100*drops, falls)
			if part < 0.75 || drops > 0.002 || falls > 12 {
				t.Error("that is too little, too much, or too often")
			}
		}
	}
}

// TestWhatTellsNothingGoesFirst: no connection is left out where passing by is
// enough, whatever share of the load tells nothing.
func TestWhatTellsNothingGoesFirst(t *testing.T) {
	const capacity, cheap, step = 100_000.0, 0.1, 5 * time.Millisecond
	for _, opaque := range []float64{0.2, 0.5, 0.9} {
		for _, enough := range []float64{0.8, 1.3} { // of the capacity that is needed then
			now, queue := int64(1e18), 0.0
			load := enough / (1 - opaque*(1-cheap)) * capacity
			s := newSampler(&Config{Now: func() int64 { return now }, Pressure: func() float64 { return queue / capacity }}, func(event.Kind, event.NoteRecord) bool { return true })
			for range int(2 * time.Minute / step) {
				now += int64(step)
				cost := 1.0
				if s.bypass {
					cost -= opaque * (1 - cheap)
				}
				cost = s.share*cost + (1-s.share)*cheap
				queue = max(0, min(capacity, queue+(load-capacity/cost)*step.Seconds()))
				if s.step(); s.share < 1 && !s.bypass {
					t.Fatalf("%v of the load tells nothing, and connections are left out in its stead", opaque)
				}
			}
			if left := s.lowered != 0; left != (enough > 1) || !s.bypass && load > capacity && left {
				t.Errorf("%v of the load tells nothing, %v of the capacity is needed without it: connections left out: %v", opaque, enough, left)
			}
		}
	}
}

// TestStepsInTheirOrder: however the buffer fills and empties, connections are left
// out only while packets that tell nothing are passed by; and, unless that is urgent,
// only once the passing by had time to help.
func TestStepsInTheirOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 48))
	for range 200 {
		now, full := int64(1e18), 0.0
		s := newSampler(&Config{Now: func() int64 { return now }, Pressure: func() float64 { return full }}, func(event.Kind, event.NoteRecord) bool { return true })
		for range 500 {
			now += int64(lookAfter) * int64(1+r.IntN(30))
			if full += r.NormFloat64() / 4; r.IntN(20) == 0 {
				full = 0
			}
			full = max(0, min(1, full))
			share, bypass := s.share, s.bypass
			s.step()
			switch {
			case s.share < s.most && !s.bypass:
				t.Fatal("connections are left out while all packets are read")
			case s.share < share && full <= urgent && !bypass:
				t.Fatal("connections are left out before packets that tell nothing")
			case s.share < share && full <= pressed:
				t.Fatalf("connections are left out at %v", full)
			}
		}
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
