package sensor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"spaniel/detect"
	"spaniel/internal/demo"
)

// TestObservationsAreAllThatWindowsGet counts observations by their keys, and so
// says what the rule says: which windows reach its number. They change nothing
// else, and are the same however it is run.
func TestObservationsAreAllThatWindowsGet(t *testing.T) {
	const least = 20
	rules := fstest.MapFS{"r.yaml": &fstest.MapFile{Data: []byte(fmt.Sprintf("id: many\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.seen\nby: [client.ip]\nover: 24h\nsuppress: 24h\nhaving: 'count() >= %d && distinct(req.path) >= 0 && sum(resp.status) >= 0'\n", least))},
		"s.yaml": &fstest.MapFile{Data: []byte("id: pairs\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: resp.status == 401\nby: [principal.user, [client.ip, req.host]]\nover: 1m\nhaving: 'count() > 1'\n")}}
	set, err := detect.Load([]detect.Source{{FS: rules}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	without, _ := ndjson(t, file, testConfig(set))
	var with []byte
	for _, workers := range []int{1, 3} {
		cfg := testConfig(set)
		cfg.Workers, cfg.Observations = workers, true
		got, _ := ndjson(t, file, cfg)
		if with != nil && !bytes.Equal(got, with) {
			t.Fatalf("%d workers: %s", workers, firstDifference(with, got))
		}
		with = got
	}
	counts, ids, alerts := countObservations(t, with, without)
	fired := map[string]bool{}
	for by, n := range counts["many"] {
		if n >= least {
			fired[by] = true
		}
	}
	if len(fired) < 3 || len(fired) == len(counts["many"]) || len(counts["pairs"]) < 2 || ids < 500 {
		t.Errorf("nothing was compared: %d windows of %d fire, %d pairs, %d ids", len(fired), len(counts["many"]), len(counts["pairs"]), ids)
	}
	if fmt.Sprint(alerts) != fmt.Sprint(fired) {
		t.Errorf("alerts of %v, the observations say %v", alerts, fired)
	}
}

// countObservations counts those of each rule by window; what is not an
// observation must be what comes without them. alerts are the clients that the
// rule "many" fired on.
func countObservations(t *testing.T, with, without []byte) (counts map[string]map[string]int, ids int, alerts map[string]bool) {
	t.Helper()
	counts, alerts = map[string]map[string]int{}, map[string]bool{}
	calls, seen := map[string]string{}, map[string]bool{}
	var rest []byte
	for line := range bytes.Lines(with) {
		var v struct {
			Kind          string `json:"kind"`
			ObservationID string `json:"observation_id"`
			Rule          any    `json:"rule"`
			RuleID        string `json:"rule_id"`
			By            string `json:"window_by"`
			Key           string `json:"window_key"`
			CallID        string `json:"call_id"`
			ClientIP      string `json:"client_ip"`
			Client        struct{ IP string }
			Values        map[string]string
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch v.Kind {
		case "observation":
			if seen[v.ObservationID] || calls[v.CallID] == "" {
				t.Fatalf("its id came before, or its call did not: %s", line)
			}
			seen[v.ObservationID] = true
			if v.RuleID == "many" && (v.By != "client.ip" || v.Key != calls[v.CallID] || v.Values["req.path"] == "" || v.Values["resp.status"] == "") {
				t.Fatalf("%s of the call of %s", line, calls[v.CallID])
			}
			if counts[v.RuleID] == nil {
				counts[v.RuleID] = map[string]int{}
			}
			key := v.Key
			if v.RuleID != "many" {
				key = v.By + "=" + key
			}
			counts[v.RuleID][key]++
			continue
		case "call":
			calls[v.CallID] = v.ClientIP
		case "alert":
			if v.Rule.(map[string]any)["id"] == "many" {
				alerts[v.Client.IP] = true
			}
		}
		rest = append(rest, line...)
	}
	if !bytes.Equal(rest, without) {
		t.Errorf("without observations it is: %s", firstDifference(without, rest))
	}
	return counts, len(seen), alerts
}
