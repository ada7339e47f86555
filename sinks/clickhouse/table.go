package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// A column as the server has it.
type found struct{ name, kind, defaults string }

// A plan says how records go into a table as it was found.
type plan struct {
	insert string
	// fill gives the rows of b whose numbers are in seqs to the driver. A record
	// that cannot be decoded is *sinks.Rejected.
	fill func(to driver.Batch, b *sinks.Batch, seqs []uint64) error
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
		return fit(table, have, event.CallColumns(), flat)
	case event.KindAlert:
		dec := sinks.NewDecoder()
		return fit(table, have, event.AlertColumns(), func([]event.Column[event.AlertRow]) reading[event.AlertRow] {
			return func(r *sinks.Record, into *event.AlertRow) error { return alertRow(dec, r, into) }
		})
	case event.KindFlow:
		return fit(table, have, event.FlowColumns(), flat)
	}
	cols := event.NoteColumns()
	if k == event.KindFact {
		cols = event.FactColumns()
	}
	return fit(table, have, cols, flat)
}

// A reading makes a row of a record. The row is good until the record's payload
// changes.
type reading[T any] func(r *sinks.Record, into *T) error

// flat reads of a record the columns that the table has, and no others.
func flat[T any](cols []event.Column[T]) reading[T] {
	codec := event.NewCodec(cols)
	return func(r *sinks.Record, into *T) error {
		if err := codec.View(r.Payload, into); err != nil {
			return fmt.Errorf("decoding record %d, a %s: %w", r.Seq, r.Kind, err)
		}
		return nil
	}
}

func alertRow(dec *sinks.Decoder, r *sinks.Record, into *event.AlertRow) error {
	var it event.Item
	err := dec.Decode(r, &it)
	if err == nil {
		*into, err = encode.AlertRow(it.Alert)
	}
	return err
}

func fit[T any](table string, have []found, cols []event.Column[T], read func([]event.Column[T]) reading[T]) (*plan, error) {
	types := map[string]found{}
	for _, h := range have {
		types[h.name] = h
	}
	f := filler[T]{}
	var names []string
	for _, c := range cols {
		h, ok := types[c.Name]
		if !ok || h.defaults == "MATERIALIZED" || h.defaults == "ALIAS" {
			continue
		}
		if feed := feeder(c.Type, h.kind); feed != nil {
			names = append(names, quote(c.Name))
			f.cols, f.feeds = append(f.cols, c), append(f.feeds, feed)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("table %s has none of Spaniel's columns", table)
	}
	f.read = read(f.cols)
	return &plan{insert: fmt.Sprintf("INSERT INTO %s (%s) values", quote(table), strings.Join(names, ", ")), fill: f.fill}, nil
}

// A filler fills the columns of a table that it has feeds for.
type filler[T any] struct {
	cols  []event.Column[T]
	feeds []feed
	read  reading[T]
	row   T
}

func (f *filler[T]) fill(to driver.Batch, b *sinks.Batch, seqs []uint64) error {
	for i, feed := range f.feeds {
		feed.begin(to.Column(i))
	}
	at := 0
	for _, seq := range seqs {
		for b.Records[at].Seq != seq { // both ascend
			at++
		}
		if err := f.read(&b.Records[at], &f.row); err != nil {
			return &sinks.Rejected{Index: at, Err: err}
		}
		for i, feed := range f.feeds {
			if err := feed.add(f.cols[i].Field(&f.row)); err != nil {
				return &rowError{err}
			}
		}
	}
	for _, feed := range f.feeds {
		if err := feed.end(); err != nil {
			return &rowError{err}
		}
	}
	return nil
}
