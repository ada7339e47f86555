package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

func newRead(a *app) *cobra.Command {
	var opt readOptions
	c := &cobra.Command{
		Use:   "read FILE|DIR|- …",
		Short: "Read captures: the API calls in them, and what is wrong with those",
		Long: `Read rebuilds the API calls in capture files (pcap, pcapng; gzip or zstd), judges
them and prints a report: alerts and endpoints. A directory stands for all captures
below it, - for standard input. Each file is a capture of its own unless --join.`,
		Example: `  spaniel read shop.pcap
  spaniel read shop.pcap -o ndjson --only call,alert | jq .
  spaniel read captures/ --alerts-only --fail-on high
  spaniel read shop.pcap --where 'resp.status >= 500' --only call
  tcpdump -w - -i eth1 port 80 | spaniel read -
  spaniel read shop.pcap --save && spaniel query "SELECT * FROM alerts"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("read needs a capture file, a directory, or - for standard input", "spaniel read capture.pcap   or: spaniel demo")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.read(cmd.Context(), args, &opt) },
	}
	opt.flags(c)
	return c
}

func (a *app) read(ctx context.Context, paths []string, opt *readOptions) error {
	if err := opt.check(); err != nil {
		return err
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	limitMemory(cfg) // reading rules makes garbage
	set, err := opt.ruleSet(cfg)
	if err != nil {
		return err
	}
	if err := opt.choose(set); err != nil {
		return err
	}
	files, err := capture.List(paths)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	r, err := a.newReading(ctx, cfg, set, opt)
	if err != nil {
		return err
	}
	return r.all(files)
}

// ruleSet loads the rules to judge by; with --no-rules a set without any.
func (o *readOptions) ruleSet(cfg *config.Config) (*detect.Set, error) {
	if o.noRules {
		around, err := aroundRules(cfg)
		if err != nil {
			return nil, err
		}
		return detect.Load(nil, around)
	}
	return loadRules(cfg, o.rules)
}

// choose reads --where, which may ask what the rules may.
func (o *readOptions) choose(set *detect.Set) (err error) {
	if o.where != "" {
		o.chooser, err = detect.CompileWhere(o.where, set)
	}
	return err
}

// newReading makes what lasts over all files of one read.
func (a *app) newReading(ctx context.Context, cfg *config.Config, set *detect.Set, opt *readOptions) (*reading, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &reading{a: a, ctx: ctx, cancel: cancel, opt: opt, sum: newSummary(set.Hash())}
	r.cfg = sensor.Config{Name: "file", Zone: cfg.Sensor.Zone, Version: version, Workers: opt.workers, Rules: set, Backlog: backlog(cfg), Portion: portion(cfg), EpochBytes: epochBytes(cfg),
		Decode: decodeConfig(cfg), Limits: detectLimits(cfg), Learned: learnedLimits(cfg), Redactor: redact.New(a.key(cfg), redactOption(cfg))}
	if r.cfg.Workers == 0 {
		r.cfg.Workers = cfg.Limits.Workers
	}
	if r.cfg.Workers == 0 {
		r.cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.chooser != nil {
		r.cfg.Where = r.where
	}
	if opt.explain {
		r.why = newExplainer()
		r.cfg.Seen = r.why.frame
	}
	if opt.flowList {
		r.flows = newFlowList()
	}
	r.out = newOutput(a, opt, r.sum)
	if opt.save {
		path, _ := a.storeFile(cfg)
		s, err := openSaver(path, storeConfig(cfg, false))
		if err != nil {
			cancel()
			return nil, err
		}
		r.save = s
	}
	return r, nil
}

// finish ends the outputs, and turns what went wrong into the exit code.
func (r *reading) finish(runErr error) error {
	r.cancel()
	err := r.failure() // an output that failed once is not asked to go on
	if err == nil {
		err = r.out.finish(r.sum)
	}
	if r.save != nil {
		err = errors.Join(err, r.save.close())
	}
	if r.opt.verbose {
		printLedger(r.a.err, &r.sum.ledger)
	}
	if r.why != nil {
		r.why.print(r.a.err)
	}
	if r.flows != nil {
		r.flows.print(r.a.err)
	}
	if err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	if err := r.sum.ledger.Check(); err != nil {
		return fmt.Errorf("the counts do not add up, please report this with the capture: %w", err)
	}
	if runErr != nil {
		return runErr
	}
	if r.opt.severity != 0 && r.sum.worst >= r.opt.severity {
		return exitCode(exitFailOn)
	}
	if r.badWhere != nil {
		r.a.hint("note: --where could not be computed for some calls: %v", r.badWhere)
	}
	return nil
}

// where chooses a call; an expression that cannot be computed chooses none.
// Workers call it at the same time.
func (r *reading) where(c *event.Call) bool {
	yes, err := r.opt.chooser.Match(c)
	if err != nil {
		r.mu.Lock()
		r.badWhere = err
		r.mu.Unlock()
	}
	return yes
}
