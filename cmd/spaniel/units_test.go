package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/demo"
	"spaniel/sinks/all"
	"spaniel/sinks/spool"
	"spaniel/sinks/store"
)

// yamlKeys lists the keys of a struct and of those in it.
func yamlKeys(t reflect.Type, prefix string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" {
			continue
		}
		out = append(append(out, prefix+name), yamlKeys(t.Field(i).Type, prefix+name+".")...)
	}
	sort.Strings(out)
	return out
}

func TestSinkKeysAreThoseOfTheSinks(t *testing.T) {
	got, want := yamlKeys(reflect.TypeFor[config.Sink](), ""), yamlKeys(reflect.TypeFor[all.Config](), "")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the configuration knows\n%v\nthe sinks\n%v", got, want)
	}
}

// fill sets every field below v to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(70)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// zeros lists the fields below v that are zero.
func zeros(v reflect.Value, path string) (out []string) {
	switch {
	case v.IsZero():
		return []string{path}
	case v.Kind() == reflect.Pointer:
		return zeros(v.Elem(), path)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out = append(out, zeros(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
	}
	return out
}

func TestEverySinkKeyArrives(t *testing.T) {
	var in config.Sink
	fill(reflect.ValueOf(&in).Elem())
	if lost := zeros(reflect.ValueOf(*sinkConfig(&in)), "sink"); len(lost) > 0 {
		t.Errorf("set in the file, and lost on the way: %v", lost)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		says string
	}{
		{nil, exitFine, ""},
		{exitCode(exitFailOn), exitFailOn, ""},
		{fmt.Errorf("x: %w", exitCode(exitFindings)), exitFindings, ""},
		{&capture.InputError{Path: "a.pcap", Problem: "is empty", Remedy: "get another"}, exitInput, "error: is empty (a.pcap)\n  fix: get another\n"},
		{&capture.PermissionError{Interface: "eth1", Problem: "no", Remedy: "setcap"}, exitPermission, "error: cannot capture: no (eth1)\n  fix: setcap\n"},
		{fmt.Errorf("reading: %w", &capture.Fault{Path: "a", Offset: 7, Problem: "cut"}), exitFailure, "error: cut (a at byte 7)\n"},
		{&store.SQLError{Message: "near x"}, exitInput, "near x"},
		{&store.LockedError{Path: "s", Holder: "/bin/spaniel", PID: 7}, exitFailure, "process 7 (/bin/spaniel)"},
		{&store.LockedError{Path: "s"}, exitFailure, "another process"},
		{fmt.Errorf("x: %w", spool.ErrLocked), exitFailure, "spool"},
		{&admin.AddressError{Address: "127.0.0.1:1", InUse: true}, exitFailure, "in use"},
		{&admin.AddressError{Address: "127.0.0.1:x", Err: io.EOF}, exitInput, "cannot listen"},
		{&detect.LoadError{Problems: []detect.Problem{{File: "r.yaml", Line: 1, Col: 2, Message: "bad"}}}, exitInput, "r.yaml:1:2: bad"},
		{&fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, exitFailure, "no space left"},
		{&fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, exitPermission, "not allowed"},
		{context.Canceled, exitFailure, "interrupted"},
		{errors.New("else \x1b[2J"), exitFailure, `error: else \x1b[2J`},
	} {
		var b bytes.Buffer
		a := &app{err: &b}
		if got := a.finish(c.err); got != c.code || !strings.Contains(b.String(), c.says) || c.says == "" && b.Len() > 0 {
			t.Errorf("%v: code %d, want %d; says %q", c.err, got, c.code, b.String())
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct{ got, want string }{{grouped(0), "0"}, {grouped(999), "999"}, {grouped(1234567), "1,234,567"},
		{amount(999), "999 B"}, {amount(6_100_000), "6.1 MB"}, {amount(2e15), "2000.0 TB"}, {quote("a'b"), "'a''b'"}} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

// frames reads all of a source.
func frames(t *testing.T, s capture.Source) (out []event.Frame) {
	t.Helper()
	for {
		var f event.Frame
		err := s.Next(&f)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Data = append([]byte(nil), f.Data...)
		out = append(out, f)
	}
}

// halves writes every other frame of the demo to one of two files.
func halves(t *testing.T) []string {
	t.Helper()
	f, err := capture.NewFile("demo", bytes.NewReader(demo.Capture()))
	if err != nil {
		t.Fatal(err)
	}
	var out [2]bytes.Buffer
	var w [2]*capture.Writer
	for i := range w {
		if w[i], err = capture.NewWriter(&out[i], capture.LinkEthernet); err != nil {
			t.Fatal(err)
		}
	}
	for i, fr := range frames(t, f) {
		if err := w[i%2].Write(&fr); err != nil {
			t.Fatal(err)
		}
	}
	var paths []string
	for i := range out {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.pcap", i))
		if err := os.WriteFile(path, out[i].Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestJoinedHalvesAreTheWhole(t *testing.T) {
	whole, err := capture.NewFile("demo", bytes.NewReader(demo.Capture()))
	if err != nil {
		t.Fatal(err)
	}
	want := frames(t, whole)
	s, err := openAll(context.Background(), halves(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := frames(t, s)
	if err := s.Close(); err != nil || len(got) != len(want) {
		t.Fatalf("%d frames, want %d, %v", len(got), len(want), err)
	}
	for i := range got {
		if got[i].Number != uint64(i+1) || got[i].Time != want[i].Time || !bytes.Equal(got[i].Data, want[i].Data) {
			t.Fatalf("frame %d differs", i+1)
		}
	}
	if done, total := s.progress(); done != total || total == 0 {
		t.Errorf("progress %d of %d", done, total)
	}
}

func TestSummaryKeys(t *testing.T) {
	b, err := json.Marshal(newSummary("a1"))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"kind", "files", "packets", "bytes", "calls", "alerts", "ledger", "losses", "duration", "ruleset"} {
		if _, ok := m[k]; !ok {
			t.Errorf("no %s in %s", k, b)
		}
	}
}

func TestReportIsBounded(t *testing.T) {
	var out bytes.Buffer
	opt := &readOptions{format: "table"}
	if err := opt.check(); err != nil {
		t.Fatal(err)
	}
	a := &app{out: &out}
	s := newSummary("a1")
	s.files = []string{"a.pcap"}
	r, ok := newOutput(a, opt, s).(*report)
	if !ok {
		t.Fatal("table is no report")
	}
	for i := range maxEndpoints + 10 {
		c := event.Record{Method: "GET", Host: "h", Route: fmt.Sprintf("/\x1b%d%s", i, strings.Repeat("ü", i%1000)), Status: 999}
		if err := r.item(&event.Item{Kind: event.KindCall, Call: &c}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range opt.limit + 5 {
		it := event.Item{Kind: event.KindAlert, Alert: &event.Alert{ID: event.ID{byte(i)}, Severity: event.High, Message: "\x1b[31m\n"}}
		s.count(&it)
		if err := r.item(&it); err != nil {
			t.Fatal(err)
		}
	}
	s.ledger.CallsMade = maxEndpoints + 10
	if err := r.finish(s); err != nil {
		t.Fatal(err)
	}
	if len(r.endpoints) != maxEndpoints+1 || len(r.alerts.rows) != 50 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%d endpoints, %d alerts", len(r.endpoints), len(r.alerts.rows))
	}
	for k := range r.endpoints {
		if len(k.route) > maxWord+len("…") {
			t.Fatalf("%d bytes of a route are kept", len(k.route))
		}
	}
	if !strings.Contains(out.String(), "and 5 more, none worse; --limit N shows more, -o ndjson --only alert") {
		t.Error("what is left out is not said")
	}
}

func TestLogIsHarmless(t *testing.T) {
	const host, route = "host \x1b[2J\nfake line", "\x1b]0;x\a\u202e\u009b\U000e0001"
	for _, format := range []string{"console", "json"} {
		var b bytes.Buffer
		log, _, err := newLog(&b, config.Log{Level: "info", Format: format})
		if err != nil {
			t.Fatal(err)
		}
		log.Info(host, zap.String("route", route))
		line := strings.TrimSuffix(b.String(), "\n")
		for _, r := range strings.ReplaceAll(line, "\t", "") {
			if !unicode.IsPrint(r) {
				t.Errorf("%s: %U in %q", format, r, line)
			}
		}
		var back struct{ Msg, Route string }
		if format == "json" && (json.Unmarshal([]byte(line), &back) != nil || back.Msg != host || back.Route != route) {
			t.Errorf("%q comes back as %q", line, back)
		}
	}
}

func TestSpansOfNonsense(t *testing.T) {
	m := meter{src: &spans{times: []int64{math.MaxInt64, math.MinInt64, 0}}}
	for range 3 {
		if err := m.Next(&event.Frame{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := span(m.seconds()); got != "over 100 years" {
		t.Error(got)
	}
	if got := span(90.4); got != "1m30s" {
		t.Error(got)
	}
}

// spans is a source of frames with the given times.
type spans struct{ times []int64 }

func (s *spans) Next(f *event.Frame) error {
	f.Time, s.times = s.times[0], s.times[1:]
	return nil
}

func (s *spans) Close() error { return nil }

func TestPlainValuesOfClickHouse(t *testing.T) {
	text := "x"
	for _, c := range []struct{ in, want any }{
		{nil, nil}, {&text, "x"}, {(*string)(nil), nil}, {uint16(7), uint16(7)}, {"\xff\x00", "ff00"}, {net.IPv4(10, 0, 0, 1), "10.0.0.1"},
		{[]string{"a"}, []any{"a"}}, {map[string][]string{"k": {"v"}}, map[string]any{"k": []any{"v"}}}, {time.Unix(0, 0), "1970-01-01T00:00:00.000000Z"},
		{big.NewInt(7), "7"},
	} {
		if got := plain(reflect.ValueOf(c.in)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: got %#v, want %#v", c.in, got, c.want)
		}
	}
}
