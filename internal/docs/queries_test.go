package docs

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks"
	"spaniel/sinks/redact"
	"spaniel/sinks/store"

	"bytes"

	"spaniel/capture"
)

// TestQueries runs every block "sql" of the pages on a store that holds the
// bundled capture and a connection of TLS. Each must answer with rows, unless it is marked empty;
// blocks marked clickhouse are for that server.
func TestQueries(t *testing.T) {
	s := demoStore(t)
	n := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.lang != "sql" || b.is("clickhouse") {
				continue
			}
			n++
			rows, err := ask(s, b.text)
			if err != nil {
				t.Errorf("%s:%d: %v", p.name, b.line, err)
			} else if rows == 0 && !b.is("empty") {
				t.Errorf("%s:%d: the answer is empty", p.name, b.line)
			}
		}
	}
	if n < 12 {
		t.Errorf("%d queries found", n)
	}
}

func ask(s *store.Store, query string) (n int, err error) {
	rows, err := s.Query(context.Background(), strings.TrimSpace(query))
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		n++
	}
	return n, errors.Join(rows.Err(), rows.Close())
}

// demoStore is a store with the bundled capture and a connection of TLS in it.
func demoStore(t *testing.T) *store.Store {
	t.Helper()
	set, err := detect.Load([]detect.Source{{FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(filepath.Join(t.TempDir(), "demo.duckdb"), store.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	enc, batch := sinks.NewEncoder(), &sinks.Batch{First: 1}
	cfg := sensor.Config{Name: "file", Version: "docs", Workers: 1, Rules: set, Decode: decode.DefaultConfig(), Redactor: redact.New(make([]byte, 32), redact.Option{})}
	f, err := capture.NewFile("shop.pcap", bytes.NewReader(demo.Capture()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for _, src := range []capture.Source{f, sensor.NewFrames(tlsFrames(t))} {
		sen, err := sensor.New(cfg, func(it *event.Item) event.CallFate {
			batch.Last++
			batch.Records = append(batch.Records, sinks.Record{Seq: batch.Last, Kind: it.Kind, Payload: enc.Append(nil, it)})
			return event.CallAcked
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(sen.Run(ctx, src), src.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(ctx, batch); err != nil {
		t.Fatal(err)
	}
	return s
}
