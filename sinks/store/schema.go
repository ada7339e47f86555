package store

import (
	"fmt"
	"strings"

	"spaniel/event"
)

// sqlType is how DuckDB keeps a column. Ids and addresses are text, so that
// what a user pastes from an alert is what the query compares.
func sqlType(t event.ColumnType) string {
	switch t {
	case event.TypeTime:
		return "TIMESTAMP"
	case event.TypeDate:
		return "DATE"
	case event.TypeU16:
		return "USMALLINT"
	case event.TypeU32:
		return "UINTEGER"
	case event.TypeU64:
		return "UBIGINT"
	case event.TypeF32:
		return "FLOAT"
	case event.TypeStrings:
		return "VARCHAR[]"
	case event.TypeHeaders:
		return "MAP(VARCHAR, VARCHAR[])"
	case event.TypeValues:
		return "MAP(VARCHAR, VARCHAR)"
	}
	return "VARCHAR"
}

// Schema returns the statements that make, or bring up to date, every table
// and view. Running them again changes nothing.
func Schema() []string {
	var ddl []string
	ddl = append(ddl, tableDDL("calls", event.CallColumns())...)
	ddl = append(ddl, tableDDL("alerts", event.AlertColumns())...)
	ddl = append(ddl, tableDDL("flows", event.FlowColumns())...)
	ddl = append(ddl, tableDDL("anomalies", event.NoteColumns())...)
	ddl = append(ddl, tableDDL("losses", event.NoteColumns())...)
	ddl = append(ddl, tableDDL("facts", event.FactColumns())...)
	ddl = append(ddl, capturesDDL)
	return append(ddl, views...)
}

// tableDDL makes the table, then adds what a file of an older version lacks.
func tableDDL[T any](table string, cols []event.Column[T]) []string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE IF NOT EXISTS %s (", table)
	for i, c := range cols {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %s", c.Name, sqlType(c.Type))
	}
	ddl := []string{b.String() + ")"}
	for _, c := range cols {
		ddl = append(ddl, fmt.Sprintf("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s", table, c.Name, sqlType(c.Type)))
	}
	return ddl
}

// views are part of the promise to users: events is the calls under their
// other name, calls_with_alerts joins each call's verdicts.
var views = []string{
	"CREATE OR REPLACE VIEW events AS SELECT * FROM calls",
	`CREATE OR REPLACE VIEW calls_with_alerts AS
SELECT c.*, v.alert_ids, v.alert_rules, coalesce(v.alert_severity_num, 0)::USMALLINT AS alert_severity_num
FROM calls c LEFT JOIN (
  SELECT call_id, list(id ORDER BY ts, id) AS alert_ids, list(DISTINCT rule_id ORDER BY rule_id) AS alert_rules, max(severity_num) AS alert_severity_num
  FROM (SELECT unnest(calls) AS call_id, id, rule_id, severity_num, ts FROM alerts)
  GROUP BY call_id
) v ON v.call_id = c.call_id`,
}
