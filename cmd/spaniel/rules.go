package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"spaniel/detect"
	"spaniel/detect/ruletest"
	"spaniel/internal/config"
	"spaniel/internal/render"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

func newRules(a *app) *cobra.Command {
	var format string
	list := &cobra.Command{
		Use: "list [PATH…]", Short: "List the rules in effect, and those of PATH",
		Example: "  spaniel rules list\n  spaniel rules list my-rules/ -o json",
		RunE:    func(_ *cobra.Command, args []string) error { return a.rulesList(args, format) },
	}
	list.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	var verbose bool
	test := &cobra.Command{
		Use: "test [PATH…|ID…]", Short: "Run the tests inside rules through the whole path; exit code 4 if one fails",
		Example: "  spaniel rules test\n  spaniel rules test my-rules/ -v\n  spaniel rules test sqli-in-input",
		RunE:    func(_ *cobra.Command, args []string) error { return a.rulesTest(args, verbose) },
	}
	test.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the tests that pass, too")
	return group("rules", "List, check and test rules", "  spaniel rules list\n  spaniel rules lint my-rules/\n  spaniel rules test my-rules/", list, newRulesLint(a), test, newRulesNew(a), newRulesExplain(a), newRulesBench(a), newRulesCoverage(a), newRulesBacktest(a), newRulesImport(a))
}

func (a *app) rulesList(paths []string, format string) error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	limitMemory(cfg)
	set, err := loadRules(cfg, paths)
	if err != nil {
		return err
	}
	if err := checkFormat(format); err != nil {
		return err
	}
	columns := []string{"id", "severity", "category", "judges", "tests", "title"}
	programs := format != "table" // what is too long for a screen
	if programs {
		columns = append(columns, "refs", "advice", "false_positives")
	}
	res, err := render.NewResult(a.screen(a.out), format, columns)
	if err != nil {
		return err
	}
	for _, r := range set.Rules() {
		judges := "calls"
		if r.Windowed() {
			judges = "windows of " + config.Duration(r.Over).String()
		}
		row := []any{r.ID, r.Severity.String(), r.Category, judges, int64(len(r.Tests)), r.Title}
		if programs {
			row = append(row, strings.Join(r.Refs, " "), r.Advice, r.FalsePositives)
		}
		if err := res.Row(row); err != nil {
			return err
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	if err := a.specifications(set, format); err != nil {
		return err
	}
	return a.exceptions(set, format)
}

// specifications lists what calls are held against, below the table of rules.
func (a *app) specifications(set *detect.Set, format string) error {
	if format != "table" || len(set.Specs()) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(a.out); err != nil {
		return err
	}
	res, err := render.NewResult(a.screen(a.out), format, []string{"specification", "hosts", "operations", "deprecated", "title"})
	if err != nil {
		return err
	}
	for _, s := range set.Specs() {
		if err := res.Row([]any{s.File, strings.Join(s.Hosts, " "), int64(s.Operations), int64(s.Deprecated), s.Title}); err != nil {
			return err
		}
	}
	return res.Close()
}

// exceptions lists what the rules do not judge, below the table of rules.
func (a *app) exceptions(set *detect.Set, format string) error {
	if format != "table" || len(set.Exceptions()) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(a.out); err != nil {
		return err
	}
	res, err := render.NewResult(a.screen(a.out), format, []string{"exception", "source", "host", "route", "from", "until", "state", "why"})
	if err != nil {
		return err
	}
	for _, x := range set.Exceptions() {
		rule, source, from := x.Rule, "any", ""
		if rule == "" {
			rule = "all rules (authorised test)"
		}
		if x.Source.IsValid() {
			source = x.Source.String()
		}
		if !x.From.IsZero() {
			from = x.From.UTC().Format(time.RFC3339)
		}
		if err := res.Row([]any{rule, source, x.Host, x.Route, from, x.Until.UTC().Format(time.RFC3339), x.State(time.Now()), x.Why}); err != nil {
			return err
		}
	}
	return res.Close()
}

// rulesOf loads the rules of the paths, and beside them only those shipped ones
// whose alerts they count; or without any path those in effect.
// What is wrong is printed and becomes the exit code.
func (a *app) rulesOf(paths []string) (*detect.Set, error) {
	src, opt, err := a.ruleChoice(paths)
	if err != nil {
		return nil, err
	}
	set, err := detect.Load(src, opt)
	return set, a.faultsFound(err)
}

// ruleChoice is where the rules of the paths are, or without any path those in
// effect.
func (a *app) ruleChoice(paths []string) ([]detect.Source, detect.LoadOptions, error) {
	cfg, _, err := a.config()
	if err != nil {
		return nil, detect.LoadOptions{}, err
	}
	opt, err := aroundRules(cfg)
	if err != nil {
		return nil, opt, err
	}
	if len(paths) > 0 {
		opt.Beside = []detect.Source{builtinRules()}
		src, err := ruleSources(paths)
		return src, opt, err
	}
	opt.Disable, opt.Packs = cfg.Rules.Disable, cfg.Rules.Packs
	own, err := ruleSources(cfg.Rules.Paths)
	return append([]detect.Source{builtinRules()}, own...), opt, err
}

func builtinRules() detect.Source { return detect.Source{Name: "builtin", FS: rules.FS} }

// faultsFound prints what makes rules unusable; that is findings, too.
func (a *app) faultsFound(err error) error {
	var load *detect.LoadError
	if !errors.As(err, &load) {
		return err
	}
	for _, p := range load.Problems {
		if err := a.printFault(p); err != nil {
			return err
		}
	}
	a.hint("%s", counted(uint64(len(load.Problems)), "finding"))
	return exitCode(exitFindings)
}

// printFault prints a problem with its place and the line it stands in.
func (a *app) printFault(p detect.Problem) error {
	for line := range strings.SplitSeq(p.String(), "\n") {
		if _, err := fmt.Fprintln(a.out, render.Safe(line)); err != nil {
			return err
		}
	}
	return nil
}

// ownRules is how many rules there are but for those that are only beside them.
func ownRules(set *detect.Set) (n int) {
	for _, r := range set.Rules() {
		if !r.Beside {
			n++
		}
	}
	return n
}

func (a *app) rulesTest(args []string, verbose bool) error {
	paths, ids := splitIDs(args)
	set, err := a.rulesOf(paths)
	if err != nil {
		return err
	}
	if err := knownRules(set, ids); err != nil {
		return err
	}
	cfg := sensor.Config{Version: version, Rules: set, Decode: decodeConfig(config.Default()), Redactor: redact.New(make([]byte, 32), redact.Option{})}
	results := ruletest.Run(set, sensor.Replayer(cfg))
	tested := ownRules(set)
	if len(ids) > 0 {
		tested = len(ids)
		results = slices.DeleteFunc(results, func(r ruletest.Result) bool { return !slices.Contains(ids, r.Rule) })
	}
	failed := 0
	for _, r := range results {
		if !r.OK {
			failed++
		}
		if err := a.testLine(r, verbose); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(a.out, "%s, %s, %d failed\n", counted(uint64(tested), "rule"), counted(uint64(len(results)), "test"), failed); err != nil {
		return err
	}
	if failed > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func (a *app) testLine(r ruletest.Result, verbose bool) error {
	if r.OK && !verbose {
		return nil
	}
	verdict := "ok  "
	if !r.OK {
		verdict = "FAIL"
	}
	_, err := fmt.Fprintln(a.out, render.Safe(strings.TrimRight(fmt.Sprintf("%s %s:%d: %s, test %d (%s)  %s", verdict, r.File, r.Line, r.Rule, r.Test, r.Kind, r.Detail), " ")))
	return err
}
