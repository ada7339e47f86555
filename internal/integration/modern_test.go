//go:build integration

package integration

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
	"spaniel/internal/forward"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

func TestClickHouseModern(t *testing.T) {
	addr := startModernClickHouse(t)
	t.Run("twice", func(t *testing.T) { modernTwice(t, addr) })
	t.Run("poison", func(t *testing.T) { modernPoison(t, addr) })
	t.Run("roll-ups", func(t *testing.T) { modernRollUps(t, addr) })
	t.Run("lost acknowledgements", func(t *testing.T) { modernLostAcks(t, addr) })
	t.Run("cluster", func(t *testing.T) { modernCluster(t, addr) })
	t.Run("migrations", func(t *testing.T) { modernMigrations(t, addr) })
	t.Run("expiry", func(t *testing.T) { modernExpiry(t, addr) })
}

// modernExpiry keeps rows for three days: of those that were spooled five days ago
// each table lets go with its next merge, and of today's none.
func modernExpiry(t *testing.T, addr string) {
	const n = 600
	maker := clickhouseDB(t, "http://"+addr+"/default")
	execute(t, maker, chsink.DDL(chsink.Schema{Database: "expiring", Days: 3})...)
	execute(t, maker, "SYSTEM STOP MERGES", "SYSTEM STOP TTL MERGES") // until all is there
	url := "http://" + addr + "/expiring"
	db := clickhouseDB(t, url)
	now := time.Now().UTC()
	items := append(append(makeCalls(n), makeAlerts(n)...), makeNotes()...)
	days := map[event.Kind]int{}
	for i := range items {
		it := &items[i]
		day := now.AddDate(0, 0, -5*(days[it.Kind]%2)).Format(time.DateOnly) // the first of each kind is today's
		days[it.Kind]++
		switch {
		case it.Call != nil:
			it.Call.SpooledDay = day
		case it.Alert != nil:
			it.Alert.SpooledDay = day
		case it.Flow != nil:
			it.Flow.SpooledDay = day
		case it.Note != nil:
			it.Note.SpooledDay = day
		}
	}
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", ClickHouse: &chsink.Config{URL: url}}, n)
	p.put(items)
	p.delivered(len(items), patience)
	execute(t, db, "INSERT INTO calls_minutes (minute, req_host) VALUES (now() - INTERVAL 5 DAY, 'old'), (now(), 'new')")
	tables := []string{"calls", "alerts", "flows", "anomalies", "losses", "facts", "calls_minutes"}
	before := counts(t, db, tables...)
	if want := fmt.Sprintf("calls %d, alerts %d, flows 3, anomalies 2, losses 2, facts 2, calls_minutes 2", n, n); before != want {
		t.Fatalf("before: %s, want %s", before, want)
	}
	execute(t, maker, "SYSTEM START MERGES", "SYSTEM START TTL MERGES")
	want := fmt.Sprintf("calls %d, alerts %d, flows 2, anomalies 1, losses 1, facts 1, calls_minutes 1", n/2, n/2)
	for until := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) { // a merge of the server's own may be under way
		for _, table := range tables {
			execute(t, db, "OPTIMIZE TABLE "+table+" FINAL")
		}
		after := counts(t, db, tables...)
		if after == want {
			t.Logf("spooled: %s; once merged: %s", before, after)
			break
		}
		if time.Now().After(until) {
			t.Fatalf("after: %s, want %s", after, want)
		}
	}
	var old uint64
	for _, table := range tables[:6] {
		scan(t, db, "SELECT countIf(spooled_day < toDate('"+now.Format(time.DateOnly)+"')) FROM "+table, &old)
		if old > 0 {
			t.Errorf("%d rows of %s are of five days ago", old, table)
		}
	}
}

// modernMigrations makes the tables in an empty server, finds that there is
// nothing more to do, and brings those of an older version up to date; what they
// hold stays, and calls arrive in all of them.
func modernMigrations(t *testing.T, addr string) {
	maker := clickhouseDB(t, "http://"+addr+"/default")
	migrate := func(database string, run bool) (numbers []int) {
		t.Helper()
		err := chsink.Pending(bounded(t, patience), chsink.Config{URL: "http://" + addr + "/" + database}, chsink.Schema{}, run, func(m chsink.Migration) error {
			numbers = append(numbers, m.Number)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return numbers
	}
	whole := []int{1, 2}
	if got := migrate("fresh", false); !slices.Equal(got, whole) {
		t.Errorf("an empty server lacks %v", got)
	}
	if got := migrate("fresh", true); !slices.Equal(got, whole) {
		t.Errorf("made %v", got)
	}
	if got := migrate("fresh", true); len(got) != 0 {
		t.Errorf("and again %v", got)
	}
	execute(t, maker, chsink.Migrations(chsink.Schema{Database: "older"})[0].Statements...)
	execute(t, maker, "INSERT INTO older.calls (ts, call_id, spooled_day) SELECT now(), '0123456789abcdef', today()")
	if got := migrate("older", true); !slices.Equal(got, []int{2}) {
		t.Errorf("an older version lacks %v", got)
	}
	for database, there := range map[string]uint64{"fresh": 0, "older": 1} {
		p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: "http://" + addr + "/" + database}}, 500)
		p.put(makeCalls(1_000))
		p.delivered(1_000, patience)
		var rows uint64
		scan(t, maker, "SELECT count() FROM "+database+".calls", &rows)
		if rows != 1_000+there {
			t.Errorf("%s holds %d rows", database, rows)
		}
	}
}

// modernLostAcks puts a proxy between, which breaks the connection behind every
// second insert that the server took: the retry is known by its token, and
// nothing is in the table twice.
func modernLostAcks(t *testing.T, addr string) {
	const n = 10_000
	inserts, lost := 0, 0
	to := &url.URL{Scheme: "http", Host: addr}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, ErrorLog: log.New(io.Discard, "", 0),
		ModifyResponse: func(res *http.Response) error {
			if !strings.HasPrefix(res.Request.URL.Query().Get("query"), "INSERT") || res.StatusCode != http.StatusOK {
				return nil
			}
			if inserts++; inserts%2 == 0 {
				return nil
			}
			lost++
			panic(http.ErrAbortHandler)
		}}
	server := httptest.NewServer(proxy)
	defer server.Close()
	maker := clickhouseDB(t, "http://"+addr+"/default")
	execute(t, maker, chsink.DDL(chsink.Schema{Database: "acks"})...)
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: server.URL + "/acks"}}, 1_000)
	p.put(makeCalls(n))
	s := p.delivered(n, patience)
	var rows uint64
	scan(t, maker, "SELECT count() FROM acks.calls", &rows)
	if rows != n || lost < 5 || int(s.Retried) != lost {
		t.Errorf("%d rows of %d calls; %d acknowledgements lost, %d attempts failed", rows, n, lost, s.Retried)
	}
	t.Logf("%d acknowledgements of %d lost, %d attempts failed; %d rows of %d calls", lost, inserts, s.Retried, rows, n)
}

// modernCluster has the engine read the statements for a cluster, which it is not.
func modernCluster(t *testing.T, addr string) {
	db := clickhouseDB(t, "http://"+addr+"/default")
	list := chsink.DDL(chsink.Schema{Days: 30, Cluster: "lake"})
	for _, s := range list {
		if !strings.HasPrefix(s, "INSERT") {
			s = "EXPLAIN AST " + s
			rows, err := db.Query(bounded(t, patience), s)
			if err != nil {
				t.Fatalf("%v\n%s", err, s)
			}
			rows.Close()
		}
	}
	t.Logf("%d statements are understood", len(list))
}

// modernRollUps sends calls of the last minutes twice, in other batches, and
// counts them by the roll-up, which is refreshed twice as well.
func modernRollUps(t *testing.T, addr string) {
	const n = 9_000
	maker := clickhouseDB(t, "http://"+addr+"/default")
	execute(t, maker, chsink.DDL(chsink.Schema{Database: "rolled"})...)
	execute(t, maker, "SYSTEM STOP MERGES")
	url := "http://" + addr + "/rolled"
	db := clickhouseDB(t, url)
	calls := makeCalls(n)
	now := time.Now().UTC()
	for i := range calls {
		calls[i].Call.Time = event.Nanos(now.Add(-time.Duration(i) * 100 * time.Millisecond).UnixNano())
		calls[i].Call.SpooledDay = now.Format(time.DateOnly)
	}
	dir := spoolDir(t)
	for i, name := range []string{"once", "again"} {
		p := newPipeline(t, dir, all.Config{Name: name, Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: url}}, 1_000-300*i)
		if i == 0 {
			p.put(calls)
		}
		p.delivered(n, patience)
		p.close()
		execute(t, db, "SYSTEM REFRESH VIEW rolled.calls_minutes_refresh", "SYSTEM WAIT VIEW rolled.calls_minutes_refresh")
		time.Sleep(1100 * time.Millisecond) // the next refresh is of another second
	}
	var rows, sum, clients, minutes, shown, slow uint64
	scan(t, db, "SELECT count() FROM calls", &rows)
	scan(t, db, "SELECT sum(calls), max(clients), uniqExact(minute), count(), max(toUInt64(duration_us[3])) FROM calls_by_minute", &sum, &clients, &minutes, &shown, &slow)
	if rows != 2*n || sum != n || minutes < 15 || minutes > 16 || clients < 20 || slow < 8000 || slow > 9000 {
		t.Errorf("%d rows of calls; by minute %d calls, at most %d clients, %d minutes, 99 %% below %d µs", rows, sum, clients, minutes, slow)
	}
	t.Logf("%d rows, each call twice; %d calls in %d rows of %d minutes", rows, sum, shown, minutes)
}

// modernPoison sends calls to a table that refuses some for what they hold:
// those, and no others, become dead letters.
func modernPoison(t *testing.T, addr string) {
	url := "http://" + addr + "/default"
	db := clickhouseDB(t, url)
	execute(t, db, "CREATE TABLE picky (call_id FixedString(16), resp_status UInt16, CONSTRAINT known CHECK resp_status != 999) ENGINE = MergeTree ORDER BY call_id")
	calls := makeCalls(3_000)
	bad := map[int]bool{0: true, 1234: true, 2998: true, 2999: true}
	for i := range bad {
		calls[i].Call.Status = 999
	}
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: url, Calls: "picky"}}, 1_000)
	p.put(calls)
	s := p.await("the calls that pass", patience, func(s forward.Stats) bool { return int(s.Delivered+s.DeadLettered) >= len(calls) })
	var rows, distinct uint64
	scan(t, db, "SELECT count(), uniqExact(call_id) FROM picky", &rows, &distinct)
	if int(s.DeadLettered) != len(bad) || int(distinct) != len(calls)-len(bad) || rows != distinct {
		t.Errorf("%d dead letters, %d rows and %d calls in the table; want %d, and the other calls once", s.DeadLettered, rows, distinct, len(bad))
	}
	t.Logf("%d rows, %d calls in the table; %d found and set aside, %d attempts failed", rows, distinct, s.DeadLettered, s.Retried)
}

// modernTwice sends calls and alerts into the shipped tables of a modern
// engine, over HTTP, and sends them again in other batches, as a restored
// spool would. Identical batches are known by their token; of others the
// tables hold every row twice, as nothing merges them here, and the views show
// each once.
func modernTwice(t *testing.T, addr string) {
	const calls, alerts = 20_000, 1_000
	maker := clickhouseDB(t, "http://"+addr+"/default")
	ddl := chsink.DDL(chsink.Schema{Days: 30})
	execute(t, maker, ddl...)
	execute(t, maker, ddl...) // can be run again
	execute(t, maker, "SYSTEM STOP MERGES")
	url := "http://" + addr + "/spaniel"
	db := clickhouseDB(t, url)

	dir := spoolDir(t)
	send := func(name string, records int, items []event.Item) {
		p := newPipeline(t, dir, all.Config{Name: name, ClickHouse: &chsink.Config{URL: url}}, records)
		p.put(items)
		s := p.delivered(calls+alerts+notes, patience)
		p.close()
		t.Logf("%s: %d records in batches of %d, %d attempts failed; rows now: %s", name, s.Delivered, records, s.Retried, counts(t, db, "calls", "alerts", "flows", "anomalies", "losses", "facts"))
	}
	items := append(append(makeCalls(calls), makeAlerts(alerts)...), makeNotes()...)
	send("first", 3_000, items)
	send("same-batches", 3_000, nil) // the spool still has them; the tokens are known
	if got, want := counts(t, db, "calls", "alerts"), fmt.Sprintf("calls %d, alerts %d", calls, alerts); got != want {
		t.Errorf("identical batches are in the tables twice: %s, want %s", got, want)
	}
	send("other-batches", 333, nil)
	if got, want := counts(t, db, "calls", "alerts"), fmt.Sprintf("calls %d, alerts %d", 2*calls, 2*alerts); got != want {
		t.Errorf("nothing to leave out: %s, want %s", got, want)
	}
	if got, want := counts(t, db, "events", "calls_with_alerts"), fmt.Sprintf("events %d, calls_with_alerts %d", calls, calls); got != want {
		t.Errorf("the views show %s, want %s", got, want)
	}
	checkJoin(t, db, alerts)
	checkValues(t, db)
	checkNotes(t, db)
}

// counts says how many rows each table or view shows.
func counts(t *testing.T, db driver.Conn, tables ...string) (text string) {
	t.Helper()
	for i, name := range tables {
		var n uint64
		scan(t, db, "SELECT count() FROM "+name, &n)
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %d", name, n)
	}
	return text
}

// checkJoin: alert i rests on call i, and on no other.
func checkJoin(t *testing.T, db driver.Conn, alerts int) {
	t.Helper()
	var judged, single, right uint64
	scan(t, db, `SELECT countIf(notEmpty(alert_ids)), countIf(length(alert_ids) = 1 AND alert_rules = ['integration']), countIf(notEmpty(alert_ids) AND first_frame < 2 * 1000) FROM calls_with_alerts`, &judged, &single, &right)
	if n := uint64(alerts); judged != n || single != n || right != n {
		t.Errorf("%d calls with alerts, %d with one, %d the right ones; want %d", judged, single, right, alerts)
	}
	t.Logf("calls_with_alerts: %d calls with alerts, %d with exactly one, %d of them the right one", judged, single, right)
}

// checkValues reads rows back as the driver types them.
func checkValues(t *testing.T, db driver.Conn) {
	t.Helper()
	ips := 0
	for _, i := range []int{0, 1, 4, 19_999} {
		r := makeCalls(i + 1)[i].Call
		var row struct {
			ts                             time.Time
			client, server                 netip.Addr
			host, query, id, day           string
			status                         uint16
			flow, resp, print              uint64
			reqHeaders                     map[string][]string
			leaves                         map[string]string
			flags, pii, anomalies          []string
			rate                           float32
			hostType, idType, tsType, mapT string
		}
		scan(t, db, fmt.Sprintf(`SELECT ts, client_ip, server_ip, req_host, req_query, lower(hex(call_id)), toString(spooled_day), resp_status, flow_id, resp_body_bytes, client_fingerprint,
			req_headers, req_leaves, call_flags, resp_pii, call_anomalies, call_sample_rate, toTypeName(req_host), toTypeName(call_id), toTypeName(ts), toTypeName(req_headers)
			FROM events WHERE call_id = unhex('%s')`, r.ID),
			&row.ts, &row.client, &row.server, &row.host, &row.query, &row.id, &row.day, &row.status, &row.flow, &row.resp, &row.print,
			&row.reqHeaders, &row.leaves, &row.flags, &row.pii, &row.anomalies, &row.rate, &row.hostType, &row.idType, &row.tsType, &row.mapT)
		same := row.ts.UnixMicro() == r.Time.Time().UnixMicro() && row.client.Unmap() == r.ClientIP && row.server.Unmap() == r.ServerIP && row.host == r.Host && row.query == r.Query &&
			row.id == r.ID.String() && row.day == r.SpooledDay && row.status == r.Status && row.flow == r.FlowID && row.resp == r.RespBytes && row.print == r.Fingerprint && row.rate == r.SampleRate
		same = same && reflect.DeepEqual(row.reqHeaders, map[string][]string{"accept": {"*/*"}, "x-tag": {"a", "b"}}) && reflect.DeepEqual(row.leaves, map[string]string{"query.q": "shoe"}) &&
			reflect.DeepEqual(row.flags, r.Flags) && reflect.DeepEqual(row.pii, r.PII) && len(row.anomalies) == 0
		if !same {
			t.Errorf("call %d came back as %+v, was %+v", i, row, *r)
		}
		if row.hostType != "LowCardinality(String)" || row.idType != "FixedString(16)" || row.tsType != "DateTime64(6, 'UTC')" || row.mapT != "Map(LowCardinality(String), Array(String))" {
			t.Errorf("types %s, %s, %s, %s", row.hostType, row.idType, row.tsType, row.mapT)
		}
		ips++
	}
	t.Logf("%d calls read back equal in 17 typed columns (DateTime64, IPv6, Map, Array, LowCardinality, FixedString)", ips)
}

// notes is how many records makeNotes makes.
const notes = 9

// makeNotes returns three flows, two anomalies, two losses and two facts.
func makeNotes() (items []event.Item) {
	at, addr := event.Nanos(begin.UnixNano()), netip.MustParseAddr("203.0.113.9")
	for i := range 3 {
		items = append(items, event.Item{Kind: event.KindFlow, Flow: &event.FlowRecord{Time: at, Last: at, FlowID: uint64(i), SensorName: "sensor-1", ClientIP: addr, ServerIP: addr,
			Service: "http", Ended: "fin", ReqBytes: 1 << 40, Flags: []string{"gap"}, SpooledDay: spooledDay}})
	}
	for _, k := range []event.Kind{event.KindAnomaly, event.KindLoss} {
		for i := range 2 {
			items = append(items, event.Item{Kind: k, Note: &event.NoteRecord{Time: at, Name: "gap", SensorName: "sensor-1", FlowID: uint64(i), ClientIP: addr, ServerIP: addr,
				Direction: "to_client", Bytes: 1460, Detail: hostile[i], SpooledDay: spooledDay}})
		}
	}
	for i, expires := range []string{"2026-12-24T00:00:00Z", "2026-11-30T00:00:00Z"} {
		items = append(items, event.Item{Kind: event.KindFact, Note: &event.NoteRecord{Time: at, Name: "tls", SensorName: "sensor-1", FlowID: uint64(i), ClientIP: addr, ServerIP: addr,
			Detail: hostile[i], Fields: event.ValueMap{{Name: "sni", Value: "shop.example"}, {Name: "version", Value: "tls1.2"}, {Name: "not_after", Value: expires}}, SpooledDay: spooledDay}})
	}
	return items
}

// checkNotes: what was sent three times is there once.
func checkNotes(t *testing.T, db driver.Conn) {
	t.Helper()
	var flows, anomalies, losses, bytes uint64
	scan(t, db, "SELECT count(), sum(req_bytes) FROM flows FINAL", &flows, &bytes)
	scan(t, db, "SELECT count() FROM anomalies FINAL", &anomalies)
	scan(t, db, "SELECT count() FROM losses FINAL", &losses)
	if flows != 3 || bytes != 3<<40 || anomalies != 2 || losses != 2 {
		t.Errorf("%d flows of %d bytes, %d anomalies, %d losses", flows, bytes, anomalies, losses)
	}
	// The page's question: which server names, with which versions, expire when.
	var name, version, expires string
	var n uint64
	scan(t, db, "SELECT fields['sni'] AS server_name, fields['version'] AS version, min(fields['not_after']) AS expires, count(*) AS connections FROM facts FINAL WHERE name = 'tls' GROUP BY server_name, version",
		&name, &version, &expires, &n)
	if name != "shop.example" || version != "tls1.2" || expires != "2026-11-30T00:00:00Z" || n != 2 {
		t.Errorf("facts say %s, %s, %s, %d", name, version, expires, n)
	}
	t.Logf("with FINAL: %d flows, %d anomalies, %d losses, %d facts, each once", flows, anomalies, losses, n)
}
