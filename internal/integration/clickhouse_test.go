//go:build integration

package integration

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

// A table as somebody made it by hand long ago: some of our columns, as plain
// types, one wider and one narrower than ours, and columns of their own.
const plainTable = `CREATE TABLE calls (
	loaded DateTime DEFAULT now(), team String DEFAULT 'shop',
	ts DateTime, call_id String, sensor_name String, flow_id UInt64, call_depth UInt8, client_ip String, client_port Int32,
	req_method String, req_host String, req_path String, req_query String, resp_status UInt16,
	req_body_bytes UInt64, resp_body_bytes UInt64, call_duration_us UInt32, call_sample_rate Float64,
	req_headers String, call_flags Array(String), principal_user Nullable(String), call_anomalies UInt8 DEFAULT 7, spooled_day Date
) ENGINE = MergeTree PARTITION BY spooled_day ORDER BY (req_host, ts)`

// TestClickHouseNative sends 100,000 calls to a real, old server over its
// native protocol, into a table that is not ours. The server is killed, hangs,
// and changes the table on the way; what the table holds is compared with what
// was made.
func TestClickHouseNative(t *testing.T) {
	const n = 100_000
	server, addr := startClickHouse(t)
	db := clickhouseDB(t, "clickhouse://default@"+addr+"/default")
	execute(t, db, plainTable)
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: "clickhouse://default@" + addr + "/default"}}, 2_000)
	calls := makeCalls(n)
	start := time.Now()
	put := 0
	next := func() []event.Item { // a fifth of the calls
		put += n / 5
		return calls[put-n/5 : put]
	}
	p.put(next())
	for range 2 {
		p.delivered(put-n/10, patience)
		server.kill(syscall.SIGKILL)
		p.failing("killed", next())
		server.run()
		server.ready(addr)
	}
	p.delivered(put, patience)
	server.freeze()
	p.failing("frozen", next())
	server.thaw()
	p.delivered(put, patience)
	execute(t, db, "ALTER TABLE calls DROP COLUMN req_query", "ALTER TABLE calls ADD COLUMN call_style String DEFAULT 'before'")
	p.failing("altered", next())
	s := p.delivered(n, patience)
	t.Logf("all delivered %.1f s after the first, %d attempts failed", time.Since(start).Seconds(), s.Retried)
	comparePlain(t, db, n)
	var rest uint64
	scan(t, db, "SELECT uniqExact(call_id) FROM calls WHERE call_style = 'rest'", &rest)
	if rest < n/5 {
		t.Errorf("%d calls have the new column, want the last %d", rest, n/5)
	}
}

// comparePlain compares the table, a row for each id, with the made calls.
func comparePlain(t *testing.T, db driver.Conn, n int) {
	var want struct{ status, req, resp, duration, depth, flow, port uint64 }
	for _, it := range makeCalls(n) {
		r := it.Call
		want.status += uint64(r.Status)
		want.req += r.ReqBytes
		want.resp += r.RespBytes
		want.duration += uint64(r.Duration)
		want.depth += uint64(r.Depth)
		want.flow += r.FlowID
		want.port += uint64(r.ClientPort)
	}
	got := want
	var rows, distinct uint64
	scan(t, db, "SELECT count(), uniqExact(call_id) FROM calls", &rows, &distinct)
	scan(t, db, `SELECT sum(a), sum(b), sum(c), sum(d), sum(e), sum(f), sum(g) FROM (
		SELECT call_id, any(resp_status) AS a, any(req_body_bytes) AS b, any(resp_body_bytes) AS c, any(call_duration_us) AS d, any(call_depth) AS e, any(flow_id) AS f,
			toUInt64(any(client_port)) AS g FROM calls GROUP BY call_id)`,
		&got.status, &got.req, &got.resp, &got.duration, &got.depth, &got.flow, &got.port)
	if distinct != uint64(n) || got != want {
		t.Errorf("%d distinct calls of %d, sums %+v, want %+v", distinct, n, got, want)
	}
	// Each call's text is its own, so that one value in another's row shows.
	var mixed, odd uint64
	scan(t, db, `SELECT countIf(req_path != concat('/orders/', toString(flow_id * 10 + call_depth - 1))),
		countIf(team != 'shop' OR call_anomalies != 7 OR loaded < toDateTime('2020-01-01 00:00:00') OR call_flags != ['gap', 'capped'] OR req_headers != '{"accept":["*/*"],"x-tag":["a","b"]}')
		FROM calls`, &mixed, &odd)
	if mixed != 0 || odd != 0 {
		t.Errorf("%d rows mixed up, %d with odd columns", mixed, odd)
	}
	t.Logf("the table holds %d rows, %d distinct calls of %d (%d doubled by the faults), sums of 7 columns equal: %+v", rows, distinct, n, rows-distinct, got)
}

func clickhouseDB(t *testing.T, url string) driver.Conn {
	t.Helper()
	opt, err := clickhouse.ParseDSN(url)
	if err != nil {
		t.Fatal(err)
	}
	db, err := clickhouse.Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func execute(t *testing.T, db driver.Conn, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := db.Exec(bounded(t, patience), s); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
	}
}

// scan reads the one row of a query. The first try after a restart may meet a
// connection of the server that was killed.
func scan(t *testing.T, db driver.Conn, query string, dst ...any) {
	t.Helper()
	var err error
	for range 3 {
		if err = db.QueryRow(context.Background(), query).Scan(dst...); err == nil {
			return
		}
	}
	t.Fatal(fmt.Errorf("%w\n%s", err, query))
}
