package clickhouse

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Pending asks the server of cfg which migrations it lacks, in their order, and
// hands them to each, after which it makes them if run is set. The database is
// that of the URL; s.Database is not looked at. It ends with the first statement
// that the server refuses: what was made before stays, and the next try goes on
// with the migration that failed.
func Pending(ctx context.Context, cfg Config, s Schema, run bool, each func(Migration) error) (err error) {
	if err := cfg.Validate(); err != nil {
		return err
	}
	opt, err := cfg.options()
	if err != nil {
		return err
	}
	if s.Database = opt.Auth.Database; s.Database == "" {
		s.Database = "default"
	}
	opt.Auth.Database = "default" // the other may have to be made first
	conn, err := clickhouse.Open(opt)
	if err != nil {
		return fmt.Errorf("clickhouse: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	have, err := applied(ctx, conn, s.Database)
	if err != nil {
		return err
	}
	for _, m := range Migrations(s) {
		if have[uint32(m.Number)] {
			continue
		}
		if err := each(m); err != nil {
			return err
		}
		if !run {
			continue
		}
		for _, statement := range m.Statements {
			if err := conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("migration %d, %s: %w", m.Number, m.Name, err)
			}
		}
	}
	return nil
}

// applied returns the numbers of the migrations that the database has.
func applied(ctx context.Context, conn driver.Conn, database string) (map[uint32]bool, error) {
	have := map[uint32]bool{}
	var tables uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM system.tables WHERE database = ? AND name = 'migrations'", database).Scan(&tables); err != nil {
		return nil, fmt.Errorf("asking clickhouse for its tables: %w", err)
	}
	if tables == 0 {
		return have, nil
	}
	rows, err := conn.Query(ctx, "SELECT number FROM "+quote(database)+".migrations")
	if err != nil {
		return nil, fmt.Errorf("asking clickhouse for its migrations: %w", err)
	}
	defer rows.Close() // what it could say, Err has said
	for rows.Next() {
		var n uint32
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("asking clickhouse for its migrations: %w", err)
		}
		have[n] = true
	}
	return have, rows.Err()
}
