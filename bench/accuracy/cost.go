package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"spaniel/bench/accuracy/corpus"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// cost is CPU time per call in µs: of Spaniel from packets to alerts, one
// worker, the whole process; of the other rule set from the parsed request on.
type cost struct {
	What  string  `json:"what"`
	Calls int     `json:"calls"`
	Rules float64 `json:"us_per_call"`
	Bare  float64 `json:"us_per_call_without_rules"`
	// Peers are the other rule set's, by level.
	Peers map[string]float64 `json:"us_per_call_of_others,omitempty"`
}

// keepAlive is how many calls a connection carries.
const keepAlive = 20

// measure reads one capture of all cases in turn with all rules and without,
// and asks the peers; of each the median counts.
func measure(what string, set *detect.Set, cases []corpus.Case, rounds int, peers []peer) (*cost, error) {
	none, err := shipped(false)
	if err != nil {
		return nil, err
	}
	frames := capture(cases)
	var with, without []time.Duration
	others := make([][]time.Duration, len(peers))
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
		for i := range peers {
			_, took, err := peers[i].judge(cases)
			if err != nil {
				return nil, err
			}
			others[i] = append(others[i], took)
		}
	}
	per := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2].Nanoseconds()) / 1000 / float64(len(cases))
	}
	c := &cost{What: what, Calls: len(cases), Rules: per(with), Bare: per(without), Peers: map[string]float64{}}
	for i := range peers {
		c.Peers[peers[i].name()] = per(others[i])
	}
	return c, nil
}

// printCosts writes a row for each kind of call, with how often more others cost.
func printCosts(out io.Writer, costs []*cost, peers []peer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nCPU µs a call\tcalls\tall rules\tno rules\t")
	for i := range peers {
		fmt.Fprintf(w, "%s\t×\t", peers[i].name())
	}
	fmt.Fprintln(w)
	for _, c := range costs {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t", c.What, c.Calls, c.Rules, c.Bare)
		for i := range peers {
			t := c.Peers[peers[i].name()]
			fmt.Fprintf(w, "%.0f\t%.0f\t", t, t/c.Rules)
		}
		fmt.Fprintln(w)
	}
	w.Flush() // to a buffer or standard output: a failure here has nobody to be told
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
