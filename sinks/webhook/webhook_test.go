package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

// A receiver checks the signature as the package's comment tells one to.
type receiver struct {
	t   *testing.T
	key string

	mu     sync.Mutex
	broken bool
	got    []string
	keys   map[string]string // by Idempotency-Key, the body
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	if r.key != "" && !genuine(q.Header.Get("X-Spaniel-Signature"), r.key, body) {
		r.t.Errorf("signature %q", q.Header.Get("X-Spaniel-Signature"))
	}
	var doc struct {
		Schema  string
		Records []struct{ ID, Kind, Severity string }
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.Schema != "spaniel.webhook/1" {
		r.t.Errorf("%q: %v", body, err)
	}
	key := q.Header.Get("Idempotency-Key")
	if was, ok := r.keys[key]; key == "" || ok && was != string(body) {
		r.t.Errorf("key %q of two bodies", key)
	}
	r.keys[key] = string(body)
	for _, rec := range doc.Records {
		if rec.Severity == "low" {
			http.Error(w, "never", http.StatusUnprocessableEntity)
			return
		}
	}
	for _, rec := range doc.Records {
		r.got = append(r.got, rec.ID)
	}
	w.WriteHeader(http.StatusNoContent)
}

func genuine(header, key string, body []byte) bool {
	at, sig, ok := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(at + "." + string(body)))
	got, err := hex.DecodeString(sig)
	return err == nil && hmac.Equal(got, mac.Sum(nil))
}

func TestContract(t *testing.T) {
	r := &receiver{t: t, key: "k3y", keys: map[string]string{}}
	s := httptest.NewServer(r)
	defer s.Close()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("k3y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := func(b bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.broken = b
	}
	sinktest.Run(t, sinktest.Rig{
		New: func(t *testing.T) sinks.Writer {
			w, err := New(Config{URL: s.URL + "/hook", SecretFile: file})
			if err != nil {
				t.Fatal(err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			clear(r.keys) // another sink's numbers begin anew
			return w
		},
		Received: func(*testing.T, int) []string {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.got
		},
		Break: func(*testing.T) func() {
			broken(true)
			return func() { broken(false) }
		},
		Poison: func(*testing.T) sinks.Record {
			it := event.Item{Kind: event.KindAlert, Alert: &event.Alert{ID: event.ID{1}, Severity: event.Low}}
			return sinks.Record{Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)}
		},
	})
}

func TestWhatCannotBe(t *testing.T) {
	for says, c := range map[string]Config{"url is missing": {}, "unknown format": {URL: "https://h/", Format: "cef"}} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := New(Config{URL: "https://h/", SecretFile: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a secret that is not there")
	}
}

// A receiver that goes by the keys takes a body again for what it has, and nothing
// else: not a batch of the same numbers from another sensor, nor a cut alert for the
// whole one.
func TestAKeyIsOfOneBody(t *testing.T) {
	bodies, tooLarge := map[string]string{}, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		key := r.Header.Get("Idempotency-Key")
		if had, ok := bodies[key]; key == "" || ok && had != string(body) {
			t.Errorf("key %q is of two bodies:\n%.200s\n%.200s", key, had, body)
		}
		bodies[key] = string(body)
		if len(body) > 4000 {
			tooLarge++
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		}
	}))
	defer server.Close()
	for sensor := range 2 {
		w, err := New(Config{URL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		b, _ := sinktest.Alerts(1, 2)
		b.Records[0].Payload = sinks.NewEncoder().Append(nil, &event.Item{Kind: event.KindAlert, Alert: &event.Alert{Schema: event.AlertSchema, ID: event.ID{byte(sensor)}, Severity: event.High,
			Req: event.AlertRequest{Target: "/" + strings.Repeat("x", 20_000)}}})
		before := len(bodies)
		for range 2 { // as a retry does
			if err := w.Write(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			if w.Shortened() != 1 {
				t.Errorf("%d were cut", w.Shortened())
			}
		}
		// Both, the first whole, the first cut; the second, which both sensors have, once.
		if got, want := len(bodies)-before, []int{4, 3}[sensor]; got < want {
			t.Errorf("sensor %d: %d keys, want %d or more", sensor, got, want)
		}
	}
	if tooLarge < 8 {
		t.Errorf("%d bodies were too large", tooLarge)
	}
}
