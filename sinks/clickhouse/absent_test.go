package clickhouse

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
	"spaniel/sinks"
)

// A server is the part of one that the Writer talks to: it has tables with a
// column each, and counts their rows.
type server struct {
	driver.Conn
	tables map[string]int
	asked  int
}

func (s *server) Close() error { return nil }

func (s *server) Query(_ context.Context, _ string, args ...any) (driver.Rows, error) {
	s.asked++
	_, ok := s.tables[args[0].(string)]
	return &oneColumn{left: ok}, nil
}

func (s *server) QueryRow(_ context.Context, _ string, args ...any) driver.Row {
	if len(args) == 0 {
		return row{set: func(dst []any) { *dst[0].(*string) = "24.8.1" }}
	}
	n := uint64(0)
	for _, name := range args[0].([]string) {
		if _, ok := s.tables[name]; ok {
			n++
		}
	}
	return row{set: func(dst []any) { *dst[0].(*uint64) = n }}
}

func (s *server) PrepareBatch(_ context.Context, query string, _ ...driver.PrepareBatchOption) (driver.Batch, error) {
	return &block{server: s, table: strings.Split(query, "`")[1]}, nil
}

type oneColumn struct {
	driver.Rows
	left bool
}

func (r *oneColumn) Next() bool   { now := r.left; r.left = false; return now }
func (r *oneColumn) Err() error   { return nil }
func (r *oneColumn) Close() error { return nil }
func (r *oneColumn) Scan(dst ...any) error {
	*dst[0].(*string), *dst[1].(*string) = "ts", "DateTime64(6)"
	return nil
}

type row struct {
	driver.Row
	set func([]any)
}

func (r row) Scan(dst ...any) error { r.set(dst); return nil }

type block struct {
	columns
	server *server
	table  string
}

func (b *block) Close() error { return nil }
func (b *block) Send() error  { b.server.tables[b.table] += len(b.rows()); return nil }

// writerTo returns a Writer that talks to the server.
func writerTo(t *testing.T, s *server, lenient bool) *Writer {
	t.Helper()
	w, err := open(Config{URL: "clickhouse://127.0.0.1:1/db"}, lenient)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.conn.Close(); err != nil {
		t.Fatal(err)
	}
	w.conn = s
	return w
}

// mixed is a batch with a record of each of the kinds.
func mixed(first uint64, kinds ...event.Kind) *sinks.Batch {
	enc := sinks.NewEncoder()
	b := &sinks.Batch{First: first, Last: first + uint64(len(kinds)) - 1}
	for i, k := range kinds {
		it := event.Item{Kind: k}
		switch k {
		case event.KindCall:
			it.Call = &event.Record{}
		case event.KindAlert:
			it.Alert = &event.Alert{Severity: event.Low}
		case event.KindFlow:
			it.Flow = &event.FlowRecord{}
		default:
			it.Note = &event.NoteRecord{}
		}
		b.Records = append(b.Records, sinks.Record{Seq: first + uint64(i), Kind: k, Payload: enc.Append(nil, &it)})
	}
	return b
}

func TestATableForCallsAloneIsEnough(t *testing.T) {
	s := &server{tables: map[string]int{"calls": 0}}
	w := writerTo(t, s, true)
	ctx := context.Background()
	var over *sinks.Unwanted
	err := w.Write(ctx, mixed(1, event.KindFlow, event.KindCall, event.KindAnomaly, event.KindCall, event.KindFlow))
	if !errors.As(err, &over) || over.Records != 3 || s.tables["calls"] != 2 || !strings.Contains(over.Note, "no table flows, anomalies;") || !strings.Contains(over.Note, "store ddl") {
		t.Fatalf("%v; %d calls", err, s.tables["calls"])
	}
	// Known for a while: nothing is asked again, and what is there goes on.
	asked := s.asked
	err = w.Write(ctx, mixed(6, event.KindCall, event.KindFlow))
	if !errors.As(err, &over) || over.Records != 1 || s.tables["calls"] != 3 || s.asked != asked {
		t.Fatalf("%v; %d calls, asked %d times more", err, s.tables["calls"], s.asked-asked)
	}
	// A table that was made in between is found.
	s.tables["flows"], s.tables["anomalies"] = 0, 0
	for k := range w.absent.since {
		w.absent.since[k] = time.Now().Add(-lookAgain)
	}
	if err := w.Write(ctx, mixed(8, event.KindFlow, event.KindAnomaly)); err != nil || s.tables["flows"] != 1 || s.tables["anomalies"] != 1 {
		t.Fatalf("%v; %v", err, s.tables)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoTableAtAllIsWaitedFor(t *testing.T) {
	s := &server{tables: map[string]int{}}
	w := writerTo(t, s, true)
	var over *sinks.Unwanted
	b := mixed(1, event.KindCall, event.KindFlow)
	if err := w.Write(context.Background(), b); err == nil || errors.As(err, &over) || !strings.Contains(err.Error(), "spaniel store ddl --engine clickhouse") {
		t.Fatalf("got %v", err)
	}
	s.tables["calls"], s.tables["flows"] = 0, 0
	if err := w.Write(context.Background(), b); err != nil || s.tables["calls"] != 1 || s.tables["flows"] != 1 {
		t.Errorf("%v; %v", err, s.tables)
	}
}

func TestATableThatWasThereIsWaitedFor(t *testing.T) {
	s := &server{tables: map[string]int{"calls": 0, "flows": 0}}
	w := writerTo(t, s, true)
	if err := w.Write(context.Background(), mixed(1, event.KindCall, event.KindFlow)); err != nil {
		t.Fatal(err)
	}
	delete(s.tables, "flows")
	clear(w.plans) // as after the insert that fails
	var missing *missingTable
	if err := w.Write(context.Background(), mixed(3, event.KindFlow)); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}

func TestWhatWasAskedForIsWaitedFor(t *testing.T) {
	s := &server{tables: map[string]int{"calls": 0}}
	w := writerTo(t, s, false)
	var missing *missingTable
	if err := w.Write(context.Background(), mixed(1, event.KindAlert, event.KindCall)); !errors.As(err, &missing) || missing.name != "alerts" {
		t.Errorf("got %v", err)
	}
	if len(w.absent.since) != 0 {
		t.Errorf("passed over: %v", w.absent.since)
	}
}
