package sensor

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"spaniel/internal/demo"
)

// TestLeavesAreKeptWhereARuleFired: a record shows what the client sent where
// there is something to look into, and nowhere else.
func TestLeavesAreKeptWhereARuleFired(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := ndjson(t, file, testConfig(shippedRules(t)))
	with, without := 0, 0
	for line := range bytes.Lines(out) {
		var rec struct {
			Kind   string            `json:"kind"`
			Leaves map[string]string `json:"req_leaves"`
		}
		if err := json.Unmarshal(line, &rec); err != nil {
			t.Fatal(err)
		}
		if rec.Kind != "call" {
			continue
		}
		if len(rec.Leaves) > 0 {
			with++
		} else {
			without++
		}
	}
	if with == 0 || with > 50 || without < 500 {
		t.Errorf("%d calls with leaves, %d without", with, without)
	}
}
