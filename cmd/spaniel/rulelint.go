package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/demo"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

func newRulesLint(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "lint [PATH…]", Short: "Check rules without their tests; exit code 4 if something is found",
		Long: `Lint checks the rules of PATH, or those in effect. What makes a rule unusable comes
first: unknown names, wrong types, doubled ids. If there is nothing of the kind:
  unused     a variable, word or condition without effect
  shadowed   another rule has the same condition, or fires wherever this one does
  broad      it fires on ordinary traffic: that of the bundled capture's customers
  tests      a test that fires, or one that is silent, is missing
  slow       its condition looks at much text on an ordinary call
  reference  a reference, category, flag or word that there is not`,
		Example: "  spaniel rules lint my-rules/sqli.yaml\n  spaniel rules lint my-rules/ -o json",
		RunE:    func(_ *cobra.Command, args []string) error { return a.rulesLint(args, format) },
	}
	c.Flags().StringVarP(&format, "output", "o", "text", "output: text or json")
	return c
}

func (a *app) rulesLint(paths []string, format string) error {
	if err := oneWord("--output", format, []string{"text", "json"}); err != nil {
		return err
	}
	src, opt, err := a.ruleChoice(paths)
	if err != nil {
		return err
	}
	shipped, err := detect.Load([]detect.Source{builtinRules()}, detect.LoadOptions{})
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		shipped = nil // they are among those that are looked at
	}
	set, findings, err := detect.Lint(src, opt, shipped)
	if err != nil {
		return a.faultsFound(err)
	}
	findings = slices.DeleteFunc(findings, func(f detect.Finding) bool { return strings.HasSuffix(f.File, ".list") && !looksAtAll(paths, f.File) })
	broad, err := ordinaryAlerts(set)
	if err != nil {
		return err
	}
	findings = append(findings, broad...)
	slices.SortStableFunc(findings, func(x, y detect.Finding) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Col, y.Col))
	})
	if format == "json" {
		if err := a.json(findingRows(findings)); err != nil {
			return err
		}
	} else if err := a.printFindings(set, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

// looksAtAll reports whether all rules were looked at that could use the list:
// those in effect, or all of its directory.
func looksAtAll(paths []string, list string) bool {
	for _, p := range paths {
		st, err := os.Stat(p)
		if rel, rerr := filepath.Rel(p, list); err == nil && st.IsDir() && rerr == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return len(paths) == 0
}

func (a *app) printFindings(set *detect.Set, findings []detect.Finding) error {
	if len(findings) == 0 {
		_, err := fmt.Fprintf(a.out, "%s, nothing found\n", counted(uint64(ownRules(set)), "rule"))
		return err
	}
	for _, f := range findings {
		p := f.Problem
		p.Message = f.Kind + ": " + f.Rule + ": " + p.Message
		if err := a.printFault(p); err != nil {
			return err
		}
	}
	a.hint("%s", counted(uint64(len(findings)), "finding"))
	return nil
}

// findingRow is a finding for programs.
type findingRow struct {
	Kind    string `json:"kind"`
	Rule    string `json:"rule"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

func findingRows(list []detect.Finding) []findingRow {
	out := []findingRow{}
	for _, f := range list {
		out = append(out, findingRow{f.Kind, f.Rule, f.File, f.Line, f.Col, f.Message, f.Remedy})
	}
	return out
}

// ordinaryAlerts runs the rules over the customers of the bundled capture: who
// raises an alert there is too broad.
func ordinaryAlerts(set *detect.Set) ([]detect.Finding, error) {
	type seen struct {
		ids   map[event.ID]bool
		first *event.Alert
	}
	byRule := map[string]*seen{}
	cfg := sensor.Config{Version: version, Rules: set, Decode: decodeConfig(config.Default()), Redactor: redact.New(make([]byte, 32), redact.Option{})}
	alerts, err := sensor.Replay(cfg, demo.Ordinary())
	if err != nil {
		return nil, fmt.Errorf("running the rules over ordinary traffic: %w", err)
	}
	for _, al := range alerts {
		if isFinding(al) && al.Severity < event.Medium {
			continue // it is about the server, which ordinary traffic shows as well
		}
		s := byRule[al.Rule.ID]
		if s == nil {
			s = &seen{map[event.ID]bool{}, al}
			byRule[al.Rule.ID] = s
		}
		s.ids[al.ID] = true
	}
	var out []detect.Finding
	for _, r := range set.Rules() {
		s := byRule[r.ID]
		if s == nil || r.Beside {
			continue
		}
		out = append(out, detect.Finding{Kind: detect.FindingBroad, Rule: r.ID, Problem: detect.Problem{File: r.File, Line: r.Line, Col: 1,
			Message: fmt.Sprintf("it raises %s on ordinary traffic, such as %s %s", counted(uint64(len(s.ids)), "alert"), s.first.Req.Method, s.first.Req.Target),
			Remedy:  fmt.Sprintf("narrow its condition; spaniel rules explain %s --pcap FILE --call %s shows why it fires, spaniel demo --export FILE writes the capture", r.ID, s.first.Calls[0].String()[:8])}})
	}
	return out, nil
}
