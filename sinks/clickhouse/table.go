package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
)

// A column as the server has it.
type found struct{ name, kind, defaults string }

// A plan says how records go into a table as it was found.
type plan struct {
	insert string
	// row returns the values of an item, in the order of the insert's columns.
	row func(*event.Item) ([]any, error)
}

// look asks the server for a table's columns.
func look(ctx context.Context, conn driver.Conn, table string) ([]found, error) {
	rows, err := conn.Query(ctx, "SELECT name, type, default_kind FROM system.columns WHERE database = currentDatabase() AND table = ?", table)
	if err != nil {
		return nil, fmt.Errorf("looking at table %s: %w", table, err)
	}
	defer rows.Close() // what it could say, Err has said
	var cols []found
	for rows.Next() {
		var c found
		if err := rows.Scan(&c.name, &c.kind, &c.defaults); err != nil {
			return nil, fmt.Errorf("looking at table %s: %w", table, err)
		}
		cols = append(cols, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("looking at table %s: %w", table, err)
	}
	if len(cols) == 0 {
		return nil, &missingTable{table}
	}
	return cols, nil
}

// A missingTable is a table that the server does not show.
type missingTable struct{ name string }

func (e *missingTable) Error() string {
	return fmt.Sprintf("table %s does not exist in the database of the url, or may not be read: `spaniel store ddl --engine clickhouse` prints what makes it", e.name)
}

// anyOf asks the server whether it shows one of the tables.
func anyOf(ctx context.Context, conn driver.Conn, tables []string) (bool, error) {
	var n uint64
	err := conn.QueryRow(ctx, "SELECT count() FROM system.columns WHERE database = currentDatabase() AND has(?, table)", tables).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("looking for tables: %w", err)
	}
	return n > 0, nil
}

// makePlan fits the columns of a kind to those of the table. Columns of the
// table that we do not know, or cannot convert to, keep their defaults.
func makePlan(k event.Kind, table string, have []found) (*plan, error) {
	switch k {
	case event.KindCall:
		return fit(table, have, event.CallColumns(), func(it *event.Item) (*event.Record, error) { return it.Call, nil })
	case event.KindAlert:
		return fit(table, have, event.AlertColumns(), alertRow)
	case event.KindFlow:
		return fit(table, have, event.FlowColumns(), func(it *event.Item) (*event.FlowRecord, error) { return it.Flow, nil })
	}
	cols := event.NoteColumns()
	if k == event.KindFact {
		cols = event.FactColumns()
	}
	return fit(table, have, cols, func(it *event.Item) (*event.NoteRecord, error) { return it.Note, nil })
}

func fit[T any](table string, have []found, cols []event.Column[T], record func(*event.Item) (*T, error)) (*plan, error) {
	types := map[string]found{}
	for _, h := range have {
		types[h.name] = h
	}
	var names []string
	var fields []func(*T) any
	for _, c := range cols {
		h, ok := types[c.Name]
		if !ok || h.defaults == "MATERIALIZED" || h.defaults == "ALIAS" {
			continue
		}
		if conv := converter(c.Type, h.kind); conv != nil {
			names = append(names, quote(c.Name))
			fields = append(fields, func(rec *T) any { return conv(c.Field(rec)) })
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("table %s has none of Spaniel's columns", table)
	}
	return &plan{
		insert: fmt.Sprintf("INSERT INTO %s (%s) values", quote(table), strings.Join(names, ", ")),
		row: func(it *event.Item) ([]any, error) {
			rec, err := record(it)
			if err != nil {
				return nil, err
			}
			out := make([]any, len(fields))
			for i, f := range fields {
				out[i] = f(rec)
			}
			return out, nil
		},
	}, nil
}
