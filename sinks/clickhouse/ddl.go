package clickhouse

import (
	"fmt"
	"strings"

	"spaniel/event"
)

// Floor is the oldest server that takes DDL.
const Floor = "23.8"

// Schema says which tables to make.
type Schema struct {
	// Database that holds them; default spaniel.
	Database string
	// Days to keep rows, by the day they were spooled; 0 keeps them.
	Days int
}

// DDL returns the statements that make the database, tables and views, in
// their order. They can be run again: what is there stays.
func DDL(s Schema) []string {
	if s.Database == "" {
		s.Database = "spaniel"
	}
	return []string{
		fmt.Sprintf("CREATE DATABASE IF NOT EXISTS %s", quote(s.Database)),
		create(s, "calls", event.CallColumns(), "req_host, toStartOfHour(ts), call_id", "",
			"INDEX by_call_id call_id TYPE bloom_filter GRANULARITY 1",
			"INDEX by_principal principal_id TYPE bloom_filter GRANULARITY 1",
			"INDEX by_header mapKeys(req_headers) TYPE bloom_filter GRANULARITY 1",
			"INDEX by_path req_path TYPE tokenbf_v1(10240, 3, 0) GRANULARITY 1"),
		create(s, "alerts", event.AlertColumns(), "rule_id, toStartOfHour(ts), id", "",
			"INDEX by_id id TYPE bloom_filter GRANULARITY 1"),
		create(s, "flows", event.FlowColumns(), "sensor_name, toStartOfHour(ts), flow_id", "",
			"INDEX by_flow flow_id TYPE bloom_filter GRANULARITY 1"),
		create(s, "anomalies", event.NoteColumns(), noteKey, notePrimary),
		create(s, "losses", event.NoteColumns(), noteKey, notePrimary),
		create(s, "facts", event.FactColumns(), noteKey, notePrimary),
		view(s, "events", "SELECT * FROM %s FINAL", "calls"),
		view(s, "calls_with_alerts", callsWithAlerts, "calls", "alerts"),
	}
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

func create[T any](s Schema, table string, cols []event.Column[T], order, primary string, indexes ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE IF NOT EXISTS %s.%s\n(\n", quote(s.Database), quote(table))
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
	b.WriteString("\n)\nENGINE = ReplacingMergeTree\nPARTITION BY spooled_day\n")
	if primary != "" {
		fmt.Fprintf(&b, "PRIMARY KEY (%s)\n", primary)
	}
	fmt.Fprintf(&b, "ORDER BY (%s)\n", order)
	if s.Days > 0 {
		fmt.Fprintf(&b, "TTL spooled_day + INTERVAL %d DAY\n", s.Days)
	}
	b.WriteString("SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000")
	return b.String()
}

func view(s Schema, name, query string, tables ...string) string {
	args := make([]any, len(tables))
	for i, t := range tables {
		args[i] = quote(s.Database) + "." + quote(t)
	}
	return fmt.Sprintf("CREATE VIEW IF NOT EXISTS %s.%s AS\n", quote(s.Database), quote(name)) + fmt.Sprintf(query, args...)
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
