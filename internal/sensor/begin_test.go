package sensor

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"spaniel/internal/cores"
	"spaniel/internal/demo"
)

// TestBegin: each goroutine is told that it begins, before the first frame, and may
// be bound to a core; what is found stays the same.
func TestBegin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	allowed, err := cores.Allowed()
	if err != nil {
		t.Fatal(err)
	}
	set := shippedRules(t)
	want, _ := ndjson(t, file, testConfig(set))
	for workers, whos := range map[int][]int{1: {0}, 3: {0, 1, 2, 3}} {
		cfg := testConfig(set)
		cfg.Workers = workers
		var mu sync.Mutex
		var told []int
		cfg.Begin = func(who int) {
			if err := cores.Pin(allowed[who%len(allowed)]); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			told = append(told, who)
		}
		done := make(chan []byte)
		go func() { // which ends with its thread
			got, _ := ndjson(t, file, cfg)
			done <- got
		}()
		if got := <-done; string(got) != string(want) {
			t.Errorf("%d workers, bound to cores, find something else", workers)
		}
		if slices.Sort(told); !slices.Equal(told, whos) {
			t.Errorf("of %d workers %v were told", workers, told)
		}
	}
}
