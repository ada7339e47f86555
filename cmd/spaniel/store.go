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
	return group("store", "Print how the tables of a store are made", "  spaniel store ddl --engine clickhouse | clickhouse-client -mn", newStoreDDL(a))
}

func newStoreDDL(a *app) *cobra.Command {
	var engine, database string
	var days int
	c := &cobra.Command{
		Use:   "ddl",
		Short: "Print the SQL that makes the tables and views",
		Long: `Ddl prints the statements that make the tables and views, and changes nothing.
The embedded store makes its own; those of ClickHouse ` + clickhouse.Floor + ` or later are for you to run.
They can be run again: what is there stays. A table of your own make works as
well, as long as some of its columns have the names of these.`,
		Example: "  spaniel store ddl --engine clickhouse --days 90 | clickhouse-client -mn\n  spaniel store ddl --engine duckdb",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("days") {
				days = int(time.Duration(cfg.Store.Retention) / (24 * time.Hour))
			}
			return a.storeDDL(engine, clickhouse.Schema{Database: database, Days: days})
		},
	}
	f := c.Flags()
	f.StringVar(&engine, "engine", "clickhouse", "whose SQL: clickhouse or duckdb")
	f.StringVar(&database, "database", "spaniel", "`NAME` of the ClickHouse database")
	f.IntVar(&days, "days", 0, "`DAYS` that ClickHouse keeps rows, 0 forever (default store.retention)")
	return c
}

func (a *app) storeDDL(engine string, s clickhouse.Schema) error {
	var statements []string
	switch {
	case s.Days < 0:
		return usage(fmt.Sprintf("--days %d: may not be negative", s.Days), "0 keeps everything")
	case s.Database == "":
		return usage("--database names no database", "")
	case engine == "clickhouse":
		statements = clickhouse.DDL(s)
	case engine == "duckdb":
		statements = store.Schema()
	default:
		return usage(fmt.Sprintf("unknown engine %q", engine), suggestion(engine, []string{"clickhouse", "duckdb"}, "use clickhouse or duckdb"))
	}
	_, err := fmt.Fprintf(a.out, "%s;\n", strings.Join(statements, ";\n\n"))
	if err != nil {
		return fmt.Errorf("printing the statements: %w", err)
	}
	return nil
}
