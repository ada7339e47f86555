package elastic

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
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

// A cluster keeps documents by index and id, and refuses what its strict
// mapping does not have.
type cluster struct {
	t *testing.T

	mu       sync.Mutex
	broken   bool
	docs     map[string]map[string]json.RawMessage
	template map[string]any
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		c.t.Error(err)
		return
	}
	switch {
	case c.broken:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusTooManyRequests)
	case r.Header.Get("Authorization") != "Basic dTpwdw==":
		http.Error(w, "who?", http.StatusUnauthorized)
	case r.Method == http.MethodPut && r.URL.Path == "/_index_template/spaniel":
		if err := json.NewDecoder(z).Decode(&c.template); err != nil {
			c.t.Error(err)
		}
	case r.Method == http.MethodPost && r.URL.Path == "/_bulk" && r.Header.Get("Content-Type") == "application/x-ndjson":
		c.bulk(w, bufio.NewScanner(z))
	default:
		http.NotFound(w, r)
	}
}

func (c *cluster) bulk(w http.ResponseWriter, lines *bufio.Scanner) {
	var items []string
	failed := false
	for lines.Scan() {
		var op struct {
			Index struct {
				Index string `json:"_index"`
				ID    string `json:"_id"`
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &op); err != nil || op.Index.ID == "" || !lines.Scan() {
			c.t.Errorf("%q: %v", lines.Bytes(), err)
		}
		var doc map[string]any
		if err := json.Unmarshal(lines.Bytes(), &doc); err != nil {
			c.t.Error(err)
		}
		if rule, ok := doc["rule"].(map[string]any); ok && rule["id"] == "poison" {
			failed = true
			items = append(items, `{"index":{"status":400,"error":{"type":"strict_dynamic_mapping_exception","reason":"no"}}}`)
			continue
		}
		index := c.docs[op.Index.Index]
		if index == nil {
			index = map[string]json.RawMessage{}
			c.docs[op.Index.Index] = index
		}
		index[op.Index.ID] = append(json.RawMessage(nil), lines.Bytes()...)
		items = append(items, `{"index":{"status":201}}`)
	}
	fmt.Fprintf(w, `{"took":1,"errors":%v,"items":[%s]}`, failed, strings.Join(items, ","))
}

func rig(t *testing.T) (*cluster, Config) {
	c := &cluster{t: t, docs: map[string]map[string]json.RawMessage{}}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("pw\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return c, Config{URL: s.URL, Username: "u", PasswordFile: file}
}

func open(t *testing.T, cfg Config) *Writer {
	t.Helper()
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestContract(t *testing.T) {
	c, cfg := rig(t)
	broken := func(b bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.broken = b
	}
	sinktest.Run(t, sinktest.Rig{
		New: func(t *testing.T) sinks.Writer { return open(t, cfg) },
		Received: func(*testing.T, int) (ids []string) {
			c.mu.Lock()
			defer c.mu.Unlock()
			for _, index := range c.docs {
				for id := range index {
					ids = append(ids, id)
				}
			}
			return ids
		},
		Break: func(*testing.T) func() {
			broken(true)
			return func() { broken(false) }
		},
		Poison: func(*testing.T) sinks.Record {
			it := event.Item{Kind: event.KindAlert, Alert: &event.Alert{ID: event.ID{1}, Severity: event.Low, Rule: event.AlertRule{ID: "poison"}}}
			return sinks.Record{Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)}
		},
	})
}

func batch(list ...event.Item) *sinks.Batch {
	b := &sinks.Batch{First: 1, Last: uint64(len(list))}
	for i := range list {
		b.Records = append(b.Records, sinks.Record{Seq: uint64(i + 1), Kind: list[i].Kind, Payload: sinks.NewEncoder().Append(nil, &list[i])})
	}
	return b
}

func TestAnAlertThatGrewReplacesItself(t *testing.T) {
	c, cfg := rig(t)
	w := open(t, cfg)
	a := event.Alert{ID: event.ID{1}, FirstSeen: 1795334340e9, Severity: event.Low, Count: 1}
	later := a
	later.Count, later.Time, later.SpooledDay = 7, 1795434340e9, "2026-11-24"
	call := event.Record{ID: event.ID{2}, SpooledDay: "2026-11-23"}
	if err := w.Write(t.Context(), batch(event.Item{Kind: event.KindAlert, Alert: &a}, event.Item{Kind: event.KindAlert, Alert: &later}, event.Item{Kind: event.KindCall, Call: &call})); err != nil {
		t.Fatal(err)
	}
	alerts, calls := c.docs["spaniel-alerts-2026.11.22"], c.docs["spaniel-calls-2026.11.23"]
	if len(c.docs) != 2 || len(alerts) != 1 || len(calls) != 1 || !strings.Contains(string(alerts[a.ID.String()]), `"count":7`) {
		t.Errorf("%s", c.docs)
	}
}

func TestKindsWithoutADocumentAreRejected(t *testing.T) {
	_, cfg := rig(t)
	var r *sinks.Rejected
	if err := open(t, cfg).Write(t.Context(), batch(event.Item{Kind: event.KindFlow, Flow: new(event.FlowRecord)})); !errors.As(err, &r) || r.Index != 0 {
		t.Errorf("%v", err)
	}
}

// TestTemplate: the mapping has every field that a full document has.
func TestTemplate(t *testing.T) {
	c, cfg := rig(t)
	w := open(t, cfg)
	if _, err := w.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	mapping := c.template["template"].(map[string]any)["mappings"].(map[string]any)
	for name, doc := range documents(t) {
		mapped(t, name, mapping, doc)
	}
}

// documents are the golden ones.
func documents(t *testing.T) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, name := range []string{"alert", "alert-ipv6", "alert-no-http", "call"} {
		text, err := os.ReadFile(filepath.Join("..", "format", "testdata", name+".ecs"))
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		out[name] = doc
	}
	return out
}

func mapped(t *testing.T, path string, mapping map[string]any, doc map[string]any) {
	t.Helper()
	fields, ok := mapping["properties"].(map[string]any)
	if !ok || mapping["dynamic"] != "strict" {
		t.Errorf("%s is mapped as %v", path, mapping)
		return
	}
	for k, v := range doc {
		field, ok := fields[k].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not mapped", path, k)
			continue
		}
		switch v := v.(type) {
		case map[string]any:
			mapped(t, path+"."+k, field, v)
		case []any:
			for _, e := range v {
				if m, ok := e.(map[string]any); ok {
					mapped(t, path+"."+k, field, m)
				}
			}
		}
	}
}

func TestWhatCannotBe(t *testing.T) {
	for says, c := range map[string]Config{
		"url is missing":      {},
		"go together":         {URL: "https://h:1", Username: "u"},
		"keep one":            {URL: "https://h:1", Username: "u", PasswordFile: "f", APIKeyFile: "f"},
		"small letters":       {URL: "https://h:1", Index: "Spaniel"},
		"the secret in clear": {URL: "http://h:1", APIKeyFile: "f"},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestTemplateIsECS holds each mapped field outside `spaniel` to the Elastic
// Common Schema: it is one, and of that type; and what is a list there is a list
// in the documents, and nothing else is.
func TestTemplateIsECS(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "ecs-8.17.0.csv"))
	if err != nil {
		t.Fatal(err)
	}
	types, lists := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), ",")
		types[f[0]], lists[f[0]] = f[1], f[2] == "array"
	}
	// Types of one family search alike; OpenSearch does not have the first of each.
	same := map[string]string{"match_only_text": "text", "wildcard": "keyword", "float": "double"}
	var walk func(path string, props map[string]any)
	seen := 0
	walk = func(path string, props map[string]any) {
		for name, v := range props {
			field := v.(map[string]any)
			at := strings.TrimPrefix(path+"."+name, ".")
			if at == "spaniel" {
				continue
			}
			if in, ok := field["properties"].(map[string]any); ok {
				walk(at, in)
				continue
			}
			seen++
			is, ok := types[at]
			if want := cmp.Or(same[is], is); !ok || field["type"] != want {
				t.Errorf("%s is mapped as %v; in ECS it is %q", at, field["type"], is)
			}
		}
	}
	walk("", properties())
	if seen < 40 {
		t.Errorf("only %d fields", seen)
	}
	var shape func(path string, doc map[string]any)
	shape = func(path string, doc map[string]any) {
		for name, v := range doc {
			at := strings.TrimPrefix(path+"."+name, ".")
			if in, ok := v.(map[string]any); ok && at != "spaniel" {
				shape(at, in)
			} else if _, list := v.([]any); !ok && list != lists[at] {
				t.Errorf("%s: a list %v, in ECS %v", at, list, lists[at])
			}
		}
	}
	for name, doc := range documents(t) {
		if v := doc["ecs"].(map[string]any)["version"]; v != "8.17.0" {
			t.Errorf("%s says ECS %v", name, v)
		}
		shape("", doc)
	}
}
