package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/demo"
	"spaniel/internal/render"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// ruleBench are the flags of rules bench.
type ruleBench struct {
	pcap, format string
	limit        int
}

func newRulesBench(a *app) *cobra.Command {
	var opt ruleBench
	c := &cobra.Command{
		Use:   "bench [PATH…]",
		Short: "Measure what each rule costs on the calls of a capture",
		Long: `Bench tries the rules of PATH, or those in effect, on each call of a capture, one by
one, as if each were the only one, and prints for each what it took, the dearest first:
  ns/call    on a call, the prefilter included, whether it came through that or not
  passed     share of the calls that the prefilter let through
  ns/eval    on a call that came through: the condition, and what follows where it holds
  allocs, bytes   allocated on such a call
  fired      calls on which the condition held
What windows cost is not in it, nor what all rules share, such as taking the call apart.`,
		Example: "  spaniel rules bench\n  spaniel rules bench my-rules/ --pcap traffic.pcap\n  spaniel rules bench -o json | jq '.[:5]'",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.benchRules(cmd.Context(), args, &opt) },
	}
	f := c.Flags()
	f.StringVar(&opt.pcap, "pcap", "", "the capture `FILE` (default: the bundled one)")
	f.StringVarP(&opt.format, "output", "o", "table", "output: table or json")
	f.IntVar(&opt.limit, "calls", 2000, "measure on the first `N` calls")
	return c
}

// ruleCost is a rule's row.
type ruleCost struct {
	Rule    string  `json:"rule"`
	PerCall float64 `json:"ns_per_call"`
	Passed  float64 `json:"passed"`
	PerEval float64 `json:"ns_per_eval"`
	Allocs  float64 `json:"allocs_per_eval"`
	Bytes   float64 `json:"bytes_per_eval"`
	Fired   uint64  `json:"fired"`
	Calls   uint64  `json:"calls"`
}

func (a *app) benchRules(ctx context.Context, paths []string, opt *ruleBench) error {
	if err := oneWord("--output", opt.format, []string{"table", "json"}); err != nil {
		return err
	}
	if opt.limit < 1 {
		return usage(fmt.Sprintf("--calls %d: use 1 or more", opt.limit), "")
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	set, err := a.rulesOf(paths)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	prices, err := a.prices(ctx, cfg, set, opt)
	if err != nil {
		return err
	}
	rows := costRows(prices)
	if opt.format == "json" {
		return a.json(rows)
	}
	return a.printCosts(rows)
}

// prices measures each rule on the calls of the capture.
func (a *app) prices(ctx context.Context, cfg *config.Config, set *detect.Set, opt *ruleBench) ([]detect.Price, error) {
	none, err := detect.Load(nil, detect.LoadOptions{Meanings: meanings(cfg)})
	if err != nil {
		return nil, err
	}
	sc := a.toolSensor(cfg, none)
	judging, err := sc.Judging(redact.New(a.key(cfg), redactOption(cfg)))
	if err != nil {
		return nil, err
	}
	start := time.Now()
	p := detect.NewPricer(set, judging, func() int64 { return int64(time.Since(start)) }, heapCounts)
	n := 0
	sc.Where = func(c *event.Call) bool {
		if n++; n <= opt.limit {
			p.Call(c)
		}
		return false
	}
	if opt.pcap == "" {
		err = a.replayDemo(ctx, sc)
	} else {
		err = a.replay(ctx, cfg, opt.pcap, sc, func(*event.Item) {})
	}
	if err == nil && n == 0 {
		err = usage("there is no call in "+opt.pcap, "choose another capture")
	}
	if n > opt.limit {
		a.hint("note: measured on the first %s of %s; --calls takes more", grouped(uint64(opt.limit)), counted(uint64(n), "call"))
	}
	return p.Prices(), err
}

// heapCounts are how often and how much the process has allocated.
func heapCounts() (allocs, bytes uint64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs, m.TotalAlloc
}

// replayDemo reads the bundled capture through a sensor.
func (a *app) replayDemo(ctx context.Context, sc sensor.Config) error {
	s, err := sensor.New(sc, func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		return err
	}
	frames, err := demoFrames()
	if err != nil {
		return err
	}
	return s.Run(ctx, sensor.NewFrames(frames))
}

// demoFrames are the frames of the bundled capture.
func demoFrames() (out []event.Frame, err error) {
	f, err := capture.NewFile("shop.pcap", bytes.NewReader(demo.Capture()))
	if err != nil {
		return nil, err
	}
	for {
		var fr event.Frame
		if err := f.Next(&fr); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return out, errors.Join(err, f.Close())
		}
		fr.Data = slices.Clone(fr.Data)
		out = append(out, fr)
	}
}

func costRows(prices []detect.Price) []ruleCost {
	rows := []ruleCost{}
	for _, p := range prices {
		calls, evals := float64(max(p.Calls, 1)), float64(max(p.Passed, 1))
		rows = append(rows, ruleCost{Rule: p.Rule, PerCall: round((p.FilterNanos + p.EvalNanos) / calls), Passed: float64(p.Passed) / calls,
			PerEval: round(p.EvalNanos / evals), Allocs: round(float64(p.Allocs) / evals), Bytes: round(float64(p.Bytes) / evals), Fired: p.Fired, Calls: p.Calls})
	}
	slices.SortStableFunc(rows, func(x, y ruleCost) int { return cmp.Or(cmp.Compare(y.PerCall, x.PerCall), cmp.Compare(x.Rule, y.Rule)) })
	return rows
}

// round keeps one decimal.
func round(f float64) float64 { return float64(int64(f*10+0.5)) / 10 }

func (a *app) printCosts(rows []ruleCost) error {
	t := render.NewTable(a.screen(a.out), "NS/CALL", "PASSED", "NS/EVAL", "ALLOCS", "BYTES", "FIRED", "RULE")
	total := 0.0
	for _, r := range rows {
		total += r.PerCall
		t.Row(fmt.Sprintf("%.1f", r.PerCall), fmt.Sprintf("%.1f%%", 100*r.Passed), fmt.Sprintf("%.0f", r.PerEval), fmt.Sprintf("%.1f", r.Allocs), fmt.Sprintf("%.0f", r.Bytes),
			grouped(r.Fired), r.Rule)
	}
	if err := t.Close(); err != nil {
		return err
	}
	var calls uint64
	if len(rows) > 0 {
		calls = rows[0].Calls
	}
	_, err := fmt.Fprintf(a.out, "%s on %s: %.0f ns a call in all, if each were judged by itself\n", counted(uint64(len(rows)), "rule"), counted(calls, "call"), total)
	return err
}
