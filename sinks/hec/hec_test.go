package hec

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

const token = "0f5f3a7e-0000-4000-8000-1234567890ab"

// A collector is as strict as Splunk's documents say one is.
type collector struct {
	t   *testing.T
	ack bool
	max int // bytes of a body, unpacked

	mu      sync.Mutex
	broken  bool
	got     []string
	pending map[int64][]string // sent, and not indexed yet
	asked   map[int64]int
	next    int64
	stall   chan struct{}
}

func (c *collector) answer(w http.ResponseWriter, status, code int, text string, more map[string]any) {
	reply := map[string]any{"text": text, "code": code}
	for k, v := range more {
		reply[k] = v
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		c.t.Log(err)
	}
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	broken, stall := c.broken, c.stall
	c.mu.Unlock()
	if stall != nil {
		<-stall
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		c.t.Error(err)
		return
	}
	body, err := io.ReadAll(z)
	switch {
	case err != nil:
		c.t.Error(err)
	case broken:
		c.answer(w, 503, 9, "Server is busy", nil)
	case r.Header.Get("Authorization") != "Splunk "+token:
		c.answer(w, 403, 4, "Invalid token", nil)
	case len(body) > c.max:
		c.answer(w, 413, 27, "Request entity too large", nil)
	case c.ack && r.Header.Get("X-Splunk-Request-Channel") == "":
		c.answer(w, 400, 10, "Data channel is missing", nil)
	case r.URL.Path == "/services/collector/event":
		c.events(w, body)
	case r.URL.Path == "/services/collector/ack" && c.ack:
		c.acks(w, body)
	default:
		http.NotFound(w, r)
	}
}

func (c *collector) events(w http.ResponseWriter, body []byte) {
	var ids []string
	dec := json.NewDecoder(strings.NewReader(string(body)))
	for n := 0; ; n++ {
		var e struct {
			Time       *json.Number `json:"time"`
			Host       string
			Source     string
			Sourcetype string
			Index      string
			Event      map[string]any
			Fields     map[string]string
		}
		if err := dec.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			c.answer(w, 400, 6, "Invalid data format", map[string]any{"invalid-event-number": n})
			return
		}
		if e.Event == nil || e.Time == nil || e.Sourcetype != "spaniel:alert" || e.Host != "s1" || e.Source != "spaniel" || e.Index != "main" || e.Fields["spaniel_id"] != e.Event["id"] {
			c.answer(w, 400, 12, "Event field is required", map[string]any{"invalid-event-number": n})
			return
		}
		if e.Event["severity"] == "low" { // what this collector does not take
			c.answer(w, 400, 15, "Error in handling indexed fields", map[string]any{"invalid-event-number": n})
			return
		}
		ids = append(ids, e.Fields["spaniel_id"])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ack {
		c.got = append(c.got, ids...)
		c.answer(w, 200, 0, "Success", nil)
		return
	}
	c.pending[c.next] = ids
	c.answer(w, 200, 0, "Success", map[string]any{"ackId": c.next})
	c.next++
}

func (c *collector) acks(w http.ResponseWriter, body []byte) {
	var q struct{ Acks []int64 }
	if err := json.Unmarshal(body, &q); err != nil {
		c.t.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	acks := map[string]bool{}
	for _, id := range q.Acks {
		if c.asked[id]++; c.asked[id] > 1 { // indexed by the second question
			c.got = append(c.got, c.pending[id]...)
			delete(c.pending, id)
			acks[fmt.Sprint(id)] = true
		}
	}
	if err := json.NewEncoder(w).Encode(map[string]any{"acks": acks}); err != nil {
		c.t.Log(err)
	}
}

func tokenFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestContract(t *testing.T) {
	for _, ack := range []bool{false, true} {
		t.Run(fmt.Sprintf("ack=%v", ack), func(t *testing.T) {
			c := &collector{t: t, ack: ack, max: 12_000, pending: map[int64][]string{}, asked: map[int64]int{}}
			s := httptest.NewServer(c)
			defer s.Close()
			cfg := Config{URL: s.URL, TokenFile: tokenFile(t, token), Index: "main", Ack: ack}
			sinktest.Run(t, sinktest.Rig{
				New: func(t *testing.T) sinks.Writer {
					w, err := New(cfg)
					if err != nil {
						t.Fatal(err)
					}
					return w
				},
				Received: func(*testing.T, int) []string {
					c.mu.Lock()
					defer c.mu.Unlock()
					return c.got
				},
				Break: func(*testing.T) func() { return c.set(func() { c.broken = true }, func() { c.broken = false }) },
				Stall: func(*testing.T) func() {
					hold := make(chan struct{})
					return c.set(func() { c.stall = hold }, func() { c.stall = nil; close(hold) })
				},
				Poison: func(*testing.T) sinks.Record {
					a := event.Alert{ID: event.ID{1}, Severity: event.Low, Sensor: event.AlertSensor{Name: "s1"}}
					it := event.Item{Kind: event.KindAlert, Alert: &a}
					return sinks.Record{Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)}
				},
			})
		})
	}
}

// set changes the collector, and returns what changes it back.
func (c *collector) set(to, back func()) func() {
	locked := func(f func()) {
		c.mu.Lock()
		defer c.mu.Unlock()
		f()
	}
	locked(to)
	return func() { locked(back) }
}

func TestAWrongTokenIsSaid(t *testing.T) {
	c := &collector{t: t, max: 1 << 20}
	s := httptest.NewServer(c)
	defer s.Close()
	w, err := New(Config{URL: s.URL, TokenFile: tokenFile(t, "other"), Index: "main"})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := sinktest.Alerts(1, 1)
	if err := w.Write(t.Context(), b); err == nil || !strings.Contains(err.Error(), "secret is not accepted") || strings.Contains(err.Error(), "other") {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBe(t *testing.T) {
	for says, c := range map[string]Config{"token_file": {URL: "https://h:1"}, "in clear": {URL: "http://h:1", TokenFile: "x"}, "url is missing": {}} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
