package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"spaniel/bench/accuracy/corpus"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// cost is CPU time per call in µs, of one worker, of the whole process.
type cost struct {
	Calls int     `json:"calls"`
	Rules float64 `json:"us_per_call"`
	Bare  float64 `json:"us_per_call_without_rules"`
}

// keepAlive is how many calls a connection carries.
const keepAlive = 20

// measure reads one capture of all cases in turn with all rules and without;
// of each the median counts.
func measure(set *detect.Set, cases []corpus.Case, rounds int) (*cost, error) {
	none, err := shipped(false)
	if err != nil {
		return nil, err
	}
	frames := capture(cases)
	var with, without []time.Duration
	for range rounds {
		for _, run := range []struct {
			set *detect.Set
			out *[]time.Duration
		}{{set, &with}, {none, &without}} {
			took, err := timed(run.set, frames)
			if err != nil {
				return nil, err
			}
			*run.out = append(*run.out, took)
		}
	}
	per := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2].Nanoseconds()) / 1000 / float64(len(cases))
	}
	return &cost{Calls: len(cases), Rules: per(with), Bare: per(without)}, nil
}

func (c *cost) print(out io.Writer) {
	fmt.Fprintf(out, "\nCPU per call, packets to alerts, one worker, %d calls: %.1f µs with all rules, %.1f µs without rules\n", c.Calls, c.Rules, c.Bare)
}

// capture is one line of traffic: connections of many clients, one after the other.
func capture(cases []corpus.Case) []event.Frame {
	b := newBuilder()
	for i := 0; i < len(cases); i += keepAlive {
		c := b.Conn(netip.AddrPortFrom(address(198, i/keepAlive), 40000), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		for j := i; j < min(len(cases), i+keepAlive); j++ {
			exchange(c, &cases[j])
			b.Wait(200 * time.Millisecond)
		}
		c.Fin()
	}
	return b.Frames()
}

// timed is the CPU time of reading frames.
func timed(set *detect.Set, frames []event.Frame) (time.Duration, error) {
	s, err := sensor.New(config(set), func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		return 0, err
	}
	before, err := cpu()
	if err != nil {
		return 0, err
	}
	if err := s.Run(context.Background(), sensor.NewFrames(frames)); err != nil {
		return 0, err
	}
	after, err := cpu()
	return after - before, err
}

func cpu() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("asking for the CPU time used: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
