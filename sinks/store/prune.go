package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// pruneEvery is how often Write looks for what is too old: retention is
// counted in days, so an hour is often enough. sizeEvery is how often it looks
// how large the file is.
const (
	pruneEvery = time.Hour
	sizeEvery  = time.Minute
)

func (s *Store) pruneSometimes(ctx context.Context) error {
	now := time.Now()
	if s.cfg.Retention > 0 && now.Sub(s.pruned) >= pruneEvery {
		if _, err := s.prune(ctx, now.Add(-s.cfg.Retention)); err != nil {
			return err
		}
		s.pruned = now
	}
	if s.cfg.MaxBytes > 0 && now.Sub(s.sized) >= sizeEvery {
		if _, err := s.shrink(ctx, s.cfg.MaxBytes); err != nil {
			return err
		}
		s.sized = now
	}
	return nil
}

// Prune removes records spooled on a day before that of the given time, and
// returns how many. What no spool has dated stays.
func (s *Store) Prune(ctx context.Context, before time.Time) (removed int64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.prune(ctx, before)
}

func (s *Store) prune(ctx context.Context, before time.Time) (removed int64, err error) {
	for _, t := range tableNames() {
		res, err := s.writer.ExecContext(ctx, "DELETE FROM "+t+" WHERE spooled_day < ?::DATE", before.UTC().Format(time.DateOnly))
		if err != nil {
			return removed, fmt.Errorf("pruning %s of store %s: %w", t, s.path, err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return removed, fmt.Errorf("pruning %s of store %s: %w", t, s.path, err)
		}
		removed += n
	}
	return removed, nil
}

// tableNames are all tables.
func tableNames() []string {
	return []string{callTable.name, alertTable.name, flowTable.name, anomalyTable.name, lossTable.name, factTable.name, "captures"}
}

// closing closes c and joins its error to err.
func closing(c io.Closer, err error) error { return errors.Join(err, c.Close()) }
