//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/sensor"
	"spaniel/rules"
	"spaniel/sinks"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
	"spaniel/sinks/redact"
	"spaniel/sinks/saved"
	"spaniel/sinks/store"
)

// shopItems is what the bundled capture gives, each of the day it is spooled.
func shopItems(t *testing.T) (items []event.Item) {
	t.Helper()
	// One that lacks most of the shop, so that there are endpoints without a word.
	spec := fstest.MapFS{"api.yaml": &fstest.MapFile{Data: []byte("openapi: 3.1.0\npaths:\n  /api/v1/orders/{id}: {get: {}}\n")}}
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{
		Specs: []detect.SpecFile{{Source: detect.Source{Name: "spec", FS: spec}, Path: "api.yaml", Hosts: []string{"shop.example"}}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "shop.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o644); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	enc, dec := sinks.NewEncoder(), sinks.NewDecoder()
	s, err := sensor.New(sensor.Config{Version: "test", Rules: set, Redactor: redact.New(make([]byte, 32), redact.Option{})}, func(it *event.Item) event.CallFate {
		r := sinks.Record{Kind: it.Kind, Payload: enc.Append(nil, it)}
		var own event.Item
		if err := dec.Decode(&r, &own); err != nil {
			t.Error(err)
		}
		switch {
		case own.Call != nil:
			own.Call.SpooledDay = spooledDay
		case own.Alert != nil:
			own.Alert.SpooledDay = spooledDay
		case own.Flow != nil:
			own.Flow.SpooledDay = spooledDay
		case own.Note != nil:
			own.Note.SpooledDay = spooledDay
		}
		items = append(items, own)
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	return items
}

// TestSavedQueries asks each question that ships of both stores, filled with
// the same records, and holds the answers to one another; and tries rules on
// both.
func TestSavedQueries(t *testing.T) {
	items := append(shopItems(t), makeCalls(1)...) // the shop has no endpoint that hardly anybody knows
	bin := filepath.Join(t.TempDir(), "spaniel")
	command(t, ".", "go", "build", "-o", bin, "../../cmd/spaniel")
	addr := startModernClickHouse(t)
	execute(t, clickhouseDB(t, "http://"+addr+"/default"), chsink.DDL(chsink.Schema{})...)
	url := "http://" + addr + "/spaniel"
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", ClickHouse: &chsink.Config{URL: url}}, 1_000)
	p.put(items)
	p.delivered(len(items), patience)

	file := filepath.Join(t.TempDir(), "shop.duckdb")
	fillStore(t, file, items)

	values := map[string]string{"user": "alice", "client": "203.0.113.66", "path": "/api/v1/orders/1001"}
	for i := range items {
		if c := items[i].Call; c != nil && c.User != "" && c.Status == 200 {
			values["user"] = c.User
		}
	}
	for _, q := range saved.All() {
		args := []string{"query", "--saved", q.Name, "-o", "json"}
		for _, param := range q.Params {
			args = append(args, "--param", param+"="+values[param])
		}
		one := answers(t, bin, append(args, "--store", file)...)
		other := answers(t, bin, append(args, "--set", "store.url="+url)...)
		if !reflect.DeepEqual(one, other) {
			t.Errorf("%s: the embedded store says\n%v\nand ClickHouse\n%v", q.Name, one, other)
		}
		if len(one) == 0 {
			t.Errorf("%s has no answer, so nothing was compared", q.Name)
		}
		t.Logf("%s: %d rows alike", q.Name, len(one))
	}
	backtestsAlike(t, bin, file, url, items)
}

func fillStore(t *testing.T, file string, items []event.Item) {
	t.Helper()
	s, err := store.Open(file, store.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	enc := sinks.NewEncoder()
	b := &sinks.Batch{First: 1, Last: uint64(len(items))}
	for i := range items {
		b.Records = append(b.Records, sinks.Record{Seq: uint64(i + 1), Kind: items[i].Kind, Payload: enc.Append(nil, &items[i])})
	}
	if err := s.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// answers runs the binary and reads its rows, what the engines only write
// otherwise made alike.
func answers(t *testing.T, bin string, args ...string) (rows []string) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Stderr = &said
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, said.String())
	}
	var list []map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&list); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	for _, row := range list {
		var cells []string
		for k, v := range row {
			cells = append(cells, k+"="+alike(v))
		}
		slices.Sort(cells)
		rows = append(rows, strings.Join(cells, " "))
	}
	return rows
}

func alike(v any) string {
	s, ok := v.(string)
	if !ok {
		if f, ok := v.(float64); ok {
			return fmt.Sprintf("%.1f", f)
		}
		if v == nil {
			return "0.0" // of a left join: one engine says null, the other the type's zero
		}
		return fmt.Sprint(v)
	}
	s = strings.TrimPrefix(s, "::ffff:")
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999", "2006-01-02T15:04:05.999999"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return s
}
