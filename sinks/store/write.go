package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// Write stores the batch in one transaction: all of it or nothing. What is
// there already is not stored twice. Several goroutines may call it; they
// take turns.
func (s *Store) Write(ctx context.Context, b *sinks.Batch) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.writer == nil {
		return fmt.Errorf("writing to store %s: it is open for reading alone", s.path)
	}
	items, err := s.dec.ViewBatch(b)
	if err != nil {
		return err
	}
	var r rows
	for i := range items {
		if err := r.add(&items[i]); err != nil {
			return &sinks.Rejected{Index: i, Err: err}
		}
	}
	if s.fatal {
		if err := s.reopen(ctx); err != nil {
			return err
		}
	}
	if err := s.commit(ctx, &r); err != nil {
		s.fatal = isFatal(err)
		return fmt.Errorf("writing to store %s: %w", s.path, err)
	}
	return s.pruneSometimes(ctx)
}

// isFatal reports whether the engine refuses all work from now on.
func isFatal(err error) bool {
	var e *duckdb.Error
	return errors.As(err, &e) && e.Type == duckdb.ErrorTypeFatal || strings.Contains(err.Error(), "database has been invalidated") ||
		strings.Contains(err.Error(), "FATAL Error")
}

// A Shared is a store as one sink among others: its Close leaves the store
// open, as queries go on.
type Shared struct{ *Store }

// Close does nothing.
func (Shared) Close() error { return nil }

func (s *Store) commit(ctx context.Context, r *rows) error {
	if err := s.own.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	err := s.writeTables(ctx, r)
	if err == nil {
		// A COMMIT that fails has ended the transaction as well.
		return s.own.exec(ctx, "COMMIT")
	}
	// The batch's context may be over; the transaction must end all the same.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if rerr := s.own.exec(end, "ROLLBACK"); rerr != nil {
		err = errors.Join(err, fmt.Errorf("rolling back: %w", rerr))
	}
	return err
}

func (s *Store) writeTables(ctx context.Context, r *rows) error {
	return errors.Join(
		writeTable(ctx, s, &callTable, r.calls),
		writeTable(ctx, s, &alertTable, r.alerts),
		writeTable(ctx, s, &flowTable, r.flows),
		writeTable(ctx, s, &anomalyTable, r.notes[event.KindAnomaly]),
		writeTable(ctx, s, &lossTable, r.notes[event.KindLoss]),
		writeTable(ctx, s, &factTable, r.notes[event.KindFact]))
}

// rows is a batch by table.
type rows struct {
	calls  []*event.Record
	alerts []*event.AlertRow
	flows  []*event.FlowRecord
	notes  [event.KindLoss + 1][]*event.NoteRecord
}

func (r *rows) add(it *event.Item) error {
	switch it.Kind {
	case event.KindCall:
		r.calls = append(r.calls, it.Call)
	case event.KindAlert:
		row, err := encode.AlertRow(it.Alert)
		if err != nil {
			return err
		}
		r.alerts = append(r.alerts, &row)
	case event.KindFlow:
		r.flows = append(r.flows, it.Flow)
	default:
		r.notes[it.Kind] = append(r.notes[it.Kind], it.Note)
	}
	return nil
}
