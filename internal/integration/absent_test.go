//go:build integration

package integration

import (
	"strings"
	"testing"

	"spaniel/internal/forward"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

// TestClickHouseWithATableForCallsAlone sends records of all kinds to an old
// server where somebody made a table of calls and nothing else: the calls
// arrive, the others are passed over and counted.
func TestClickHouseWithATableForCallsAlone(t *testing.T) {
	const n = 5_000
	_, addr := startClickHouse(t)
	url := "clickhouse://default@" + addr + "/default"
	db := clickhouseDB(t, url)
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", ClickHouse: &chsink.Config{URL: url}}, 1_000)
	p.failing("without any table", append(append(makeCalls(n), makeAlerts(100)...), makeNotes()...))
	execute(t, db, plainTable)
	s := p.await("calls delivered, the rest passed over", patience, func(s forward.Stats) bool { return int(s.Delivered+s.Filtered) >= n+100+notes })
	var rows uint64
	scan(t, db, "SELECT count() FROM calls", &rows)
	if rows != n || int(s.Delivered) != n || int(s.Filtered) != 100+notes || !strings.Contains(s.Note, "no table") {
		t.Errorf("%d rows; %+v", rows, s)
	}
}
