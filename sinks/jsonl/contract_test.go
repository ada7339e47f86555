package jsonl

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

func TestContract(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lines")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "alerts.ndjson")
	sinktest.Run(t, sinktest.Rig{
		New: func(t *testing.T) sinks.Writer {
			w, err := New(Config{Path: path}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return w
		},
		Received: func(t *testing.T, _ int) (ids []string) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for s := bufio.NewScanner(f); s.Scan(); {
				var line struct{ ID string }
				if err := json.Unmarshal(s.Bytes(), &line); err != nil {
					t.Fatalf("%q: %v", s.Bytes(), err)
				}
				ids = append(ids, line.ID)
			}
			return ids
		},
	})
}
