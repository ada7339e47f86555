package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"spaniel/bench/traffic"
)

// A result is what came of one capture.
type result struct {
	kind kind
	sum  traffic.Truth
	list []*contender
	odd  int // readings that did not find the truth
}

// measure makes a capture, lets the contenders read it in turn, and compares
// what they find.
func measure(opt *options, k kind, baseline string) (_ *result, err error) {
	file, truth, sum, err := k.make(opt.dir)
	if err != nil {
		return nil, err
	}
	if !opt.keep {
		defer func() { err = errors.Join(err, os.Remove(file), os.Remove(truth)) }()
	}
	r := &result{kind: k, sum: sum, list: contenders(opt.spaniel, baseline, file, opt.rules)}
	for range opt.rounds {
		for _, c := range r.list {
			out, err := c.run()
			if err != nil {
				return nil, err
			}
			if !c.check {
				c.found = out
			}
		}
	}
	for _, c := range r.list {
		if !c.check {
			continue
		}
		exact, err := c.verify(truth)
		if err != nil {
			return nil, err
		}
		if !exact {
			r.odd++
		}
	}
	return r, nil
}

// print writes the table of a capture and returns how many readings were odd.
func (r *result) print(out io.Writer) int {
	fmt.Fprintf(out, "\n(%s) %s: %d packets, %.0f MB, %d calls on %d connections, %d attacks; some segments swapped and resent, none lost\n",
		r.kind.name, r.kind.what, r.sum.Packets, float64(r.sum.Bytes)/1e6, r.sum.Calls, r.sum.Conns, r.sum.Attacks)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "contender\tCPU s\tof baseline\twall s\tkpkt/s\tcalls/s\tpeak RSS MB\tpeak heap MB\tfound")
	for _, c := range r.list {
		cpu := median(c.runs, func(i int) float64 { return c.runs[i].cpu.Seconds() })
		wall := median(c.runs, func(i int) float64 { return c.runs[i].wall.Seconds() })
		rss := median(c.runs, func(i int) float64 { return float64(c.runs[i].rss) })
		heap := "-"
		if c.check {
			heap = fmt.Sprint(c.heap)
		}
		fmt.Fprintf(w, "%s\t%.2f\t%.3f\t%.2f\t%.0f\t%.0f\t%.0f\t%s\t%s\n", c.name, cpu, r.ratio(c, r.list[0], cpuOf), wall,
			float64(r.sum.Packets)/wall/1000, float64(r.sum.Calls)/wall, rss/(1<<20), heap, c.found)
	}
	w.Flush() // to a buffer or standard output: a failure here has nobody to be told
	for i := 1; i+1 < len(r.list); i += 2 {
		fmt.Fprintf(out, "wall of two workers, to one: %.2f (%s)\n", r.ratio(r.list[i+1], r.list[i], wallOf), r.list[i].name)
	}
	return r.odd
}

// perCall is the CPU of a call without rules.
func (r *result) perCall() float64 {
	c := r.list[1]
	return median(c.runs, func(i int) float64 { return c.runs[i].cpu.Seconds() }) / float64(r.sum.Calls)
}

func cpuOf(m measured) float64  { return m.cpu.Seconds() }
func wallOf(m measured) float64 { return m.wall.Seconds() }

// ratio is the median over the rounds of a to b: both ran within seconds of
// each other, so that a busy neighbour troubles both.
func (r *result) ratio(a, b *contender, of func(measured) float64) float64 {
	return median(a.runs, func(i int) float64 { return of(a.runs[i]) / of(b.runs[i]) })
}

// median returns the middle of what figure says of each run.
func median(runs []measured, figure func(i int) float64) float64 {
	v := make([]float64, len(runs))
	for i := range v {
		v[i] = figure(i)
	}
	slices.Sort(v)
	return v[len(v)/2]
}
