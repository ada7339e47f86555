package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spaniel/event"
)

// days stores n calls of each of some days, the last of them lastDay.
func days(t *testing.T, s *Store, last time.Time, count, n int) {
	t.Helper()
	for d := range count {
		items := make([]event.Item, n)
		for i := range items {
			r := sample(d*n + i)
			day := last.AddDate(0, 0, d+1-count)
			r.Time, r.SpooledDay = event.Nanos(day.Add(time.Duration(i)*time.Millisecond).UnixNano()), day.Format(time.DateOnly)
			items[i] = event.Item{Kind: event.KindCall, Call: &r}
		}
		write(t, s, batch(items...))
	}
}

// fill makes n calls a day up to the last one, by the engine itself: a test of
// sizes needs many.
func fill(t *testing.T, s *Store, last string, days, n int) {
	t.Helper()
	_, err := s.writer.ExecContext(context.Background(), `INSERT INTO calls (call_id, req_path, spooled_day, ts)
		SELECT md5(i::VARCHAR), '/' || md5(random()::VARCHAR), ?::DATE - d::INTEGER, (?::DATE - d::INTEGER)::TIMESTAMP + to_milliseconds(i) FROM range(?) r(d), range(?) q(i) ORDER BY d DESC, i`, last, last, days, n)
	if err != nil {
		t.Fatal(err)
	}
}

func forever() Config {
	cfg := DefaultConfig()
	cfg.Retention = 0
	return cfg
}

func used(t *testing.T, s *Store) int64 {
	t.Helper()
	n, err := s.used(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What is too much goes day by day, the oldest first, then of the last day
// tenth by tenth; some always stay.
func TestShrinkTakesTheOldest(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), forever())
	fill(t, s, "2026-11-22", 4, 130_000)
	whole := used(t, s)
	if n, err := s.Shrink(context.Background(), whole); n != 0 || err != nil {
		t.Fatalf("what fits was cut: %d, %v", n, err)
	}
	removed, err := s.Shrink(context.Background(), whole*2/3)
	if got := ask(t, s, "SELECT min(spooled_day)::VARCHAR, max(ts)::VARCHAR FROM calls"); removed%130_000 != 0 || removed == 0 || err != nil || used(t, s) > whole*2/3 ||
		got[0] != fmt.Sprintf("2026-11-%d 2026-11-22 00:02:09.999", 19+removed/130_000) {
		t.Errorf("%d removed, %d of %d bytes used (%v); left: %v", removed, used(t, s), whole, err, got)
	}
	if _, err := s.Shrink(context.Background(), 1); err != nil { // never met: it must end
		t.Fatal(err)
	}
	left, err := s.count(context.Background(), "")
	if got := ask(t, s, "SELECT max(ts)::VARCHAR FROM calls"); err != nil || left > keepRows || left < keepRows*8/10 || got[0] != "2026-11-22 00:02:09.999" {
		t.Errorf("%d left, the newest %v (%v)", left, got, err)
	}
}

// Write keeps the bound by itself.
func TestWriteKeepsTheBound(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), forever())
	fill(t, s, "2026-11-22", 5, 130_000)
	s.cfg.MaxBytes = used(t, s) / 2 // less than a configuration may say
	for range 2 {
		days(t, s, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), 1, 10)
		s.cfg.MaxBytes /= 2
		s.sized = time.Now().Add(time.Hour) // the second is within the minute, in which nobody looks
	}
	if n := used(t, s); n > s.cfg.MaxBytes*4 || n < s.cfg.MaxBytes*2 {
		t.Errorf("%d bytes used, bound first %d", n, s.cfg.MaxBytes*4)
	}
	if got := ask(t, s, "SELECT max(spooled_day)::VARCHAR FROM calls"); got[0] != "2026-11-23" {
		t.Errorf("the newest day is %v", got)
	}
	cfg := DefaultConfig()
	if cfg.MaxBytes = 1 << 20; cfg.Validate() == nil {
		t.Error("a bound of 1 MiB is taken")
	}
}

func TestExportIsReadBack(t *testing.T) {
	dir := t.TempDir()
	path, to := filepath.Join(dir, "it's.duckdb"), filepath.Join(dir, "par'quet")
	s := open(t, path, forever())
	days(t, s, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), 2, 1000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := Export(context.Background(), path, to, DefaultConfig())
	if err != nil || len(files) != 1 || files[0].Rows != 2000 || files[0].Path != filepath.Join(to, "calls.parquet") {
		t.Fatalf("%+v, %v", files, err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows, ids, columns, want int
	if err := db.QueryRow("SELECT count(*), count(DISTINCT call_id) FROM read_parquet("+literal(files[0].Path)+")").Scan(&rows, &ids); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("SELECT count(*) FROM (DESCRIBE SELECT * FROM read_parquet(" + literal(files[0].Path) + "))").Scan(&columns); err != nil {
		t.Fatal(err)
	}
	if want = len(event.CallColumns()); rows != 2000 || ids != 2000 || columns != want {
		t.Errorf("%d rows, %d ids, %d columns, want %d", rows, ids, columns, want)
	}
	if _, err := Export(context.Background(), path, to, DefaultConfig()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("into a directory that is there: %v", err)
	}
	if _, err := Export(context.Background(), filepath.Join(dir, "none"), to+"2", DefaultConfig()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no store: %v", err)
	}
	if _, err := os.Stat(to + "2"); err == nil {
		t.Error("a directory was made for no store")
	}
}
