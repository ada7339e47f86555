package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"spaniel/event"
	"spaniel/sinks"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("STORE_TEST_HOLD"); path != "" {
		hold(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// hold is the other process of TestLocked: it opens the store and waits for
// its standard input to end.
func hold(path string) {
	s, err := Open(path, DefaultConfig())
	if err != nil {
		fmt.Println("failed:", err)
		return
	}
	defer func() { _ = s.Close() }() // the process ends
	fmt.Println("held")
	_, _ = os.Stdin.Read(make([]byte, 1)) // any outcome means: let go
}

func open(t *testing.T, path string, cfg Config) *Store {
	t.Helper()
	s, err := Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func sample(n int) event.Record {
	r := event.Record{Time: event.Nanos(1_700_000_000_000_000_000 + int64(n)*1_000_000), SensorName: "file", FlowID: 1<<63 + uint64(n), Depth: 1,
		ClientIP: netip.MustParseAddr("203.0.113.9"), ServerIP: netip.MustParseAddr("2001:db8::1"), ClientPort: 50000, ServerPort: 80,
		Method: "GET", Host: "shop.example", Route: "/items/{id}", Target: fmt.Sprintf("/items/%d", n), Status: 200, SampleRate: 1, SpooledDay: "2096-11-22", // never too old to be kept
		ReqHeaders: event.HeaderMap{{Name: "Accept", Value: "a/b"}, {Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}},
		Leaves:     event.ValueMap{{Name: "query.q", Value: "first"}, {Name: "query.q", Value: "second"}}, Flags: []string{"gap"}}
	f := event.Flow{First: int64(n)}
	f.Identify()
	r.ID, r.Key = f.CallIDs(event.NewSensorMark("file"), 1)
	return r
}

func batch(items ...event.Item) *sinks.Batch {
	enc := sinks.NewEncoder()
	b := &sinks.Batch{First: 1, Last: uint64(len(items))}
	for i := range items {
		b.Records = append(b.Records, sinks.Record{Seq: uint64(i + 1), Kind: items[i].Kind, Payload: enc.Append(nil, &items[i])})
	}
	return b
}

// mixed is a batch with something of every kind.
func mixed(calls int) *sinks.Batch {
	var items []event.Item
	for i := range calls {
		r := sample(i)
		items = append(items, event.Item{Kind: event.KindCall, Call: &r})
	}
	first := sample(0)
	alert := event.Alert{Schema: event.AlertSchema, ID: event.AlertID("r", "x"), Time: first.Time, Severity: event.High, SevNum: 70, Count: 1,
		Rule: event.AlertRule{ID: "sqli-in-input", Refs: []string{"cwe:89"}}, Client: event.AlertClient{IP: "203.0.113.9"}, Calls: []event.ID{first.ID}}
	note := event.NoteRecord{Time: first.Time, Name: "overlap_diff", SensorName: "file", Frame: 7, Detail: "16 bytes differ"}
	return batch(append(items, event.Item{Kind: event.KindAlert, Alert: &alert},
		event.Item{Kind: event.KindFlow, Flow: &event.FlowRecord{Time: first.Time, FlowID: 9, Service: "http"}},
		event.Item{Kind: event.KindAnomaly, Note: &note}, event.Item{Kind: event.KindLoss, Note: &note}, event.Item{Kind: event.KindFact, Note: &note})...)
}

func write(t *testing.T, s *Store, b *sinks.Batch) {
	t.Helper()
	if err := s.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

// ask returns the result of a query, one string a row.
func ask(t *testing.T, s *Store, sql string) []string {
	t.Helper()
	r, err := s.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var out []string
	for r.Next() {
		out = append(out, strings.TrimSuffix(fmt.Sprintln(r.Values()...), "\n"))
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "new", "calls.duckdb"), DefaultConfig())
	write(t, s, mixed(3))
	for _, c := range []struct{ sql, want string }{
		{"SELECT count(*) FROM calls", "3"},
		{"SELECT ts, flow_id, client_ip, server_ip, resp_status, call_sample_rate, spooled_day FROM calls LIMIT 1",
			"2023-11-14T22:13:20.000000Z 9223372036854775808 203.0.113.9 2001:db8::1 200 1 2096-11-22"},
		{"SELECT req_headers FROM calls LIMIT 1", "map[accept:[a/b] x-a:[1 2]]"},
		{"SELECT req_headers['x-a'][2], req_leaves['query.q'], call_flags[1] FROM events LIMIT 1", "2 first gap"},
		{"SELECT client_real_ip FROM calls LIMIT 1", "<nil>"},
		{"SELECT alert_rules, alert_severity_num FROM calls_with_alerts ORDER BY ts LIMIT 1", "[sqli-in-input] 70"},
		{"SELECT count(*) FROM calls_with_alerts", "3"},
		{"SELECT rule_refs, server_ip FROM alerts", "[cwe:89] <nil>"},
		{"SELECT count(*) FROM flows UNION ALL SELECT count(*) FROM anomalies UNION ALL SELECT count(*) FROM losses UNION ALL SELECT count(*) FROM facts", "1,1,1,1"},
	} {
		if got := strings.Join(ask(t, s, c.sql), ","); got != c.want {
			t.Errorf("%s: got %s, want %s", c.sql, got, c.want)
		}
	}
}

func TestNewFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	open(t, path, DefaultConfig())
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(st.Mode(), err)
	}
}

func TestWritingTwiceChangesNoCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	counts := func(s *Store) string {
		return strings.Join(ask(t, s, "SELECT count(*) FROM calls UNION ALL SELECT count(*) FROM alerts UNION ALL SELECT count(*) FROM flows UNION ALL SELECT count(*) FROM anomalies"), ",")
	}
	s := open(t, path, DefaultConfig())
	b := mixed(50)
	write(t, s, b)
	write(t, s, b)
	b.Records = append(b.Records, b.Records...) // and doubles within one batch
	write(t, s, b)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, DefaultConfig())
	write(t, s, mixed(60))
	if got := counts(s); got != "60,1,1,1" {
		t.Fatalf("calls, alerts, flows, anomalies: %s", got)
	}
}

func TestNewerAlertReplacesOlder(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	for _, count := range []uint64{20, 212} {
		a := event.Alert{ID: event.AlertID("r", "w"), Time: 5, Severity: event.Low, Count: count}
		write(t, s, batch(event.Item{Kind: event.KindAlert, Alert: &a}))
	}
	if got := ask(t, s, "SELECT count FROM alerts"); !reflect.DeepEqual(got, []string{"212"}) {
		t.Fatal(got)
	}
}

func TestHostileTextIsStored(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	r := sample(1)
	r.Target = "/\xff\x00\x1b[2J'\";--"
	r.ReqHeaders = event.HeaderMap{{Name: "\xfe", Value: ""}, {Name: "", Value: "\xff"}}
	write(t, s, batch(event.Item{Kind: event.KindCall, Call: &r}))
	if got := ask(t, s, "SELECT req_target FROM calls"); !reflect.DeepEqual(got, []string{"/\uFFFD\x00\x1b[2J'\";--"}) {
		t.Fatalf("%q", got)
	}
}

func TestUndecodableRecordIsRejected(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	b := mixed(1)
	b.Records[0].Payload = []byte{1, 200}
	var rej *sinks.Rejected
	if err := s.Write(context.Background(), b); !errors.As(err, &rej) || rej.Index != 0 {
		t.Fatal(err)
	}
	day := sample(1)
	day.SpooledDay = "yesterday"
	if err := s.Write(context.Background(), batch(event.Item{Kind: event.KindCall, Call: &day})); err == nil {
		t.Fatal("a day that is none was stored")
	}
	write(t, s, mixed(1)) // the writer lives on
}

func TestCancelledWriteLeavesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), DefaultConfig())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Write(ctx, mixed(5)); err == nil {
		t.Fatal("a cancelled write succeeded")
	}
	write(t, s, mixed(5))
	if got := ask(t, s, "SELECT count(*) FROM calls"); got[0] != "5" {
		t.Fatal(got)
	}
}

func TestPruneByDay(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Retention = 0
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), cfg)
	write(t, s, mixed(4)) // calls of 2096-11-22, the rest without a day
	for _, c := range []struct {
		before string
		want   int64
	}{{"2096-11-22", 0}, {"2096-11-23", 4}, {"2096-11-23", 0}} {
		day, err := time.Parse(time.DateOnly, c.before)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Prune(context.Background(), day); err != nil || n != c.want {
			t.Fatalf("before %s: removed %d, %v", c.before, n, err)
		}
	}
}

func TestOlderFileGetsNewColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	s := open(t, path, DefaultConfig())
	for _, q := range []string{"DROP VIEW calls_with_alerts", "DROP VIEW events", "ALTER TABLE calls DROP COLUMN req_operation"} {
		if _, err := s.writer.ExecContext(context.Background(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, DefaultConfig())
	write(t, s, mixed(2))
	if got := ask(t, s, "SELECT count(*) FROM events WHERE req_operation = ''"); got[0] != "2" {
		t.Fatal(got)
	}
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_HOLD="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil || string(line[:n]) != "held\n" {
		t.Fatalf("the other process says %q, %v", line[:n], err)
	}
	for _, ro := range []bool{false, true} {
		cfg := DefaultConfig()
		cfg.ReadOnly = ro
		_, err = Open(path, cfg)
		var locked *LockedError
		if !errors.Is(err, ErrLocked) || !errors.As(err, &locked) || locked.PID != cmd.Process.Pid {
			t.Errorf("read-only %v: got %v, want an ErrLocked that names process %d", ro, err, cmd.Process.Pid)
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	open(t, path, DefaultConfig())
}

func TestOpenWhatCannotBe(t *testing.T) {
	dir := t.TempDir()
	ro := DefaultConfig()
	ro.ReadOnly = true
	if _, err := Open(filepath.Join(dir, "missing"), ro); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if _, err := Open(dir, DefaultConfig()); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("directory: %v", err)
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("not a database, but long enough to look into it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(text, DefaultConfig()); err == nil {
		t.Error("text opened as a database")
	}
	if _, err := Open(filepath.Join(dir, "a?b"), DefaultConfig()); err == nil {
		t.Error("a path with a question mark opened")
	}
	small := DefaultConfig()
	small.Memory = 1
	if _, err := Open(filepath.Join(dir, "x"), small); err == nil {
		t.Error("one byte of memory was accepted")
	}
}
