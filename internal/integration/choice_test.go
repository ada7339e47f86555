//go:build integration

package integration

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	chsink "spaniel/sinks/clickhouse"
	"spaniel/sinks/spool"
)

// TestClickHouseGetsWhatItAskedFor: severity, rules, references, categories and the
// limit of a minute choose what a table gets, as the configuration of `spaniel
// forward` says it; one row tells of what was held back.
func TestClickHouseGetsWhatItAskedFor(t *testing.T) {
	addr := startModernClickHouse(t)
	maker := clickhouseDB(t, "http://"+addr+"/default")
	execute(t, maker, chsink.DDL(chsink.Schema{Database: "choice"})...)
	dir := t.TempDir()
	begin := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	sp, err := spool.OpenWriter(filepath.Join(dir, "spool"), spool.Config{})
	if err != nil {
		t.Fatal(err)
	}
	enc := sinks.NewEncoder()
	for i, c := range []struct {
		says           string
		minute         int
		sev            event.Severity
		rule, category string
		refs           []string
	}{
		{"passes-1", 0, event.Medium, "want-a", "recon/test", []string{"cwe:89"}},
		{"too-mild", 0, event.Low, "want-a", "recon/test", []string{"cwe:89"}},
		{"other-rule", 0, event.Critical, "unwanted", "recon/test", []string{"cwe:89"}},
		{"other-tag", 0, event.Critical, "want-a", "recon/test", []string{"cwe:79", "cwe:890"}},
		{"other-category", 0, event.Critical, "want-a", "reconnoitre/test", []string{"cwe:89"}},
		{"passes-2", 0, event.Critical, "want-b", "recon/other", []string{"oat:008", "cwe:89"}},
		{"held-1", 0, event.High, "want-a", "recon/test", []string{"cwe:89"}},
		{"held-2", 0, event.High, "want-a", "recon/test", []string{"cwe:89"}},
		{"passes-3", 1, event.High, "want-a", "recon/test", []string{"cwe:89"}},
	} {
		at := event.Nanos(begin.Add(time.Duration(c.minute)*time.Minute + time.Duration(i)*time.Second).UnixNano())
		it := event.Item{Kind: event.KindAlert, Alert: &event.Alert{Schema: event.AlertSchema, ID: event.AlertID("choice", fmt.Sprint(i)), Time: at, FirstSeen: at, LastSeen: at, Count: 1, State: event.Open,
			Severity: c.sev, SevNum: uint16(c.sev), Outcome: event.Tried, Rule: event.AlertRule{ID: c.rule, Title: "T", Category: c.category, Refs: c.refs}, Message: c.says, SpooledDay: spooledDay}}
		if _, err := sp.Append(it.Kind, enc.Append(nil, &it)); err != nil {
			t.Fatal(err)
		}
	}
	if err := sp.Close(); err != nil {
		t.Fatal(err)
	}
	bin, config := filepath.Join(dir, "spaniel"), filepath.Join(dir, "forward.yaml")
	command(t, ".", "go", "build", "-o", bin, "../../cmd/spaniel")
	write(t, config, fmt.Sprintf(`spool: {path: %[1]s/spool}
store: {url: "duckdb://%[1]s/calls.duckdb"}
api: {listen: "off"}
sinks:
  - name: lake
    kinds: [alert]
    min_severity: medium
    rules: ["want-*"]
    categories: [recon]
    refs: ["cwe:89"]
    max_per_minute: 2
    clickhouse: {url: "http://%[2]s/choice"}
`, dir, addr))
	forwarder := start(t, "forward", dir, bin, "forward", "-c", config)
	db := clickhouseDB(t, "http://"+addr+"/choice")
	var rows uint64
	for until := time.Now().Add(patience); rows < 4; time.Sleep(50 * time.Millisecond) {
		scan(t, db, "SELECT count() FROM alerts", &rows)
		if time.Now().After(until) {
			t.Fatalf("%d rows\n%s", rows, forwarder.log())
		}
	}
	if err := forwarder.kill(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	var got []string
	scan(t, db, "SELECT arraySort(groupArray(message)) FROM alerts", &got)
	want := []string{"2 alerts of this minute were not sent to the sink lake: it is to get 2 a minute; this is the first of them", "passes-1", "passes-2", "passes-3"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the table has %q, want %q", got, want)
	}
}
