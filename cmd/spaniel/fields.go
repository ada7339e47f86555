package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/render"
)

// The kinds of name that fields lists, in its order.
const (
	kindField     = "field"     // in expressions and, where it has a column, in SQL
	kindColumn    = "column"    // in SQL alone
	kindFunction  = "function"  // of an expression
	kindAggregate = "aggregate" // of a rule's window
)

func nameKinds() []string { return []string{kindField, kindFunction, kindAggregate, kindColumn} }

func newFields(a *app) *cobra.Command {
	var format, kind string
	c := &cobra.Command{
		Use:   "fields [PATTERN]",
		Short: "List every name that rules, --where and SQL can use",
		Long: `Fields lists the fields of expressions with their columns in SQL, the functions that
look into values, the aggregates of rules with a window, and columns that only SQL has, of
every table.`,
		Example: `  spaniel fields
  spaniel fields req.            names that hold "req."
  spaniel fields --kind function
  spaniel fields status -o json`,
		Args: atMostOne("a part of a name"),
		RunE: func(_ *cobra.Command, args []string) error {
			pattern := ""
			if len(args) == 1 {
				pattern = args[0]
			}
			return a.fields(pattern, kind, format)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	c.Flags().StringVar(&kind, "kind", "", "only names of this `KIND`: "+strings.Join(nameKinds(), ", "))
	return c
}

// A name is what the language, SQL or both can say.
type name struct{ kind, name, column, typ, meaning, example, table string }

func (a *app) fields(pattern, kind, format string) error {
	if kind != "" && !slices.Contains(nameKinds(), kind) {
		return usage(fmt.Sprintf("unknown kind %q", kind), suggestion(kind, nameKinds(), "use "+strings.Join(nameKinds(), ", ")))
	}
	names := slices.DeleteFunc(allNames(), func(n name) bool {
		return kind != "" && n.kind != kind || !strings.Contains(strings.ToLower(n.name+" "+n.column), strings.ToLower(pattern))
	})
	if err := checkFormat(format); err != nil {
		return err
	}
	res, err := render.NewResult(a.screen(a.out), format, []string{"name", "column", "type", "meaning", "example", "kind", "table"})
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return usage("no name holds "+pattern, nearName(pattern))
	}
	for _, n := range names {
		if err := res.Row([]any{n.name, n.column, n.typ, n.meaning, n.example, n.kind, n.table}); err != nil {
			return err
		}
	}
	return res.Close()
}

// nearName suggests what else the pattern may have meant.
func nearName(pattern string) string {
	var all []string
	for _, n := range allNames() {
		all = append(all, n.name, n.column)
	}
	return suggestion(pattern, all, "spaniel fields lists them all")
}

// allNames are fields, functions and aggregates, then the columns that only
// SQL sees.
func allNames() []name {
	var out []name
	seen := map[string]bool{}
	for _, f := range detect.Fields() {
		seen[f.Column] = true
		table := ""
		if f.Column != "" {
			table = "calls"
		}
		out = append(out, name{kindField, f.Name, f.Column, f.Type, f.Meaning, f.Example, table})
	}
	for _, f := range detect.Functions() {
		kind := kindFunction
		if f.Window {
			kind = kindAggregate
		}
		out = append(out, name{kind: kind, name: f.Name + "()", typ: kind, meaning: f.Meaning, example: f.Example})
	}
	for _, n := range columnNames("calls", event.CallColumns()) {
		if !seen[n.column] {
			out = append(out, n)
		}
	}
	return slices.Concat(out, columnNames("alerts", event.AlertColumns()), columnNames("flows", event.FlowColumns()),
		columnNames("anomalies, losses", event.NoteColumns()), columnNames("facts", event.FactColumns()))
}

// columnNames are the columns of a table.
func columnNames[T any](table string, cols []event.Column[T]) (out []name) {
	for _, c := range cols {
		out = append(out, name{kindColumn, "", c.Name, "SQL only", c.Meaning, c.Example, table})
	}
	return out
}
