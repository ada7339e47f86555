//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"

	"spaniel/event"
	"spaniel/internal/forward"
	"spaniel/sinks/all"
	"spaniel/sinks/elastic"
)

// TestOpenSearch sends alerts and calls with hostile text to a real OpenSearch
// under our strict index template; it is killed half way.
func TestOpenSearch(t *testing.T) {
	server, addr := startOpenSearch(t)
	cfg := elastic.Config{URL: "http://" + addr}
	w, err := elastic.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if said, err := w.Create(t.Context()); err != nil {
		t.Fatal(err)
	} else {
		t.Log(said)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p := newPipeline(t, spoolDir(t), all.Config{Name: "search", Kinds: []string{"alert", "call"}, Elastic: &cfg}, 100)
	alerts, calls := makeAlerts(700), makeCalls(700)
	p.put(alerts[:350])
	p.put(calls[:350])
	p.delivered(700, patience)
	server.kill(syscall.SIGKILL)
	p.put(alerts[350:])
	p.put(calls[350:])
	p.await("the node's death is noticed", patience, func(s forward.Stats) bool { return s.Failing && s.Retried > 1 })
	server.run()
	server.ready(addr)
	s := p.delivered(1400, patience)
	t.Logf("%d attempts failed", s.Retried)
	get(t, http.MethodPost, addr, "/spaniel-*/_refresh", nil)
	compareDocuments(t, addr, "spaniel-alerts-*", alerts)
	compareDocuments(t, addr, "spaniel-calls-*", calls)
}

// compareDocuments holds what the index has against what was sent.
func compareDocuments(t *testing.T, addr, index string, sent []event.Item) {
	t.Helper()
	var found struct {
		Hits struct {
			Hits []struct {
				ID     string `json:"_id"`
				Source struct {
					Message string
					URL     struct{ Original string }
				} `json:"_source"`
			}
		}
	}
	body := get(t, http.MethodPost, addr, "/"+index+"/_search", []byte(`{"size":5000,"query":{"match_all":{}}}`))
	if err := json.Unmarshal(body, &found); err != nil {
		t.Fatal(err)
	}
	type doc struct{ message, target string }
	got := map[string]doc{}
	for _, h := range found.Hits.Hits {
		got[h.ID] = doc{h.Source.Message, h.Source.URL.Original}
	}
	if len(found.Hits.Hits) != len(sent) || len(got) != len(sent) {
		t.Errorf("%s: %d documents of %d ids, %d were sent", index, len(found.Hits.Hits), len(got), len(sent))
	}
	for i := range sent {
		id, want := "", doc{}
		if a := sent[i].Alert; a != nil {
			id, want = a.ID.String(), doc{string([]rune(a.Message)), string([]rune(a.Req.Target))}
		} else {
			id, want = sent[i].Call.ID.String(), doc{"", sent[i].Call.Target}
		}
		if got[id] != want {
			t.Fatalf("%s: record %d is %.200q, want %.200q", index, i, fmt.Sprint(got[id]), fmt.Sprint(want))
		}
	}
}

func get(t *testing.T, method, addr, path string, body []byte) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %v %.300q", method, path, resp.StatusCode, err, text)
	}
	return text
}
