package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/detect"
	"spaniel/detect/taxonomy"
	"spaniel/internal/render"
)

func newRulesCoverage(a *app) *cobra.Command {
	var format string
	var only []string
	c := &cobra.Command{
		Use:   "coverage [PATH…]",
		Short: "Show which rules cover what of OWASP, ATT&CK and CWE, and what none does",
		Long: `Coverage lists the items of public lists with the rules, in effect or of PATH, that
name them in refs: OWASP API Security Top 10 2023 (owasp-api), OWASP Automated Threats
(oat), MITRE ATT&CK (attack), CWE (cwe), OWASP Top 10 2021 (owasp). Of ATT&CK and CWE
only what HTTP traffic can show is counted as missing. That a rule names an item says
that it finds some of it, not all.`,
		Example: "  spaniel rules coverage\n  spaniel rules coverage --only oat,owasp-api -o md\n  spaniel rules coverage my-rules/ -o json",
		RunE:    func(_ *cobra.Command, args []string) error { return a.coverRules(args, only, format) },
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json or md")
	c.Flags().StringSliceVar(&only, "only", nil, "these lists: owasp-api, oat, attack, cwe, owasp, cve; several with commas")
	_ = c.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(taxonomy.Keys(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return c
}

func (a *app) coverRules(paths, only []string, format string) error {
	if err := oneWord("--output", format, []string{"table", "json", "md"}); err != nil {
		return err
	}
	for _, word := range only {
		if err := oneWord("--only", word, taxonomy.Keys()); err != nil {
			return err
		}
	}
	set, err := a.rulesOf(paths)
	if err != nil {
		return err
	}
	lists := set.Coverage()
	if len(only) > 0 {
		lists = slices.DeleteFunc(lists, func(l detect.CoveredList) bool { return !slices.Contains(only, l.Key) })
	}
	switch format {
	case "json":
		return a.json(lists)
	case "md":
		return a.coverageMarkdown(lists)
	}
	return a.coverageTable(lists)
}

func (a *app) coverageTable(lists []detect.CoveredList) error {
	s := a.screen(a.out)
	for i, l := range lists {
		if i > 0 {
			if _, err := fmt.Fprintln(a.out); err != nil {
				return err
			}
		}
		title := fmt.Sprintf("%s: %d of %d covered", l.Title, l.Covered, len(l.Entries))
		if _, err := fmt.Fprintln(a.out, s.Paint(title, "bold")); err != nil {
			return err
		}
		t := render.NewTable(s, "REF", "NAME", "RULES")
		var missing []string
		for _, e := range l.Entries {
			switch {
			case len(e.Rules) > 0:
				t.Row(e.Ref, e.Name, strings.Join(e.Rules, ", "))
			case l.Whole:
				t.Row(e.Ref, e.Name, "-")
			default:
				missing = append(missing, strings.TrimPrefix(e.Ref, l.Key+":"))
			}
		}
		if err := t.Close(); err != nil {
			return err
		}
		if len(missing) > 0 {
			if _, err := fmt.Fprintf(a.out, "not covered: %s\n", strings.Join(missing, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) coverageMarkdown(lists []detect.CoveredList) error {
	for i, l := range lists {
		if i > 0 {
			if _, err := fmt.Fprintln(a.out); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(a.out, "## %s\n\n%d of %d covered.\n\n| ref | name | rules |\n|---|---|---|\n", l.Title, l.Covered, len(l.Entries)); err != nil {
			return err
		}
		for _, e := range l.Entries {
			names := "none"
			if len(e.Rules) > 0 {
				names = "`" + strings.Join(e.Rules, "` `") + "`"
			}
			if _, err := fmt.Fprintf(a.out, "| `%s` | %s | %s |\n", e.Ref, e.Name, names); err != nil {
				return err
			}
		}
	}
	return nil
}
