package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"spaniel/sinks/clickhouse"
	"spaniel/sinks/store"
)

func newStore(a *app) *cobra.Command {
	return group("store", "Look after the store, or print how its tables are made",
		"  spaniel store status\n  spaniel store prune --older 30d\n  spaniel store export --parquet DIR\n  spaniel store ddl --engine clickhouse | clickhouse-client -mn",
		newStoreStatus(a), newStorePrune(a), newStoreExport(a), newStoreMigrate(a), newStoreDDL(a))
}

func newStoreDDL(a *app) *cobra.Command {
	var engine, database, cluster string
	var days, from int
	c := &cobra.Command{
		Use:   "ddl",
		Short: "Print the SQL that makes the tables and views",
		Long: `Ddl prints the statements that make the tables and views, and changes nothing.
The embedded store makes its own; those of ClickHouse ` + clickhouse.Floor + ` or later are for you to run.
They can be run again: what is there stays. A table of your own make works as
well, as long as some of its columns have the names of these.
The steps are numbered, and each that was run is in the table migrations: --from
prints those of a number and later, for tables of an older version of Spaniel.
Step 2, roll-ups by minute, wants ClickHouse ` + clickhouse.RollUpFloor + `. With --cluster tables are replicated,
and distributed over its shards.`,
		Example: "  spaniel store ddl --engine clickhouse --days 90 | clickhouse-client -mn\n  spaniel store ddl --cluster lake --from 2\n  spaniel store ddl --engine duckdb",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("days") {
				days = int(time.Duration(cfg.Store.Retention) / (24 * time.Hour))
			}
			return a.storeDDL(engine, from, clickhouse.Schema{Database: database, Days: days, Cluster: cluster})
		},
	}
	f := c.Flags()
	f.StringVar(&engine, "engine", "clickhouse", "whose SQL: clickhouse or duckdb")
	f.StringVar(&database, "database", "spaniel", "`NAME` of the ClickHouse database")
	f.StringVar(&cluster, "cluster", "", "`NAME` of the ClickHouse cluster to make them on")
	f.IntVar(&from, "from", 1, "print the steps from this `NUMBER` on")
	f.IntVar(&days, "days", 0, "`DAYS` that ClickHouse keeps rows, 0 forever (default store.retention)")
	return c
}

func (a *app) storeDDL(engine string, from int, s clickhouse.Schema) error {
	if err := oneWord("--engine", engine, []string{"clickhouse", "duckdb"}); err != nil {
		return err
	}
	steps := clickhouse.Migrations(s)
	switch {
	case s.Days < 0:
		return usage(fmt.Sprintf("--days %d: may not be negative", s.Days), "0 keeps everything")
	case s.Database == "":
		return usage("--database names no database", "")
	case from < 1 || from > len(steps):
		return usage(fmt.Sprintf("--from %d: there are the steps 1 to %d", from, len(steps)), "SELECT max(number) FROM "+s.Database+".migrations says which were run")
	}
	if engine == "duckdb" {
		return a.printStatements(store.Schema())
	}
	for _, m := range steps[from-1:] {
		if _, err := fmt.Fprintf(a.out, "-- %d: %s\n", m.Number, m.Name); err != nil {
			return fmt.Errorf("printing the statements: %w", err)
		}
		if err := a.printStatements(m.Statements); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printStatements(list []string) error {
	if _, err := fmt.Fprintf(a.out, "%s;\n\n", strings.Join(list, ";\n\n")); err != nil {
		return fmt.Errorf("printing the statements: %w", err)
	}
	return nil
}
