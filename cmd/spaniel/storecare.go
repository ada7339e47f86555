package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"spaniel/internal/config"
	"spaniel/sinks/store"
)

func newStoreStatus(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "status",
		Short: "Show what the store holds, and how much space it takes",
		Long: `Status shows, for each table, how many records it holds, of which time, and of which days they
were spooled. It changes nothing, and the sensor may run.`,
		Example: "  spaniel store status\n  spaniel store status -o json",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.storeStatus(cmd.Context(), format) },
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	return c
}

// statusQuery asks either engine.
const statusQuery = `SELECT 'calls' AS name, count(*) AS records, min(ts) AS first, max(ts) AS last, min(spooled_day) AS oldest_day, max(spooled_day) AS newest_day FROM calls
UNION ALL SELECT 'alerts', count(*), min(ts), max(ts), min(spooled_day), max(spooled_day) FROM alerts
UNION ALL SELECT 'flows', count(*), min(ts), max(ts), min(spooled_day), max(spooled_day) FROM flows
UNION ALL SELECT 'anomalies', count(*), min(ts), max(ts), min(spooled_day), max(spooled_day) FROM anomalies
UNION ALL SELECT 'losses', count(*), min(ts), max(ts), min(spooled_day), max(spooled_day) FROM losses
UNION ALL SELECT 'facts', count(*), min(ts), max(ts), min(spooled_day), max(spooled_day) FROM facts`

func (a *app) storeStatus(ctx context.Context, format string) error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	if err := a.query(ctx, cfg, statusQuery, format); err != nil {
		return err
	}
	path, remote := a.storeFile(cfg)
	if remote != "" {
		return nil
	}
	return a.withAnswer(ctx, cfg, "SELECT block_size * total_blocks, block_size * free_blocks FROM pragma_database_size()", func(ans answer) error {
		for ans.Next() {
			var whole, free uint64
			if _, err := fmt.Sscan(fmt.Sprintln(ans.Values()...), &whole, &free); err != nil {
				return fmt.Errorf("the size of the store: %w", err)
			}
			a.hint("%s: %s, %s of it free for what comes", path, amount(whole), amount(free))
		}
		return ans.Err()
	})
}

func newStorePrune(a *app) *cobra.Command {
	var older, most string
	c := &cobra.Command{
		Use:   "prune",
		Short: "Remove old records from the embedded store",
		Long: `Prune removes what was spooled longer ago than --older, and the oldest records while the store uses
more than --max; without either what store.retention and store.max_disk of the configuration say, which
the sensor does by itself. The file does not become smaller: what is free in it is filled again first.
The sensor must not run.`,
		Example: "  spaniel store prune --older 30d\n  spaniel store prune --max 10GiB",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.storePrune(cmd.Context(), older, most) },
	}
	c.Flags().StringVar(&older, "older", "", "remove what was spooled longer ago than this `TIME`, such as 30d")
	c.Flags().StringVar(&most, "max", "", "remove the oldest while more `BYTES` than these are used, such as 10GiB")
	return c
}

func (a *app) storePrune(ctx context.Context, older, most string) error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	path, err := a.localStore(cfg)
	if err != nil {
		return err
	}
	if older != "" || most != "" {
		cfg.Store.Retention, cfg.Store.MaxDisk = 0, 0
	}
	if err := setText(&cfg.Store.Retention, older, "--older", "30d"); err != nil {
		return err
	}
	if err := setText(&cfg.Store.MaxDisk, most, "--max", "10GiB"); err != nil {
		return err
	}
	if cfg.Store.Retention == 0 && cfg.Store.MaxDisk == 0 {
		return usage("nothing says what is too old, or too much", "--older 30d, --max 10GiB, or store.retention and store.max_disk in the configuration")
	}
	return a.pruneFile(ctx, cfg, path)
}

// setText reads a flag's value as the configuration would; "" changes nothing.
func setText(to interface{ UnmarshalText([]byte) error }, text, flag, example string) error {
	if text == "" {
		return nil
	}
	if err := to.UnmarshalText([]byte(text)); err != nil {
		return usage(fmt.Sprintf("%s %s: %v", flag, text, err), "such as "+flag+" "+example)
	}
	return nil
}

func (a *app) pruneFile(ctx context.Context, cfg *config.Config, path string) error {
	s, err := store.Open(path, storeConfig(cfg, false))
	if err != nil {
		return err
	}
	var aged, cut int64
	if cfg.Store.Retention > 0 {
		aged, err = s.Prune(ctx, time.Now().Add(-time.Duration(cfg.Store.Retention)))
	}
	if err == nil && cfg.Store.MaxDisk > 0 {
		cut, err = s.Shrink(ctx, int64(cfg.Store.MaxDisk))
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	a.hint("%s removed for their age, %s for space", counted(uint64(aged), "record"), grouped(uint64(cut)))
	return nil
}

// localStore is the file of the embedded store, which must be there.
func (a *app) localStore(cfg *config.Config) (string, error) {
	path, remote := a.storeFile(cfg)
	if remote != "" {
		return "", usage("store.url names a ClickHouse, which keeps and removes rows by its tables' TTL", "--store PATH names an embedded store")
	}
	if _, err := os.Stat(path); err != nil {
		return "", noStore(path, err)
	}
	return path, nil
}

func newStoreExport(a *app) *cobra.Command {
	var parquet string
	c := &cobra.Command{
		Use:   "export --parquet DIR",
		Short: "Write the embedded store as Parquet files",
		Long: `Export writes each table that holds records into a new directory, as a Parquet file of its name, for
whatever else reads them. Secrets are hidden in it as in the store. The sensor must not run.`,
		Example: "  spaniel store export --parquet calls-2026-11",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.storeExport(cmd.Context(), parquet) },
	}
	c.Flags().StringVar(&parquet, "parquet", "", "new `DIRECTORY` to write")
	return c
}

func (a *app) storeExport(ctx context.Context, dir string) error {
	if dir == "" {
		return usage("export needs a directory to write", "spaniel store export --parquet DIR")
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	path, err := a.localStore(cfg)
	if err != nil {
		return err
	}
	keepPrivate()
	files, err := store.Export(ctx, path, dir, storeConfig(cfg, true))
	if errors.Is(err, fs.ErrExist) {
		return &problem{code: exitInput, what: "the directory is there already", where: dir, cause: err, fix: "name one that is not"}
	}
	for _, f := range files {
		if _, err := fmt.Fprintf(a.out, "%s  %s\n", f.Path, counted(uint64(f.Rows), "record")); err != nil {
			return fmt.Errorf("printing what was written: %w", err)
		}
	}
	return err
}
