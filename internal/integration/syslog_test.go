//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/leodido/go-syslog/v4/rfc5424"

	"spaniel/event"
	"spaniel/internal/forward"
	"spaniel/sinks"
	"spaniel/sinks/all"
	"spaniel/sinks/siem"
)

// TestSyslog sends 1,000 alerts with hostile text to a real rsyslogd over TCP,
// which is killed half way, between two batches.
func TestSyslog(t *testing.T) {
	server, addr, file := startRsyslog(t)
	p := newPipeline(t, spoolDir(t), all.Config{Name: "siem", Syslog: &siem.Config{Address: addr}}, 50)
	alerts := makeAlerts(1000)
	p.put(alerts[:500])
	p.delivered(500, patience)
	awaitLines(t, file, 500)
	server.kill(syscall.SIGKILL)
	p.put(alerts[500:])
	down := p.await("the receiver's death is noticed", patience, func(s forward.Stats) bool { return s.Failing && s.Retried > 3 })
	server.run()
	server.ready(addr)
	after := p.delivered(len(alerts), patience)
	got := awaitLines(t, file, len(alerts))
	t.Logf("killed with 500 of %d delivered; %s; %d attempts failed", len(alerts), down.LastError, after.Retried)
	if missing, doubles := compareSyslog(t, alerts, got); missing != 0 || doubles != 0 {
		t.Errorf("%d alerts missing, %d doubled", missing, doubles)
	}
	t.Logf("%d lines for %d alerts, each parsed as RFC 5424 and equal to what was spooled", len(got), len(alerts))
}

// awaitLines waits until the file holds n lines, and returns all it holds.
func awaitLines(t *testing.T, file string, n int) [][]byte {
	t.Helper()
	for until := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if have := bytes.Count(text, []byte("\n")); have >= n {
			return bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
		} else if time.Now().After(until) {
			t.Fatalf("%d lines arrived of %d", have, n)
		}
	}
}

// compareSyslog parses every line, holds it against the alert of its id, and
// counts the alerts that are missing and the lines that are there again.
func compareSyslog(t *testing.T, sent []event.Item, lines [][]byte) (missing, doubles int) {
	t.Helper()
	enc, parser := sinks.NewEncoder(), rfc5424.NewParser()
	index, seen := map[string]int{}, map[int]bool{}
	for i := range sent {
		index[sent[i].Alert.ID.String()] = i
	}
	for i, line := range lines {
		m, err := parser.Parse(line)
		if err != nil {
			t.Fatalf("line %d is no RFC 5424: %v\n%.400q", i, err, line)
		}
		msg := m.(*rfc5424.SyslogMessage)
		facts := (*msg.StructuredData)["spaniel@32473"]
		n, ok := index[facts["id"]]
		if !ok {
			t.Fatalf("line %d has the unknown id %q", i, facts["id"])
		}
		if seen[n] {
			doubles++
		}
		seen[n] = true
		a := sent[n].Alert
		want := map[string]string{"kind": "alert", "id": a.ID.String(), "rule": a.Rule.ID, "sev": a.Severity.String(), "outcome": string(a.Outcome), "client": a.Client.IP, "dedup": a.DedupKey}
		if !reflect.DeepEqual(facts, want) || *msg.Hostname != a.Sensor.Name || *msg.Appname != "spaniel" || !msg.Timestamp.Equal(a.Time.Time().Truncate(time.Microsecond)) || *msg.Facility != 13 {
			t.Errorf("alert %d has the facts %v and head %q", n, facts, line[:min(len(line), 80)])
		}
		if payload := enc.Append(nil, &sent[n]); !sameJSON(t, []byte(*msg.Message), payload) {
			t.Errorf("alert %d differs:\n got %.300q\nwant %.300q", n, *msg.Message, payload)
		}
	}
	return len(sent) - len(seen), doubles
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := errors.Join(json.Unmarshal(a, &x), json.Unmarshal(b, &y)); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}
