package main

import (
	"strings"

	"github.com/spf13/cobra"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/render"
)

func newFields(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "fields [PATTERN]",
		Short: "List every name that rules, --where and SQL can use",
		Example: `  spaniel fields
  spaniel fields req.            names that hold "req."
  spaniel fields status -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			pattern := ""
			if len(args) == 1 {
				pattern = args[0]
			}
			return a.fields(pattern, format)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	return c
}

func (a *app) fields(pattern, format string) error {
	res, err := render.NewResult(a.screen(a.out), format, []string{"name", "column", "type", "meaning", "example"})
	if err != nil {
		return usage(err.Error(), "")
	}
	found := false
	row := func(f detect.Field) error {
		text := strings.ToLower(f.Name + " " + f.Column)
		if !strings.Contains(text, strings.ToLower(pattern)) {
			return nil
		}
		found = true
		return res.Row([]any{f.Name, f.Column, f.Type, f.Meaning, f.Example})
	}
	for _, f := range allFields() {
		if err := row(f); err != nil {
			return err
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	if !found {
		return usage("no field holds "+pattern, "spaniel fields lists them all")
	}
	return nil
}

// allFields are the names of expressions, then the columns that only SQL sees.
func allFields() []detect.Field {
	fields := detect.Fields()
	seen := map[string]bool{}
	for _, f := range fields {
		seen[f.Column] = true
	}
	for _, c := range event.CallColumns() {
		if !seen[c.Name] {
			fields = append(fields, detect.Field{Column: c.Name, Meaning: c.Meaning, Example: c.Example, Type: "SQL only"})
		}
	}
	return fields
}
