//go:build integration

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/internal/porttest"
)

// Tables that hold what delivery is judged by, as an old server can make them:
// the engine, partition and key of the shipped ones, and the views that read
// without doubles. Merges are off while the test runs, so that what is doubled
// stays to be seen.
var deliveryTables = []string{
	`CREATE TABLE calls (ts DateTime, call_id String, req_host String, req_path String, resp_status UInt16, spooled_day Date)
	ENGINE = ReplacingMergeTree PARTITION BY spooled_day ORDER BY (req_host, toStartOfHour(ts), call_id) SETTINGS parts_to_delay_insert = 100000, parts_to_throw_insert = 100000`,
	`CREATE TABLE alerts (ts DateTime, id String, rule_id String, severity String, count UInt64, req_target String, spooled_day Date)
	ENGINE = ReplacingMergeTree PARTITION BY spooled_day ORDER BY (rule_id, toStartOfHour(ts), id) SETTINGS parts_to_delay_insert = 100000, parts_to_throw_insert = 100000`,
	"CREATE VIEW events AS SELECT * FROM calls FINAL",
	"CREATE VIEW alerts_once AS SELECT * FROM alerts FINAL",
	"SYSTEM STOP MERGES",
}

// A delivery is the sensor between a shop and real destinations: alerts go to
// Kafka, alerts and calls to ClickHouse and the embedded store. A sink that
// nothing ever reaches keeps every record in the spool, to compare with.
type delivery struct {
	*world
	broker, warehouse *process
	chAddr, spool     string
}

func newDelivery(t *testing.T) *delivery {
	t.Helper()
	s := openShop(t)
	d := deliveryTo(t, s.port(), deliveryTables)
	d.shop = s
	return d
}

// deliveryTo watches a port, and makes the tables.
func deliveryTo(t *testing.T, port int, tables []string) *delivery {
	t.Helper()
	dir := t.TempDir()
	d := &delivery{world: &world{t: t, api: local(porttest.Free(t)), bin: filepath.Join(dir, "spaniel"), config: filepath.Join(dir, "spaniel.yaml")}, spool: filepath.Join(dir, "spool")}
	command(t, ".", "go", "build", "-o", d.bin, "../../cmd/spaniel")
	d.broker, d.kafkaAddr = startKafka(t)
	createTopic(t, d.kafkaAddr, alertTopic, 3)
	d.warehouse, d.chAddr = startClickHouse(t)
	d.chURL = "clickhouse://default@" + d.chAddr + "/default"
	d.db = clickhouseDB(t, d.chURL)
	execute(t, d.db, tables...)
	write(t, d.config, fmt.Sprintf(`sensor: {name: delivery}
capture: [{interface: lo, filter: tcp port %d}]
privacy: {key_file: %[2]s/privacy.key}
store: {url: "duckdb://%[2]s/calls.duckdb"}
spool: {path: %[2]s/spool, max: 32GiB}
api: {listen: "%[3]s"}
sinks:
  - {name: bus, kafka: {brokers: ["%[4]s"]}}
  - {name: warehouse, kinds: [alert, call], clickhouse: {url: "%[5]s"}}
  - {name: nowhere, kinds: [alert, call], syslog: {address: "%[6]s"}}
`, port, dir, d.api, d.kafkaAddr, d.chURL, local(porttest.Free(t))))
	d.sensor = prepare(t, "spaniel", dir, d.bin, "run", "-c", d.config)
	return d
}

// A place is what a cursor's file says: docs/formats/spool.md.
type place struct{ acked, cut, lost uint64 }

// cursor reads where a sink stands; a sink that has not begun stands at 0.
func (d *delivery) cursor(log, sink string) (p place) {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.spool, log, sink+".cursor"))
	if os.IsNotExist(err) {
		return p
	}
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(text), "spaniel-cursor 1 %d %d %d", &p.acked, &p.cut, &p.lost); err != nil {
		d.t.Fatalf("cursor of %s: %v: %q", sink, err, text)
	}
	return p
}

// metric asks the sensor for a number. labels are as Prometheus writes them.
func (d *delivery) metric(name, labels string) float64 {
	d.t.Helper()
	return d.add(name+labels, func(key string) bool { return key == name+labels })
}

// sum adds up a metric over all its labels.
func (d *delivery) sum(name string) float64 {
	d.t.Helper()
	return d.add(name, func(key string) bool { return key == name || strings.HasPrefix(key, name+"{") })
}

func (d *delivery) add(what string, counts func(key string) bool) (sum float64) {
	d.t.Helper()
	found := false
	for line := range strings.Lines(d.get("/metrics")) {
		i := strings.LastIndexByte(strings.TrimSpace(line), ' ')
		if i < 0 || !counts(line[:i]) {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(line[i:]), 64)
		if err != nil {
			d.t.Fatal(err)
		}
		sum, found = sum+v, true
	}
	if !found {
		d.t.Fatalf("there is no metric %s", what)
	}
	return sum
}

// caughtUp waits until no sink but the one that is never reached has anything
// waiting, twice in a row, so that what was just captured is counted.
func (d *delivery) caughtUp(limit time.Duration) {
	d.t.Helper()
	quiet := 0
	for until := time.Now().Add(limit); quiet < 3; time.Sleep(300 * time.Millisecond) {
		waiting := 0.0
		for _, sink := range []string{"bus", "warehouse", "store"} {
			waiting += d.metric("spaniel_sink_queue_records", `{sink="`+sink+`"}`)
		}
		quiet++
		if waiting > 0 {
			quiet = 0
		}
		if time.Now().After(until) {
			d.t.Fatalf("%v records still wait after %v\n%s", waiting, limit, d.sensor.log())
		}
	}
}

// copies counts the rows of each id.
func copies(t *testing.T, db driver.Conn, table, id string) map[string]int {
	t.Helper()
	rows, err := db.Query(bounded(t, patience), fmt.Sprintf("SELECT %[1]s, count() FROM %[2]s GROUP BY %[1]s", id, table))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var key string
		var n uint64
		if err := rows.Scan(&key, &n); err != nil {
			t.Fatal(err)
		}
		out[key] = int(n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
