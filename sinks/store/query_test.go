package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// reads are what a user may ask.
var reads = []string{
	"SELECT 1", "select 1;", " SELECT ';' ;; -- done;\n", "/* a; /* b; */ */ SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "FROM calls", "VALUES (1)",
	"DESCRIBE calls", "SHOW TABLES", "SUMMARIZE calls", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "SELECT $$;$$", "SELECT $a$ ; $$ ; $a$",
	`SELECT e'\';' AS x`, `SELECT ''';'`, `SELECT 1 AS "a;""b"`, "TABLE calls", "(SELECT 1)", "PRAGMA database_list", "PIVOT (SELECT 1 AS a, 2 AS b) ON a IN (1) USING sum(b)",
}

// writes are hostile or mistaken, and none may run.
var writes = []string{
	"", ";", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1; COMMIT; INSERT INTO flows(flow_id) VALUES (1)", "SELECT 1;/**/DROP TABLE calls",
	"SELECT 'a", "SELECT /* 1", "SELECT $$", `SELECT 'a\'; DROP TABLE calls; --'`, "SELECT 1 \u00a0; DROP TABLE calls",
	"INSERT INTO flows(flow_id) VALUES (1)", "DELETE FROM calls", "UPDATE calls SET resp_status = 1", "DROP TABLE calls", "DROP VIEW events",
	"CREATE TABLE x(i INT)", "CREATE TEMP TABLE x AS SELECT 1", "CREATE MACRO f(a) AS a", "ALTER TABLE calls ADD COLUMN x INT", "TRUNCATE calls",
	"WITH a AS (SELECT 1) INSERT INTO flows(flow_id) SELECT * FROM a", "EXPLAIN ANALYZE INSERT INTO flows(flow_id) VALUES (1)", "EXPLAIN ANALYZE DELETE FROM calls",
	"COPY calls TO '/tmp/spaniel-hostile.csv'", "COPY (SELECT 1) TO '/tmp/spaniel-hostile.csv'", "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/spaniel-hostile.csv'",
	"COPY calls FROM '/etc/passwd'", "EXPORT DATABASE '/tmp/spaniel-hostile'", "IMPORT DATABASE '/tmp'",
	"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM read_json('/etc/passwd')",
	"SELECT * FROM read_parquet('/etc/passwd')", "SELECT * FROM glob('/*')", "SELECT * FROM '/etc/passwd'", "FROM '/etc/passwd.csv'", "SELECT * FROM 'http://127.0.0.1:1/x.csv'",
	"SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM read_duckdb('/tmp/x.db')", "SELECT * FROM query('COPY calls TO ''/tmp/spaniel-hostile.csv''')",
	"SELECT * FROM query('INSERT INTO flows(flow_id) VALUES (1)')", "SELECT * FROM query_table('/etc/passwd')",
	"ATTACH '/tmp/spaniel-hostile.db'", "ATTACH ':memory:' AS m", "DETACH calls", "USE memory", "INSTALL httpfs", "LOAD httpfs", "LOAD '/tmp/x.so'",
	"SET memory_limit='100GB'", "SET VARIABLE a = 1", "RESET memory_limit", "SET enable_external_access=true", "PRAGMA memory_limit='100GB'", "PRAGMA enable_profiling",
	"CALL pragma_version()", "CALL enable_logging()", "CHECKPOINT", "FORCE CHECKPOINT", "VACUUM", "ANALYZE", "BEGIN", "COMMIT", "ROLLBACK", "PREPARE a AS SELECT 1", "EXECUTE a", "DEALLOCATE a",
	"CREATE SECRET (TYPE s3)", "CREATE SEQUENCE s", "COMMENT ON TABLE calls IS 'x'", "SELECT nextval('s')", "MERGE INTO flows USING calls ON true WHEN MATCHED THEN DELETE",
	"PIVOT (SELECT 1 AS a) ON a", "SELEC 1", "SELECT nothere FROM calls", "SELECT * FROM nothere", "SELECT getenv('HOME')", "SELECT 1 INTO x",
}

func TestReadsAreAnswered(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	write(t, s, mixed(3))
	for _, q := range reads {
		ask(t, s, q)
	}
}

func TestHostileSQL(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "calls.duckdb"), DefaultConfig())
	write(t, s, mixed(3))
	for _, q := range writes {
		refuse(t, q, func() error { return run(s, q) })
	}
	unharmed(t, s, dir)
}

// run reads all of a query, as some faults show only then.
func run(s *Store, q string) error {
	r, err := s.Query(context.Background(), q)
	if err != nil {
		return err
	}
	for r.Next() {
	}
	return errors.Join(r.Err(), r.Close())
}

func refuse(t *testing.T, q string, f func() error) {
	t.Helper()
	var sqlErr *SQLError
	if err := f(); err == nil {
		t.Errorf("ran: %s", q)
	} else if !errors.As(err, &sqlErr) {
		t.Errorf("%s: %v is no SQLError", q, err)
	}
}

func unharmed(t *testing.T, s *Store, dir string) {
	t.Helper()
	if got := strings.Join(ask(t, s, "SELECT count(*) FROM calls UNION ALL SELECT count(*) FROM flows"), ","); got != "3,1" {
		t.Errorf("calls, flows: %s", got)
	}
	if got := ask(t, s, "SELECT count(*) FROM duckdb_tables()"); got[0] != "7" {
		t.Errorf("tables: %v", got)
	}
	for _, pattern := range []string{"/tmp/spaniel-hostile*", filepath.Join(dir, "*.csv")} {
		if m, err := filepath.Glob(pattern); err != nil || len(m) > 0 {
			t.Errorf("files were written: %v %v", m, err)
		}
	}
}

// Each wall alone: what stands behind it must hold when it falls.

func TestEngineParserRefusesSeveral(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	for _, q := range []string{"SELECT 1; SELECT 2", "SELECT 1; COMMIT; INSERT INTO flows(flow_id) VALUES (1)"} {
		if err := s.guard.one(q); !errors.Is(err, errSeveral) {
			t.Errorf("%s: %v", q, err)
		}
	}
	if err := s.guard.one("SELECT ';'"); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyTransactionHolds(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "calls.duckdb"), DefaultConfig())
	write(t, s, mixed(3))
	ctx := context.Background()
	for _, q := range []string{"INSERT INTO flows(flow_id) VALUES (1)", "DELETE FROM calls", "DROP TABLE calls", "CREATE TABLE x(i INT)", "UPDATE calls SET resp_status = 1"} {
		conn, err := s.db.Load().Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(ctx, q); err == nil {
			t.Errorf("ran in a read-only transaction: %s", q)
		}
		if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	unharmed(t, s, dir)
}

func TestEngineHasNoFilesNorSettings(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "calls.duckdb"), DefaultConfig())
	write(t, s, mixed(3))
	for _, q := range []string{"COPY calls TO '/tmp/spaniel-hostile.csv'", "SELECT * FROM read_text('/etc/passwd')", "ATTACH '/tmp/spaniel-hostile.db'", "INSTALL httpfs",
		"LOAD httpfs", "SET memory_limit='100GB'", "SET enable_external_access=true", "EXPORT DATABASE '/tmp/spaniel-hostile'", "SET lock_configuration=false"} {
		if _, err := s.db.Load().ExecContext(context.Background(), q); err == nil {
			t.Errorf("ran without the walls before it: %s", q)
		}
	}
	unharmed(t, s, dir)
}

func TestQueryLimits(t *testing.T) {
	cfg := DefaultConfig()
	cfg.QueryRows = 10
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), cfg)
	r, err := s.Query(context.Background(), "SELECT * FROM range(11)")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r.Next() {
		n++
	}
	if err := errors.Join(r.Err(), r.Close(), r.Close()); err != nil || n != 10 || !r.Truncated() {
		t.Fatalf("%d rows, truncated %v, %v", n, r.Truncated(), err)
	}
	cfg.QueryTime = 200 * time.Millisecond
	short := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), cfg)
	err = run(short, "SELECT count(*) FROM range(1000000000000)")
	if err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Fatalf("an endless query: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Query(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
}

func TestQueryMemoryIsBounded(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Memory = 64 << 20
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), cfg)
	refuse(t, "a large aggregate", func() error { return run(s, "SELECT length(string_agg(repeat('x', 1000), '')) FROM range(1000000)") })
	ask(t, s, "SELECT 1")
}

func TestReadOnlyStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	s := open(t, path, DefaultConfig())
	write(t, s, mixed(3))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.ReadOnly = true
	s = open(t, path, cfg)
	if got := ask(t, s, "SELECT count(*) FROM events"); got[0] != "3" {
		t.Fatal(got)
	}
	if err := s.Write(context.Background(), mixed(1)); err == nil {
		t.Fatal("a read-only store took a batch")
	}
}

func TestQueriesRunBesideTheWriter(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	write(t, s, mixed(1))
	r, err := s.Query(context.Background(), "SELECT count(*) FROM calls")
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, mixed(500))
	for r.Next() {
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		t.Fatal(err)
	}
}

// FuzzSingle holds single to its promise: what it passes is one statement to
// the engine as well, or none. PIVOT alone is apart: without IN the engine
// makes several of it, which is why it is refused.
func FuzzSingle(f *testing.F) {
	for _, q := range append(append([]string{}, reads...), writes...) {
		f.Add(q)
	}
	var p parser
	f.Fuzz(func(t *testing.T, q string) {
		stmt, err := single(q)
		if err == nil && !strings.Contains(stmt, "\x00") && !strings.Contains(strings.ToUpper(stmt), "PIVOT") && errors.Is(p.one(stmt), errSeveral) {
			t.Fatalf("%q is several statements to the engine", stmt)
		}
	})
}

func TestSingleKeepsOneStatement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"SELECT 1", "';'", `";"`, "$$;$$", "-- ;\n", "/* ; */", " "}), 1, 8).Draw(t, "parts")
		text := strings.Join(parts, " ")
		if _, err := single(text + ";"); err != nil && !strings.Contains(err.Error(), "no statement") {
			t.Fatalf("%q: %v", text, err)
		}
		if _, err := single("SELECT 1 " + text + "; x"); err == nil {
			t.Fatalf("%q; x was taken for one statement", text)
		}
	})
}
