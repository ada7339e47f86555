package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/sinks/redact"
)

// backtest are the flags of rules backtest.
type backtest struct {
	since, format string
	pcap          []string
	rules         []string
	perDay        int
	samples       int
}

func newRulesBacktest(a *app) *cobra.Command {
	var opt backtest
	c := &cobra.Command{
		Use:   "backtest RULE",
		Short: "Say how often a rule would have fired on stored calls or on captures, and on whom",
		Long: `Backtest judges the stored calls of the last days by one rule and prints how many
alerts it would have raised, on whom, and the first of them. It reads the embedded store,
or ClickHouse if store.url names it. A store does not hold all that was on the wire: a
rule that reads more is refused, with the list of what is missing, and can be tried on
captures with --pcap.
RULE is the id of a rule in effect, or a file that holds one rule. If a rule with the
same id is in effect, the two are compared.
--alerts-per-day proposes the least threshold with which there are no more.`,
		Example: `  spaniel rules backtest client-hammers-endpoint --since 7d
  spaniel rules backtest my-rules/export-flood.yaml --since 30d --alerts-per-day 3
  spaniel rules backtest sqli-in-input --pcap monday.pcap --pcap tuesday.pcap`,
		Args:              exactArgs(1, "the id of a rule, or a file with one"),
		ValidArgsFunction: a.completeRules,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.backtest(cmd.Context(), args[0], &opt) },
	}
	f := c.Flags()
	f.StringVar(&opt.since, "since", "7d", "calls from this `TIME` on: so long ago (12h, 7d), or a date (2026-11-20)")
	f.StringArrayVar(&opt.pcap, "pcap", nil, "judge the calls in this capture `FILE` instead; several are read as one")
	f.StringVarP(&opt.format, "output", "o", "table", "output: table or json")
	f.StringArrayVar(&opt.rules, "rules", nil, "rules of this file or directory as well; may be repeated")
	f.IntVar(&opt.perDay, "alerts-per-day", 0, "propose a threshold with which there are at most `N` alerts a day")
	f.IntVar(&opt.samples, "samples", 5, "show the first `N` alerts")
	return c
}

// A backtested is what came out for one version of the rule.
type backtested struct {
	Rule    string  `json:"rule"`
	File    string  `json:"file"`
	Calls   uint64  `json:"calls"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Days    float64 `json:"days"`
	Matched uint64  `json:"matched_calls"`
	// Excepted calls were kept from the rule by exceptions.
	Excepted  uint64            `json:"excepted_calls,omitempty"`
	Alerts    int               `json:"alerts"`
	PerDay    float64           `json:"alerts_per_day"`
	Severity  map[string]int    `json:"by_severity"`
	Clients   []count           `json:"clients"`
	Users     []count           `json:"users"`
	Endpoints []count           `json:"endpoints"`
	Samples   []*event.Alert    `json:"samples"`
	Threshold *detect.Threshold `json:"threshold,omitempty"`
	Note      string            `json:"note,omitempty"`
	// Current is the version in effect, where the rule is another.
	Current *compared `json:"current,omitempty"`
}

// compared is how the version in effect differs.
type compared struct {
	Alerts  int            `json:"alerts"`
	Both    int            `json:"both"`
	OnlyNew []*event.Alert `json:"only_new"`
	OnlyOld []*event.Alert `json:"only_current"`
}

func (a *app) backtest(ctx context.Context, rule string, opt *backtest) error {
	if err := oneWord("--output", opt.format, []string{"table", "json"}); err != nil {
		return err
	}
	if opt.samples < 0 || opt.perDay < 0 {
		return usage("--samples and --alerts-per-day may not be negative", "")
	}
	since, err := sinceTime(opt.since, time.Now())
	if err != nil {
		return err
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	limitMemory(cfg)
	set, current, r, err := a.versions(cfg, rule, opt.rules)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	tests, err := a.backtests(ctx, cfg, set, current, r, since, opt)
	if err != nil {
		return err
	}
	out, err := summarize(r, tests[0], opt)
	if err != nil {
		return err
	}
	if len(tests) > 1 {
		old := tests[1].Alerts()
		both, onlyNew, onlyOld := detect.Compare(tests[0].Alerts(), old)
		out.Current = &compared{len(old), len(both), onlyNew[:min(len(onlyNew), opt.samples)], onlyOld[:min(len(onlyOld), opt.samples)]}
	}
	if opt.format == "json" {
		return a.json(out)
	}
	return a.printBacktest(out)
}

// sinceTime reads so long ago, or a date.
func sinceTime(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	d, err := config.ParseDuration(s)
	if err != nil || d <= 0 {
		return time.Time{}, usage(fmt.Sprintf("--since %q is neither a span of time nor a date", s), "write 12h, 7d or 2026-11-20")
	}
	return now.Add(-time.Duration(d)), nil
}

// versions finds the rule, and the set in effect if it has another version of
// it; else current is nil.
func (a *app) versions(cfg *config.Config, name string, more []string) (set, current *detect.Set, r *detect.Rule, err error) {
	paths, _ := splitIDs([]string{name})
	if len(paths) == 0 {
		set, r, err = a.oneRule(cfg, name, more)
		return set, nil, r, err
	}
	own, err := a.rulesOf(paths)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, o := range own.Rules() {
		if o.Beside {
			continue
		}
		if r != nil {
			return nil, nil, nil, usage(name+" holds several rules", "name a file that holds one")
		}
		r = o
	}
	if r == nil {
		return nil, nil, nil, usage(name+" holds no rule", "")
	}
	effect, err := loadRules(cfg, nil)
	if err == nil && effect.Rule(r.ID) != nil {
		current = effect
	}
	return own, current, r, err
}

// backtests judges by the rule, and by its version in effect if there is one.
func (a *app) backtests(ctx context.Context, cfg *config.Config, set, current *detect.Set, r *detect.Rule, since time.Time, opt *backtest) ([]*detect.Backtest, error) {
	sets := []*detect.Set{set}
	if current != nil {
		sets = append(sets, current)
	}
	if len(opt.pcap) > 0 {
		return a.backtestCaptures(ctx, cfg, sets, r.ID, opt.pcap)
	}
	var tests []*detect.Backtest
	for i, s := range sets {
		if missing := s.Unstored(r.ID); len(missing) > 0 {
			if i > 0 {
				a.hint("note: the version in effect cannot be tried on a store, as it reads %s", missing[0].Name)
				continue
			}
			return nil, unstored(r.ID, missing)
		}
		// What a store gives is redacted already.
		tests = append(tests, detect.NewBacktest(s, r.ID, &detect.Config{Sensor: event.AlertSensor{Name: "backtest", Version: version}, Limits: detectLimits(cfg), Learned: learnedLimits(cfg)}))
	}
	return tests, a.eachStored(ctx, cfg, since, func(rec *event.Record) error {
		c := callOf(rec)
		for _, t := range tests {
			t.Judge(c)
			if err := t.Turn(c.ID, c.Order.Clock); err != nil {
				return tooMuch(err)
			}
		}
		return nil
	})
}

func tooMuch(err error) error {
	if errors.Is(err, detect.ErrTooMuch) {
		return &problem{code: exitInput, what: err.Error(), fix: "look at less: --since 1d", cause: err}
	}
	return err
}

// unstored refuses a rule that reads what no store holds.
func unstored(rule string, missing []detect.Unstored) error {
	var lines []string
	for _, m := range missing {
		lines = append(lines, m.Name+": "+m.Why)
	}
	return &problem{code: exitInput, what: "rule " + rule + " reads what a store does not hold", why: strings.Join(lines, "\n"),
		fix: "try it on captures: --pcap FILE"}
}

// backtestCaptures judges the calls of captures, read as one.
func (a *app) backtestCaptures(ctx context.Context, cfg *config.Config, sets []*detect.Set, rule string, files []string) ([]*detect.Backtest, error) {
	for _, f := range files {
		if f == capture.Stdin {
			return nil, usage("backtest reads files, not standard input", "write it to a file first")
		}
	}
	none, err := detect.Load(nil, detect.LoadOptions{Meanings: meanings(cfg)})
	if err != nil {
		return nil, err
	}
	sc := a.toolSensor(cfg, none)
	judging, err := sc.Judging(redact.New(a.key(cfg), redactOption(cfg)))
	if err != nil {
		return nil, err
	}
	var tests []*detect.Backtest
	for _, s := range sets {
		tests = append(tests, detect.NewBacktest(s, rule, judging))
	}
	sc.Where = func(c *event.Call) bool {
		for _, t := range tests {
			t.Judge(c)
		}
		return true
	}
	var failed error
	err = a.replayAll(ctx, files, sc, func(it *event.Item) {
		if it.Kind != event.KindCall || failed != nil {
			return
		}
		for _, t := range tests {
			if terr := t.Turn(it.Call.ID, it.Order.Clock); terr != nil {
				failed = tooMuch(terr)
			}
		}
	})
	return tests, errors.Join(err, failed)
}
