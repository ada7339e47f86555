package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	lint := &cobra.Command{
		Use: "lint [PATH…]", Short: "Check rules without running them; exit code 4 if something is found",
		Example: "  spaniel rules lint my-rules/sqli.yaml",
		RunE:    func(_ *cobra.Command, args []string) error { return a.rulesLint(args) },
	}
	var verbose bool
	test := &cobra.Command{
		Use: "test [PATH…|ID…]", Short: "Run the tests inside rules through the whole path; exit code 4 if one fails",
		Example: "  spaniel rules test\n  spaniel rules test my-rules/ -v\n  spaniel rules test sqli-in-input",
		RunE:    func(_ *cobra.Command, args []string) error { return a.rulesTest(args, verbose) },
	}
	test.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the tests that pass, too")
	return group("rules", "List, check and test rules", "  spaniel rules list\n  spaniel rules lint my-rules/\n  spaniel rules test my-rules/", list, lint, test, newRulesNew(a), newRulesExplain(a))
}

func (a *app) rulesList(paths []string, format string) error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	set, err := loadRules(cfg, paths)
	if err != nil {
		return err
	}
	if err := checkFormat(format); err != nil {
		return err
	}
	res, err := render.NewResult(a.screen(a.out), format, []string{"id", "severity", "category", "judges", "tests", "title"})
	if err != nil {
		return err
	}
	for _, r := range set.Rules() {
		judges := "calls"
		if r.Windowed() {
			judges = "windows of " + config.Duration(r.Over).String()
		}
		if err := res.Row([]any{r.ID, r.Severity.String(), r.Category, judges, int64(len(r.Tests)), r.Title}); err != nil {
			return err
		}
	}
	return res.Close()
}

// rulesOf loads the rules of the paths, and beside them only those shipped ones
// whose alerts they count; or without any path those in effect.
// A finding is printed and becomes the exit code.
func (a *app) rulesOf(paths []string) (*detect.Set, error) {
	cfg, _, err := a.config()
	if err != nil {
		return nil, err
	}
	var set *detect.Set
	if len(paths) > 0 {
		var src []detect.Source
		if src, err = ruleSources(paths); err != nil {
			return nil, err
		}
		set, err = detect.Load(src, detect.LoadOptions{Beside: []detect.Source{{Name: "builtin", FS: rules.FS}}, Lists: listFiles(cfg)})
	} else {
		set, err = loadRules(cfg, nil)
	}
	var load *detect.LoadError
	if !errors.As(err, &load) {
		return set, err
	}
	for _, p := range load.Problems {
		for line := range strings.SplitSeq(p.String(), "\n") {
			if _, err := fmt.Fprintln(a.out, render.Safe(line)); err != nil {
				return nil, err
			}
		}
	}
	a.hint("%s", counted(uint64(len(load.Problems)), "finding"))
	return nil, exitCode(exitFindings)
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

func (a *app) rulesLint(paths []string) error {
	set, err := a.rulesOf(paths)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s, nothing found\n", counted(uint64(ownRules(set)), "rule"))
	return err
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
