package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"spaniel/internal/config"
	"spaniel/internal/render"
)

func newConfig(a *app) *cobra.Command {
	leaf := func(use, short, example string, run func() error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Example: example, Args: noArgs, RunE: func(*cobra.Command, []string) error { return run() }}
	}
	return group("config", "Write, check and show the configuration", "  spaniel config init > spaniel.yaml\n  spaniel config check -c spaniel.yaml",
		leaf("init", "Print a commented file with every key at its default", "  spaniel config init > ~/.config/spaniel/spaniel.yaml",
			func() error { return config.Init(a.out) }),
		leaf("check", "Check the configuration and its rules; exit code 2 if it cannot be used", "  spaniel config check -c spaniel.yaml", a.configCheck),
		newConfigShow(a),
		leaf("schema", "Print the JSON Schema of the file, for editors", "  spaniel config schema > spaniel.schema.json", a.configSchema))
}

func (a *app) configCheck() error {
	cfg, used, err := a.config()
	if err != nil {
		return err
	}
	set, err := loadRules(cfg, nil)
	if err != nil {
		return err
	}
	if _, err := configuredSinks(cfg, a.out); err != nil {
		return err
	}
	if used == "" {
		used = "no file, so the defaults"
	}
	_, err = fmt.Fprintf(a.out, "%s: fine; %s, %s\n", used, counted(uint64(len(set.Rules())), "rule"), counted(uint64(len(cfg.Sinks)), "sink"))
	return err
}

func newConfigShow(a *app) *cobra.Command {
	var effective, origin bool
	var format string
	c := &cobra.Command{
		Use:   "show",
		Short: "Print the configuration in effect, secrets as stars",
		Long: `Show prints the configuration in effect as a file, secrets as stars. With --origin it lists the
settings and where each was set: the line of the file, an environment variable, or --set; with
--effective those, too, that nobody set.`,
		Example: "  spaniel config show --set limits.memory=512MiB\n  spaniel config show --effective --origin",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if !origin {
				return a.configShow()
			}
			if err := checkFormat(format); err != nil {
				return err
			}
			return a.configOrigins(effective, format)
		},
	}
	c.Flags().BoolVar(&origin, "origin", false, "list the settings and where each was set")
	c.Flags().BoolVar(&effective, "effective", false, "with --origin: those at their default, too")
	c.Flags().StringVarP(&format, "output", "o", "table", "output of --origin: table, json, ndjson, csv or vertical")
	return c
}

func (a *app) configOrigins(all bool, format string) error {
	list, err := config.Settings(a.configOptions())
	if err != nil {
		return err
	}
	res, err := render.NewResult(a.screen(a.out), format, []string{"key", "value", "origin"})
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Origin == "" && !all {
			continue
		}
		if s.Origin == "" {
			s.Origin = "default"
		}
		if err := res.Row([]any{s.Key, s.Value, s.Origin}); err != nil {
			return err
		}
	}
	return res.Close()
}

func (a *app) configShow() error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	return cfg.Show(a.out)
}

func (a *app) configSchema() error {
	b, err := config.Schema()
	if err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}
