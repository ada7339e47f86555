package clickhouse

import (
	"fmt"
	"strings"

	"spaniel/event"
)

// Floor is the oldest server that takes the first migration, RollUpFloor the
// oldest that takes that of the roll-ups.
const (
	Floor       = "23.8"
	RollUpFloor = "24.10"
)

// Schema says which tables to make.
type Schema struct {
	// Database that holds them; default spaniel.
	Database string
	// Days to keep rows, by the day they were spooled; 0 keeps them.
	Days int
	// Cluster, if named, is where to make them: each table as replicas that hold
	// a shard's rows, NAME_local, and NAME over all shards. The servers' macros
	// shard and replica say which is which.
	Cluster string
}

// A Migration is one numbered step from an empty server to the tables as they
// are. A step that was shipped never changes, but for what may be made again.
type Migration struct {
	Number     int
	Name       string
	Statements []string
}

// Migrations returns the steps in their order. Each can be run again: what is
// there stays. The last statement of each notes it in the table migrations.
func Migrations(s Schema) []Migration {
	if s.Database == "" {
		s.Database = "spaniel"
	}
	steps := []Migration{{1, "tables and views", tables(s)}, {2, "roll-ups by minute", rollUps(s)}}
	for i := range steps {
		m := &steps[i]
		m.Statements = append(m.Statements, fmt.Sprintf("INSERT INTO %s.migrations (number, name) SELECT %d, '%s'", quote(s.Database), m.Number, m.Name))
	}
	return steps
}

// DDL returns the statements of all migrations.
func DDL(s Schema) (out []string) {
	for _, m := range Migrations(s) {
		out = append(out, m.Statements...)
	}
	return out
}

func tables(s Schema) (out []string) {
	out = append(out, fmt.Sprintf("CREATE DATABASE IF NOT EXISTS %s%s", quote(s.Database), s.onCluster()),
		fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s.migrations%s (number UInt32, name String, applied DateTime('UTC') DEFAULT now())\nENGINE = %s\nORDER BY number",
			quote(s.Database), s.onCluster(), s.engine("migrations", false)))
	out = append(out, create(s, "calls", event.CallColumns(), "sipHash64(call_id)", "req_host, toStartOfHour(ts), call_id", "",
		"INDEX by_call_id call_id TYPE bloom_filter GRANULARITY 1",
		"INDEX by_principal principal_id TYPE bloom_filter GRANULARITY 1",
		"INDEX by_header mapKeys(req_headers) TYPE bloom_filter GRANULARITY 1",
		"INDEX by_path req_path TYPE tokenbf_v1(10240, 3, 0) GRANULARITY 1")...)
	out = append(out, create(s, "alerts", event.AlertColumns(), "sipHash64(id)", "rule_id, toStartOfHour(ts), id", "",
		"INDEX by_id id TYPE bloom_filter GRANULARITY 1")...)
	out = append(out, create(s, "flows", event.FlowColumns(), "flow_id", "sensor_name, toStartOfHour(ts), flow_id", "",
		"INDEX by_flow flow_id TYPE bloom_filter GRANULARITY 1")...)
	out = append(out, create(s, "anomalies", event.NoteColumns(), "flow_id", noteKey, notePrimary)...)
	out = append(out, create(s, "losses", event.NoteColumns(), "flow_id", noteKey, notePrimary)...)
	out = append(out, create(s, "facts", event.FactColumns(), "flow_id", noteKey, notePrimary)...)
	return append(out, view(s, "events", "SELECT * FROM %s FINAL", "calls"), view(s, "calls_with_alerts", callsWithAlerts, "calls", "alerts"))
}

// An anomaly, loss or fact has no id: it is the same if all of it is.
const (
	noteKey     = "name, toStartOfHour(ts), sensor_name, flow_id, ts, frame, direction, packets, bytes, detail"
	notePrimary = "name, toStartOfHour(ts), sensor_name, flow_id"
)

const callsWithAlerts = `SELECT c.*, a.alert_ids, a.alert_rules, a.alert_severity_num
FROM (SELECT * FROM %s FINAL) AS c
LEFT JOIN (
    SELECT call, groupArray(lower(hex(id))) AS alert_ids, groupUniqArray(toString(rule_id)) AS alert_rules, max(severity_num) AS alert_severity_num
    FROM (SELECT * FROM %s FINAL) ARRAY JOIN calls AS call
    GROUP BY call
) AS a ON a.call = lower(hex(c.call_id))`

// create makes a table, on a cluster two. What is doubled must meet in one
// shard to be told, so shard is made of what makes a record the same.
func create[T any](s Schema, table string, cols []event.Column[T], shard, order, primary string, indexes ...string) []string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE IF NOT EXISTS %s.%s%s\n(\n", quote(s.Database), quote(s.local(table)), s.onCluster())
	for i, c := range cols {
		if i > 0 {
			b.WriteString(",\n")
		}
		kind, codec, coded := strings.Cut(columnType(c.Name, c.Type), " CODEC")
		fmt.Fprintf(&b, "    %s %s COMMENT '%s'", quote(c.Name), kind, strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(c.Meaning))
		if coded { // the grammar wants it behind the comment
			b.WriteString(" CODEC" + codec)
		}
	}
	for _, x := range indexes {
		b.WriteString(",\n    " + x)
	}
	fmt.Fprintf(&b, "\n)\nENGINE = %s\nPARTITION BY spooled_day\n", s.engine(table, true))
	if primary != "" {
		fmt.Fprintf(&b, "PRIMARY KEY (%s)\n", primary)
	}
	fmt.Fprintf(&b, "ORDER BY (%s)\n", order)
	if s.Days > 0 {
		fmt.Fprintf(&b, "TTL spooled_day + INTERVAL %d DAY\n", s.Days)
	}
	b.WriteString("SETTINGS ttl_only_drop_parts = 1")
	if s.Cluster == "" { // replicated tables know the last 1,000 blocks by themselves
		b.WriteString(", non_replicated_deduplication_window = 1000")
	}
	return append([]string{b.String()}, s.distributed(table, shard)...)
}

// view makes a view of a query over tables, each as a whole.
func view(s Schema, name, query string, tables ...string) string {
	args := make([]any, len(tables))
	for i, t := range tables {
		args[i] = quote(s.Database) + "." + quote(t)
	}
	return fmt.Sprintf("CREATE VIEW IF NOT EXISTS %s.%s%s AS\n", quote(s.Database), quote(name), s.onCluster()) + fmt.Sprintf(query, args...)
}

func columnType(name string, t event.ColumnType) string {
	switch t {
	case event.TypeEnum:
		return "LowCardinality(String)"
	case event.TypeTime:
		return "DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1))"
	case event.TypeDate:
		return "Date"
	case event.TypeID:
		return "FixedString(16)"
	case event.TypeIP:
		return "IPv6"
	case event.TypeU16:
		return "UInt16"
	case event.TypeU32:
		return "UInt32"
	case event.TypeU64:
		if strings.HasSuffix(name, "_bytes") {
			return "UInt64 CODEC(T64, ZSTD(1))"
		}
		return "UInt64"
	case event.TypeF32:
		return "Float32"
	case event.TypeStrings:
		if name == "calls" { // ids: each is of its own
			return "Array(String)"
		}
		return "Array(LowCardinality(String))"
	case event.TypeHeaders:
		return "Map(LowCardinality(String), Array(String))"
	case event.TypeValues:
		return "Map(LowCardinality(String), String)"
	}
	return "String CODEC(ZSTD(1))"
}

// quote makes an identifier of a name.
func quote(name string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`"
}
