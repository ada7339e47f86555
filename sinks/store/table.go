package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"spaniel/event"
)

// A table writes records of one type and keeps each key once.
//
// The key is checked by the writer, who owns the file alone, instead of by a
// PRIMARY KEY: an index of the ids nearly triples the file (74 MB for 27 MB
// per 400,000 calls) and must be in memory. The same record always has the
// same time, so looking for keys among rows of the batch's span of time is
// exact, and the engine skips all other blocks.
type table[T any] struct {
	name string
	cols []event.Column[T]
	// at is the record's time, key its identity; keySQL computes the same
	// text from the columns.
	at     func(*T) event.Nanos
	key    func(*T) string
	keySQL string
	// replace makes the newer record win: an alert grows while its window
	// does. Otherwise the first one stays.
	replace bool
}

var (
	callTable = table[event.Record]{name: "calls", cols: event.CallColumns(), keySQL: "call_id",
		at: func(r *event.Record) event.Nanos { return r.Time }, key: func(r *event.Record) string { return r.ID.String() }}
	alertTable = table[event.AlertRow]{name: "alerts", cols: event.AlertColumns(), keySQL: "id", replace: true,
		at: func(r *event.AlertRow) event.Nanos { return r.Time }, key: func(r *event.AlertRow) string { return r.ID.String() }}
	flowTable = table[event.FlowRecord]{name: "flows", cols: event.FlowColumns(), keySQL: "concat_ws('|', flow_id, sensor_name)",
		at: func(r *event.FlowRecord) event.Nanos { return r.Time }, key: func(r *event.FlowRecord) string {
			return fmt.Sprintf("%d|%s", r.FlowID, clean(r.SensorName))
		}}
	anomalyTable = noteTable("anomalies", event.NoteColumns())
	lossTable    = noteTable("losses", event.NoteColumns())
	factTable    = noteTable("facts", event.FactColumns())
)

// noteTable keys a note by all that tells it from another. Two that are alike
// in all of this are one.
func noteTable(name string, cols []event.Column[event.NoteRecord]) table[event.NoteRecord] {
	return table[event.NoteRecord]{name: name, cols: cols,
		keySQL: "concat_ws('|', flow_id, frame, packets, bytes, sensor_name, name, direction, detail)",
		at:     func(r *event.NoteRecord) event.Nanos { return r.Time },
		key: func(r *event.NoteRecord) string {
			return fmt.Sprintf("%d|%d|%d|%d|%s", r.FlowID, r.Frame, r.Packets, r.Bytes,
				clean(strings.Join([]string{r.SensorName, r.Name, r.Direction, r.Detail}, "|")))
		}}
}

// writeTable appends those of recs that the table lacks, within the session's
// open transaction. What it lacks the writer finds out outside of that: nobody
// else writes, and a batch has each table once.
func writeTable[T any](ctx context.Context, s *Store, t *table[T], recs []*T) error {
	if len(recs) == 0 {
		return nil
	}
	recs = t.distinct(recs)
	if t.replace {
		if err := t.remove(ctx, s, recs); err != nil {
			return err
		}
	} else {
		var err error
		if recs, err = t.missing(ctx, s, recs); err != nil || len(recs) == 0 {
			return err
		}
	}
	return t.append(ctx, s, recs)
}

// distinct keeps of records with the same key the first, or the last where
// the newer one wins; order is kept.
func (t *table[T]) distinct(recs []*T) []*T {
	place := make(map[string]int, len(recs))
	out := make([]*T, 0, len(recs))
	for _, r := range recs {
		k := t.key(r)
		if i, ok := place[k]; !ok {
			place[k] = len(out)
			out = append(out, r)
		} else if t.replace {
			out[i] = r
		}
	}
	return out
}

func (t *table[T]) keys(recs []*T) []string {
	keys := make([]string, len(recs))
	for i, r := range recs {
		keys[i] = t.key(r)
	}
	return keys
}

// remove removes what has the keys of recs.
func (t *table[T]) remove(ctx context.Context, s *Store, recs []*T) error {
	var list []byte
	for _, k := range t.keys(recs) {
		list = append(list, ",'"...)
		list = append(list, strings.ReplaceAll(k, "'", "''")...) // ids, in hex
		list = append(list, '\'')
	}
	if err := s.own.exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s IN (%s)", t.name, t.keySQL, list[1:])); err != nil {
		return fmt.Errorf("replacing %s: %w", t.name, err)
	}
	return nil
}

// missing returns those of recs that the table does not have.
func (t *table[T]) missing(ctx context.Context, s *Store, recs []*T) ([]*T, error) {
	have, err := t.present(ctx, s, recs)
	if err != nil {
		return nil, fmt.Errorf("looking for doubles in %s: %w", t.name, err)
	}
	if len(have) == 0 {
		return recs, nil
	}
	out := make([]*T, 0, len(recs))
	for _, r := range recs {
		if !have[t.key(r)] {
			out = append(out, r)
		}
	}
	return out, nil
}

// present returns the keys of recs that the table has. Most batches are newer
// than all that is stored, which the first query finds out from block
// statistics; only else are the keys sent.
func (t *table[T]) present(ctx context.Context, s *Store, recs []*T) (map[string]bool, error) {
	lo, hi := t.span(recs)
	var found bool
	err := s.writer.QueryRowContext(ctx, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %s WHERE ts BETWEEN ? AND ?)", t.name), lo, hi).Scan(&found)
	if err != nil || !found {
		return nil, err
	}
	res, err := s.writer.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE ts BETWEEN ? AND ? AND %s IN (SELECT unnest(?::VARCHAR[]))",
		t.keySQL, t.name, t.keySQL), lo, hi, t.keys(recs))
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for res.Next() {
		var k string
		if err := res.Scan(&k); err != nil {
			return nil, closing(res, err)
		}
		have[k] = true
	}
	return have, closing(res, res.Err())
}

// span is the time of the first and the last of recs, as the engine keeps
// time: in microseconds.
func (t *table[T]) span(recs []*T) (lo, hi time.Time) {
	first, last := t.at(recs[0]), t.at(recs[0])
	for _, r := range recs[1:] {
		first, last = min(first, t.at(r)), max(last, t.at(r))
	}
	return first.Time().Truncate(time.Microsecond), last.Time().Truncate(time.Microsecond)
}
