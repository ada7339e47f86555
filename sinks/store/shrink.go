package store

import (
	"context"
	"fmt"
	"time"
)

// Shrink removes the oldest records, day by day and of the last day tenth by
// tenth, until the file uses at most so many bytes, and returns how many went.
// The engine frees space in lumps of 122,880 records of a table; so that the
// last ones are not given up in vain, keepRows stay. The file itself does not
// become smaller: what is free in it is filled again first.
func (s *Store) Shrink(ctx context.Context, maxBytes int64) (removed int64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.shrink(ctx, maxBytes)
}

// keepRows is how many records stay in any case: two lumps.
const keepRows = 2 * 122_880

// mostCuts bounds the rounds of one Shrink: each writes the file's tables back.
const mostCuts = 64

func (s *Store) shrink(ctx context.Context, maxBytes int64) (removed int64, err error) {
	for range mostCuts {
		used, err := s.used(ctx)
		if err != nil || used <= maxBytes {
			return removed, err
		}
		rows, err := s.count(ctx, "")
		if err != nil || rows <= keepRows {
			return removed, err
		}
		n, err := s.cutOldest(ctx, rows-keepRows)
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
		if _, err := s.writer.ExecContext(ctx, "CHECKPOINT"); err != nil {
			return removed, fmt.Errorf("freeing space in store %s: %w", s.path, err)
		}
	}
	return removed, nil
}

// used is what the records take, on disk and in the log beside it.
func (s *Store) used(ctx context.Context) (int64, error) {
	if _, err := s.writer.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return 0, fmt.Errorf("measuring store %s: %w", s.path, err)
	}
	var bytes int64
	err := s.writer.QueryRowContext(ctx, "SELECT block_size * used_blocks FROM pragma_database_size()").Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("measuring store %s: %w", s.path, err)
	}
	return bytes, nil
}

// count adds up the records of all tables, of one day if it is named.
func (s *Store) count(ctx context.Context, day string) (rows int64, err error) {
	for _, t := range tableNames() {
		var n int64
		err := s.writer.QueryRowContext(ctx, "SELECT count(*) FROM "+t+" WHERE ? IN ('', spooled_day::VARCHAR)", day).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("counting the records of store %s: %w", s.path, err)
		}
		rows += n
	}
	return rows, nil
}

// cutOldest removes the records of the oldest day; where those are more than
// most, only of the first tenth of the time that they span.
func (s *Store) cutOldest(ctx context.Context, most int64) (removed int64, err error) {
	var first *time.Time
	if err = s.writer.QueryRowContext(ctx, "SELECT min(spooled_day) FROM ("+everywhere+")").Scan(&first); err != nil {
		return 0, fmt.Errorf("looking for the oldest records of store %s: %w", s.path, err)
	}
	if first == nil {
		return 0, nil
	}
	day := first.Format(time.DateOnly)
	n, err := s.count(ctx, day)
	if err != nil {
		return 0, err
	}
	if n <= most {
		return s.prune(ctx, first.AddDate(0, 0, 1))
	}
	return s.cutDay(ctx, day)
}

const everywhere = "SELECT spooled_day, ts FROM calls UNION ALL SELECT spooled_day, ts FROM flows UNION ALL SELECT spooled_day, ts FROM alerts"

// cutDay removes what is in the first tenth of a day's records, by their own time.
func (s *Store) cutDay(ctx context.Context, day string) (removed int64, err error) {
	var from, to time.Time
	if err = s.writer.QueryRowContext(ctx, "SELECT min(ts), max(ts) FROM ("+everywhere+") WHERE spooled_day = ?::DATE", day).Scan(&from, &to); err != nil {
		return 0, fmt.Errorf("looking for the oldest records of store %s: %w", s.path, err)
	}
	before := from.Add(to.Sub(from)/10 + time.Microsecond)
	for _, t := range tableNames() {
		res, err := s.writer.ExecContext(ctx, "DELETE FROM "+t+" WHERE spooled_day = ?::DATE AND ts < ?", day, before.UTC())
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
