package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/render"
	"spaniel/sinks/store"
)

func newQuery(a *app) *cobra.Command {
	var format string
	var q question
	c := &cobra.Command{
		Use:   `query ["SQL"]`,
		Short: "Ask the stored calls and alerts in SQL",
		Long: `Query answers one read-only SQL statement from the embedded store, through the
running sensor if there is one, or from ClickHouse if store.url names it.
Tables: calls (also as events), alerts, flows, anomalies, losses, facts; calls_with_alerts joins verdicts.

With --saved it asks one of the questions that ship with Spaniel:
` + savedList(),
		Example: `  spaniel query "SELECT req_method, req_route, count(*) AS calls FROM calls GROUP BY ALL ORDER BY calls DESC LIMIT 10"
  spaniel query "SELECT ts, rule_id, client_ip, message FROM alerts ORDER BY ts" -o csv
  spaniel query "DESCRIBE calls"
  spaniel query --saved top-errors --since 1d
  spaniel query --saved user-timeline --param user=alice
  spaniel query -f question.sql`,
		Args: atMostOne("one statement, in quotes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				q.sql = args[0]
			}
			text, err := q.text(a, cfg, time.Now())
			if err != nil {
				return err
			}
			return a.query(cmd.Context(), cfg, text, format)
		},
	}
	f := c.Flags()
	f.StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	f.StringVarP(&q.file, "file", "f", "", "read the statement from `FILE`; - is standard input")
	f.StringVar(&q.saved, "saved", "", "ask the question of this `NAME` that ships with Spaniel")
	f.StringVar(&q.since, "since", "", "with --saved: only from this `TIME` on: so long ago (12h, 7d), or a date (2026-11-20)")
	f.StringArrayVar(&q.params, "param", nil, "with --saved: a value it needs, `NAME=VALUE`; may be repeated")
	return c
}

// answer is a result being read, from wherever.
type answer interface {
	Columns() []store.Column
	Next() bool
	Values() []any
	Truncated() bool
	Err() error
	Close() error
}

func (a *app) query(ctx context.Context, cfg *config.Config, sql, format string) error {
	if err := checkFormat(format); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return a.withAnswer(ctx, cfg, sql, func(ans answer) error { return a.print(ans, format) })
}

// print writes an answer in the format.
func (a *app) print(ans answer, format string) error {
	var names []string
	for _, c := range ans.Columns() {
		names = append(names, c.Name)
	}
	res, err := render.NewResult(a.screen(a.out), format, names)
	if err != nil {
		return err
	}
	n := 0
	for ans.Next() {
		if err := res.Row(ans.Values()); err != nil {
			return fmt.Errorf("writing the answer: %w", err)
		}
		n++
	}
	if err := ans.Err(); err != nil {
		return err
	}
	if err := res.Close(); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	if ans.Truncated() {
		a.hint("note: cut off after %s; raise store.query_rows or add a LIMIT", counted(uint64(n), "row"))
	}
	return nil
}

// withAnswer asks whoever has the data: ClickHouse if configured, else the
// sensor that owns the embedded store, else the file itself.
func (a *app) withAnswer(ctx context.Context, cfg *config.Config, sql string, use func(answer) error) error {
	path, remote := a.storeFile(cfg)
	if remote != "" {
		return askClickHouse(ctx, cfg, remote, sql, use)
	}
	ans, err := admin.Ask(ctx, admin.SocketPath(path), sql)
	if err == nil {
		return errors.Join(use(ans), ans.Close())
	}
	if !errors.Is(err, admin.ErrNoSensor) {
		return err
	}
	return askFile(ctx, storeConfig(cfg, true), path, sql, use)
}

func askFile(ctx context.Context, cfg store.Config, path, sql string, use func(answer) error) error {
	s, err := store.Open(path, cfg)
	if errors.Is(err, fs.ErrNotExist) {
		return noStore(path, err)
	}
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, sql)
	if err == nil {
		err = errors.Join(use(rows), rows.Close())
	}
	return errors.Join(err, s.Close())
}

func noStore(path string, err error) error {
	return &problem{code: exitInput, what: "there is no store yet", where: path, cause: err,
		fix: "spaniel demo   or: spaniel read capture.pcap --save   or: --store PATH"}
}

// storeConfig is the embedded store's part of the configuration.
func storeConfig(cfg *config.Config, readOnly bool) store.Config {
	c := store.DefaultConfig()
	c.Memory, c.Retention, c.ReadOnly = int64(cfg.Store.Memory), time.Duration(cfg.Store.Retention), readOnly
	c.MaxBytes = int64(cfg.Store.MaxDisk)
	c.QueryTime, c.QueryRows = time.Duration(cfg.Store.QueryTime), cfg.Store.QueryRows
	return c
}

// quote makes a SQL string of s.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
