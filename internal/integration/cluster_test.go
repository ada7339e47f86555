//go:build integration

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"spaniel/internal/porttest"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

// TestClickHouseCluster makes the shipped tables on a cluster of two real
// servers, a shard each, with a real ZooKeeper, and sends calls and alerts
// through one of them while the other is killed. Each record is in one shard,
// and none twice in the views, though all were sent twice.
//
// The servers are old, so the types that they do not know are put in other
// words, and the roll-ups left out; the engines, keys, shards and paths are as
// shipped. TestClickHouseModern has a recent engine read the whole text.
func TestClickHouseCluster(t *testing.T) {
	const calls, alerts = 20_000, 1_000
	servers, addrs := startCluster(t)
	db := clickhouseDB(t, "clickhouse://default@"+addrs[0]+"/default")
	for _, s := range older(chsink.Migrations(chsink.Schema{Cluster: "lake"})[0].Statements) {
		execute(t, db, s)
	}
	url := "clickhouse://default@" + addrs[0] + "/spaniel"
	items := append(makeCalls(calls), makeAlerts(alerts)...)
	dir := spoolDir(t)
	p := newPipeline(t, dir, all.Config{Name: "first", Kinds: []string{"call", "alert"}, ClickHouse: &chsink.Config{URL: url}}, 1_000)
	p.put(items[:calls/2])
	p.delivered(calls/4, patience)
	servers[1].kill(syscall.SIGKILL)
	p.failing("one of two shards killed", items[calls/2:])
	servers[1].run()
	servers[1].ready(addrs[1])
	s := p.delivered(calls+alerts, patience)
	p.close()
	again := newPipeline(t, dir, all.Config{Name: "second", Kinds: []string{"call", "alert"}, ClickHouse: &chsink.Config{URL: url}}, 333)
	again.delivered(calls+alerts, patience)
	again.close()

	one, two := clickhouseDB(t, url), clickhouseDB(t, "clickhouse://default@"+addrs[1]+"/spaniel")
	if got, want := counts(t, one, "events"), fmt.Sprintf("events %d", calls); got != want {
		t.Errorf("the view shows %s, want %s", got, want)
	}
	var n [2]uint64
	scan(t, one, "SELECT uniqExact(call_id) FROM calls_local", &n[0])
	scan(t, two, "SELECT uniqExact(call_id) FROM calls_local", &n[1])
	if n[0]+n[1] != calls || n[0] < calls/4 || n[1] < calls/4 {
		t.Errorf("the shards hold %v calls of %d", n, calls)
	}
	var ids uint64
	scan(t, two, "SELECT uniqExact(id) FROM alerts", &ids)
	var steps, rows uint64
	scan(t, two, "SELECT count() FROM migrations", &steps)
	scan(t, one, "SELECT count() FROM calls", &rows)
	if ids != alerts || steps != 1 {
		t.Errorf("%d alerts of %d, %d migrations noted", ids, alerts, steps)
	}
	t.Logf("%d calls in shards of %d and %d, %d alerts, %d rows of calls, %d attempts failed; the view shows each once", calls, n[0], n[1], ids, rows, s.Retried)
}

// older puts statements into words that a server of 2018 knows.
func older(statements []string) (out []string) {
	words := strings.NewReplacer("DateTime64(6, 'UTC')", "DateTime", "DateTime('UTC')", "DateTime", "IPv6", "String", "LowCardinality(String)", "String", " CODEC(Delta, ZSTD(1))", "", " CODEC(T64, ZSTD(1))", "", " CODEC(ZSTD(1))", "",
		"FixedString(16)", "String", "Map(LowCardinality(String), Array(String))", "String", "Map(LowCardinality(String), String)", "String",
		"ttl_only_drop_parts = 1", "index_granularity = 8192")
	comments, indexes := regexp.MustCompile(`COMMENT '(\\'|[^'])*'`), regexp.MustCompile(`,?\n    INDEX [^\n]*`)
	for _, s := range statements {
		if strings.Contains(s, "calls_with_alerts") {
			continue // groupArray of FixedString, and a join of the newer kind
		}
		out = append(out, words.Replace(indexes.ReplaceAllString(comments.ReplaceAllString(words.Replace(s), ""), "")))
	}
	return out
}

// startCluster starts a ZooKeeper and two servers, which are the shards of the
// cluster lake.
func startCluster(t *testing.T) (servers [2]*process, addrs [2]string) {
	t.Helper()
	keeper := startZooKeeper(t)
	var native, inter [2]int
	shards := ""
	for i := range native {
		native[i], inter[i] = porttest.Free(t), porttest.Free(t)
		addrs[i] = local(native[i])
		shards += fmt.Sprintf("<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>%d</port></replica></shard>", native[i])
	}
	for i := range servers {
		servers[i] = startClickHouseWith(t, native[i], inter[i], fmt.Sprintf(`<zookeeper><node><host>127.0.0.1</host><port>%d</port></node></zookeeper>
<remote_servers><lake>%s</lake></remote_servers><macros><shard>%d</shard><replica>a</replica></macros>
<distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl><interserver_http_host>127.0.0.1</interserver_http_host>`, keeper, shards, i+1))
	}
	return servers, addrs
}

// startZooKeeper starts one and returns its port.
func startZooKeeper(t *testing.T) int {
	t.Helper()
	libs := filepath.Join(cache(t, "zookeeper-3.4.14"), "libs")
	if _, err := os.Stat(filepath.Join(libs, "zookeeper-3.4.14.jar")); err != nil {
		command(t, filepath.Dir(libs), "mvn", "-q", "-B", "-f", testdata(t, "zookeeper-pom.xml"), "dependency:copy-dependencies", "-DoutputDirectory="+libs)
	}
	dir, port := t.TempDir(), porttest.Free(t)
	start(t, "zookeeper", dir, "java", "-Xms32m", "-Xmx128m", "-XX:+UseSerialGC", "-Dzookeeper.admin.enableServer=false", "-cp", libs+"/*",
		"org.apache.zookeeper.server.ZooKeeperServerMain", fmt.Sprint(port), filepath.Join(dir, "data")).ready(local(port))
	return port
}
