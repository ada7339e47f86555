package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"spaniel/internal/config"
)

func newConfig(a *app) *cobra.Command {
	leaf := func(use, short, example string, run func() error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Example: example, Args: noArgs, RunE: func(*cobra.Command, []string) error { return run() }}
	}
	return group("config", "Write, check and show the configuration", "  spaniel config init > spaniel.yaml\n  spaniel config check -c spaniel.yaml",
		leaf("init", "Print a commented file with every key at its default", "  spaniel config init > ~/.config/spaniel/spaniel.yaml",
			func() error { return config.Init(a.out) }),
		leaf("check", "Check the configuration and its rules; exit code 2 if it cannot be used", "  spaniel config check -c spaniel.yaml", a.configCheck),
		leaf("show", "Print the configuration in effect, secrets as stars", "  spaniel config show --set limits.memory=512MiB", a.configShow),
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
