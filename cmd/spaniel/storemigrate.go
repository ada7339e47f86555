package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"spaniel/sinks/clickhouse"
)

func newStoreMigrate(a *app) *cobra.Command {
	var cluster string
	var days int
	var dry bool
	c := &cobra.Command{
		Use:   "migrate SINK",
		Short: "Make, or bring up to date, the tables that a ClickHouse sink writes to",
		Long: `Migrate asks the server of a sink which of the numbered steps it lacks, and runs those, in the database
of the sink's url; --print prints them instead. What is there stays, and a step that failed can be run again.
The user of the sink needs the right to make tables for that; to write, it does not.
The embedded store brings its own tables up to date when it is opened.`,
		Example: "  spaniel store migrate lake --print\n  spaniel store migrate lake --days 90",
		Args:    exactArgs(1, "the name of a ClickHouse sink"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, list, err := a.sinks()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("days") {
				days = int(time.Duration(cfg.Store.Retention) / (24 * time.Hour))
			}
			if days < 0 {
				return usage(fmt.Sprintf("--days %d: may not be negative", days), "0 keeps everything")
			}
			for i, s := range list {
				if c := sinkConfig(&cfg.Sinks[i]); s.Name == args[0] && c.ClickHouse != nil {
					return a.storeMigrate(cmd.Context(), s.Name, *c.ClickHouse, clickhouse.Schema{Days: days, Cluster: cluster}, dry)
				}
			}
			return usage(fmt.Sprintf("there is no ClickHouse sink %q", args[0]), "spaniel sinks list shows them; a sink has the name that its name: gives it")
		},
	}
	f := c.Flags()
	f.BoolVar(&dry, "print", false, "print the statements of the steps that are missing, and run nothing")
	f.StringVar(&cluster, "cluster", "", "`NAME` of the ClickHouse cluster to make them on")
	f.IntVar(&days, "days", 0, "`DAYS` that ClickHouse keeps rows, 0 forever (default store.retention)")
	return c
}

func (a *app) storeMigrate(ctx context.Context, sink string, at clickhouse.Config, s clickhouse.Schema, dry bool) error {
	steps := 0
	err := clickhouse.Pending(ctx, at, s, !dry, func(m clickhouse.Migration) error {
		steps++
		if _, err := fmt.Fprintf(a.out, "-- %d: %s\n", m.Number, m.Name); err != nil || !dry {
			return err
		}
		return a.printStatements(m.Statements)
	})
	if err != nil {
		return fmt.Errorf("migrating %s: %w", sink, err)
	}
	if steps == 0 {
		a.hint("%s has all tables", sink)
	}
	return nil
}
