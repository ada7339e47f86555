//go:build integration

package integration

import (
	"strings"
	"testing"

	"spaniel/internal/forward"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

// TestClickHouseTooManyParts inserts into a table that takes only a few blocks
// until it has merged them, which it may not: the rest waits, nothing is set
// aside, and once it may, all arrives.
func TestClickHouseTooManyParts(t *testing.T) {
	const n = 20_000
	_, addr := startClickHouse(t)
	url := "clickhouse://default@" + addr + "/default"
	db := clickhouseDB(t, url)
	execute(t, db, "CREATE TABLE calls (call_id String, ts DateTime, spooled_day Date) ENGINE = MergeTree PARTITION BY spooled_day ORDER BY ts SETTINGS parts_to_delay_insert = 8, parts_to_throw_insert = 8",
		"SYSTEM STOP MERGES")
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: url}}, 1_000)
	p.put(makeCalls(n))
	s := p.await("it refuses", patience, func(s forward.Stats) bool { return strings.Contains(s.LastError, "Too many parts") })
	if s.Delivered == 0 || s.DeadLettered != 0 {
		t.Errorf("%+v", s)
	}
	t.Logf("with %d delivered: %s", s.Delivered, s.LastError)
	execute(t, db, "SYSTEM START MERGES")
	p.delivered(n, patience)
	var rows, ids uint64
	scan(t, db, "SELECT count(), uniqExact(call_id) FROM calls", &rows, &ids)
	// A batch that is refused when a part of it was written comes again; a table
	// that replaces rows would show each once.
	if rows < n || rows%1_000 != 0 || ids != n {
		t.Errorf("%d rows, %d calls of %d", rows, ids, n)
	}
	t.Logf("%d rows of %d calls", rows, n)
}
