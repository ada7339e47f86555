package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// print writes the tables of a half.
func (s *score) print(out io.Writer, half string) {
	fmt.Fprintf(out, "\n== %s half: board %.1f ==\n", half, s.Board)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "attacks\tcalls\tfound %\tright family %\tonly weak %\t")
	row := func(name string, t *tally) {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t\n", name, t.Calls, t.percent(t.Found), t.percent(t.Right), t.percent(t.Weak))
	}
	row("all", &s.Attacks)
	row("encoded or placed oddly", &s.Odd)
	fmt.Fprintf(w, "mean of families\t\t%.1f\t\t\t\n", s.Macro)
	for _, t := range []struct {
		name string
		t    table
	}{{"by family", s.Families}, {"by place", s.Places}, {"by encoding", s.Encodings}} {
		fmt.Fprintf(w, "\t\t\t\t\t\n%s\t\t\t\t\t\n", t.name)
		for _, n := range t.t.names() {
			row(n, t.t[n])
		}
	}
	fmt.Fprintln(w, "\t\t\t\t\t\nbenign\tcalls\tfalse alarms %\tfalse alarms\tonly weak %\tany lesser finding %\t")
	row = func(name string, t *tally) {
		fmt.Fprintf(w, "%s\t%d\t%.2f\t%d\t%.1f\t%.1f\t\n", name, t.Calls, t.percent(t.Found), t.Found, t.percent(t.Weak), t.percent(t.Other))
	}
	row("all", &s.Benign)
	for _, n := range s.Groups.names() {
		row(n, s.Groups[n])
		for _, k := range s.Kinds.names() {
			if group(k) == n {
				row("· "+k, s.Kinds[k])
			}
		}
	}
	for _, n := range s.Learned.names() {
		row("after learning, "+n, s.Learned[n])
	}
	w.Flush() // to a buffer or standard output: a failure here has nobody to be told
	rules := slices.Collect(maps.Keys(s.FalseRules))
	slices.SortFunc(rules, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.FalseRules[b], s.FalseRules[a]), cmp.Compare(a, b))
	})
	fmt.Fprint(out, "false alarms by rule:")
	for _, r := range rules {
		fmt.Fprintf(out, " %s %d", r, s.FalseRules[r])
	}
	fmt.Fprintln(out)
}
