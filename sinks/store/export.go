package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// An Exported is a file that Export wrote.
type Exported struct {
	Path string
	Rows int64
}

// Export writes each table of the store at path that holds records into the
// new directory dir, as a Parquet file of its name. The store may not be in
// use by a writer: the error is a LockedError then, fs.ErrNotExist where there
// is none, and fs.ErrExist when dir is there. What was written when an error
// comes up stays.
func Export(ctx context.Context, path, dir string, cfg Config) (out []Exported, err error) {
	cfg.ReadOnly = true
	s, err := Open(path, cfg) // says what is wrong with it in its own words
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("exporting: %w", err)
	}
	// An engine of its own, which may write files, and never sees user SQL.
	con, err := duckdb.NewConnector(fmt.Sprintf("?memory_limit=%dB&threads=%d", cfg.Memory, cfg.Threads), nil)
	if err != nil {
		return nil, fmt.Errorf("exporting: %w", err)
	}
	db := sql.OpenDB(con)
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // what is attached is so for one
	if _, err := db.ExecContext(ctx, "ATTACH "+literal(path)+" AS store (READ_ONLY)"); err != nil {
		return nil, fmt.Errorf("exporting store %s: %w", path, asLocked(path, err))
	}
	for _, t := range tableNames() {
		file := filepath.Join(dir, t+".parquet")
		res, err := db.ExecContext(ctx, "COPY (SELECT * FROM store."+t+") TO "+literal(file)+" (FORMAT parquet, COMPRESSION zstd)")
		if err != nil {
			return out, fmt.Errorf("exporting table %s to %s: %w", t, file, err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return out, fmt.Errorf("exporting table %s: %w", t, err)
		}
		if n == 0 {
			if err := os.Remove(file); err != nil {
				return out, fmt.Errorf("exporting: %w", err)
			}
			continue
		}
		out = append(out, Exported{file, n})
	}
	return out, nil
}

// literal is a text in SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
