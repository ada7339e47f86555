package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.uber.org/goleak"

	"spaniel/event"
	"spaniel/sinks/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func snapshot() Snapshot {
	return Snapshot{Ledger: event.Ledger{FramesIn: 7, Gaps: 2}, ReloadOK: true, Ruleset: "a1", Loaded: loadedAt(),
		Capture: []CaptureCount{{Iface: "eth0", Received: 7, KernelDrops: 1, Up: true}}, Rules: []RuleCount{{ID: "id-walk", Severity: "high", Evaluations: 3, Errors: 1, Disabled: true}},
		Sinks: []SinkCount{{Name: "bus", Healthy: false, Problem: "connection refused", QueueRecords: 3, QueueBytes: 700}, {Name: "out", Healthy: true}},
		Spool: []SpoolCount{{"alerts", 512, 0}}}
}

func TestMetricNames(t *testing.T) {
	reg, err := Registry("0.1.0", snapshot)
	if err != nil {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	have := map[string]bool{}
	for _, f := range families {
		have[f.GetName()] = true
	}
	// What dashboards and the alert rules rely on.
	for _, name := range []string{"capture_packets_total", "capture_drops_total", "tcp_gaps_total", "datagrams_total", "anomalies_held_total", "alerts_total", "rule_evaluations_total", "rule_errors_total", "rule_seconds_total", "rule_disabled", "http_messages_total",
		"sink_queue_records", "sink_queue_bytes", "sink_lag_seconds", "sink_retries_total", "sink_dropped_total", "spool_bytes", "state_entries", "learned_gone_total", "config_reload_success", "build_info"} {
		if !have["spaniel_"+name] {
			t.Errorf("no spaniel_%s", name)
		}
	}
}

func loadedAt() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func TestSeenOf(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  Seen
	}{{nil, Paired}, {[]string{"capped"}, Paired}, {[]string{"gap", "request_only"}, RequestOnly}, {[]string{"response_only"}, ResponseOnly}, {[]string{"gap"}, Truncated}} {
		if got := SeenOf(c.flags); got != c.want {
			t.Errorf("%v: %v", c.flags, got)
		}
	}
}

func TestReadinessSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		s    Snapshot
		want string
	}{
		{Snapshot{ReloadOK: true, Ruleset: "a1", Loaded: loadedAt()}, `{"status":"ok","sensor":"ok","rules":"ok","ruleset":"a1","rules_loaded":"2026-01-02T03:04:05Z","sinks":[]}`},
		{Snapshot{ReloadProblem: "r.yaml:1:1: no", Ruleset: "a1", Loaded: loadedAt()}, `{"status":"degraded","sensor":"ok","rules":"the last reload failed; the rules before it judge","rules_problem":"r.yaml:1:1: no","ruleset":"a1","rules_loaded":"2026-01-02T03:04:05Z","sinks":[]}`},
		{Snapshot{ReloadOK: true, Ruleset: "a1", Loaded: loadedAt(), Sinks: []SinkCount{{Name: "lake", Healthy: true, Note: "no table flows"}}},
			`{"status":"ok","sensor":"ok","rules":"ok","ruleset":"a1","rules_loaded":"2026-01-02T03:04:05Z","sinks":[{"name":"lake","healthy":true,"note":"no table flows","queue_records":0,"queue_bytes":0,"lag_seconds":0}]}`},
	} {
		if b, err := json.Marshal(readiness(&c.s)); err != nil || string(b) != c.want {
			t.Errorf("%s, %v; want %s", b, err, c.want)
		}
	}
}

// serving runs s until the test ends.
func serving(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: tr}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestServer(t *testing.T) {
	reg, err := Registry("0.1.0", snapshot)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New("127.0.0.1:0", reg, snapshot)
	if err != nil {
		t.Fatal(err)
	}
	serving(t, s.Run)
	base := "http://" + s.Address()
	for _, c := range []struct {
		path string
		code int
		want string
	}{
		{"/metrics", 200, `spaniel_capture_drops_total{iface="eth0",where="kernel"} 1`},
		{"/healthz", 200, `"status":"ok"`},
		{"/readyz", 200, `{"status":"degraded","sensor":"ok","rules":"ok","ruleset":"a1","rules_loaded":"2026-01-02T03:04:05Z","sinks":[{"name":"bus","healthy":false,"problem":"connection refused","queue_records":3,"queue_bytes":700,"lag_seconds":0}`},
		{"/", 404, ""}, {"/v1/query", 404, ""},
	} {
		if code, body := get(t, base+c.path); code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", c.path, code, body)
		}
	}
	req, err := http.NewRequest(http.MethodGet, base+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusForbidden || resp.Body.Close() != nil {
		t.Errorf("a foreign name: %v %v", resp, err)
	}

	var addr *AddressError
	if _, err := New(s.Address(), reg, snapshot); !errors.As(err, &addr) || !addr.InUse {
		t.Errorf("a taken port: %v", err)
	}
	if _, err := New("127.0.0.1:99999", reg, snapshot); !errors.As(err, &addr) || addr.InUse {
		t.Errorf("no port: %v", err)
	}
}

func openStore(t *testing.T, cfg store.Config) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.duckdb")
	s, err := store.Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, SocketPath(path)
}

// TestProfilesAreOnTheSocketAlone: whoever may open the owner's socket can
// profile the process, and nobody over the network.
func TestProfilesAreOnTheSocketAlone(t *testing.T) {
	s, socket := openStore(t, store.DefaultConfig())
	q, err := NewQueryServer(socket, s)
	if err != nil {
		t.Fatal(err)
	}
	serving(t, q.Run)
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	req, err := http.NewRequest(http.MethodGet, "http://spaniel/debug/pprof/goroutine?debug=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil || !strings.Contains(string(text), "goroutine profile: total") {
		t.Errorf("%v %.100s", err, text)
	}
	reg, err := Registry("0.1.0", snapshot)
	if err != nil {
		t.Fatal(err)
	}
	web, err := New("127.0.0.1:0", reg, snapshot)
	if err != nil {
		t.Fatal(err)
	}
	serving(t, web.Run)
	if resp, err = http.Get("http://" + web.Address() + "/debug/pprof/"); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("over the network: %s %v", resp.Status, err)
	}
}

func TestQueriesOverTheSocket(t *testing.T) {
	cfg := store.DefaultConfig()
	cfg.QueryRows = 5
	s, socket := openStore(t, cfg)
	q, err := NewQueryServer(socket, s)
	if err != nil {
		t.Fatal(err)
	}
	serving(t, q.Run)
	if st, err := os.Stat(socket); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
	ctx := context.Background()
	a, err := Ask(ctx, socket, "SELECT range AS n, 'x' AS t, NULL AS z FROM range(9) ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for a.Next() {
		if v := a.Values(); v[0] != json.Number(string(rune('0'+n))) || v[1] != "x" || v[2] != nil {
			t.Errorf("row %d: %v", n, v)
		}
		n++
	}
	if err := errors.Join(a.Err(), a.Close()); err != nil || n != 5 || !a.Truncated() || a.Columns()[1].Name != "t" {
		t.Errorf("%d rows, truncated %v, columns %v, %v", n, a.Truncated(), a.Columns(), err)
	}
	for _, sql := range []string{"DROP TABLE calls", "SELECT 1; SELECT 2", "SELEC", "COPY calls TO '/tmp/spaniel-hostile.csv'", strings.Repeat(" ", maxSQL+1) + "SELECT 1"} {
		var sqlErr *store.SQLError
		if _, err := Ask(ctx, socket, sql); !errors.As(err, &sqlErr) {
			t.Errorf("%.40s: %v", sql, err)
		}
	}
	// A fault in the middle of the rows.
	a, err = Ask(ctx, socket, "SELECT CASE WHEN range < 3 THEN '1' ELSE 'x' END::INT FROM range(9)")
	if err == nil {
		for a.Next() {
		}
		err = errors.Join(a.Err(), a.Close())
	}
	var sqlErr *store.SQLError
	if !errors.As(err, &sqlErr) {
		t.Errorf("a fault among the rows: %v", err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if _, err := Ask(ctx, filepath.Join(t.TempDir(), "none.sock"), "SELECT 1"); !errors.Is(err, ErrNoSensor) {
		t.Errorf("no socket: %v", err)
	}
	s, socket := openStore(t, store.DefaultConfig())
	// A socket file that a dead process left: nobody listens, and the next owner takes it.
	q, err := NewQueryServer(socket, s)
	if err != nil {
		t.Fatal(err)
	}
	left := socket + ".left"
	if err := errors.Join(os.Link(socket, left), q.Close(), os.Rename(left, socket)); err != nil {
		t.Fatal(err)
	}
	if _, err := Ask(ctx, socket, "SELECT 1"); !errors.Is(err, ErrNoSensor) {
		t.Errorf("a dead socket: %v", err)
	}
	if q, err = NewQueryServer(socket, s); err != nil {
		t.Fatal(err)
	}
	serving(t, q.Run)
	a, err := Ask(ctx, socket, "SELECT 1")
	if err != nil || a.Close() != nil {
		t.Fatal(err)
	}
}
