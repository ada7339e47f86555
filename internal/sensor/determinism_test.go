package sensor

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/rules"
	"spaniel/sinks/encode"
	"spaniel/sinks/redact"
)

func shippedRules(t testing.TB) *detect.Set {
	t.Helper()
	set, err := detect.Load([]detect.Source{{Name: "builtin", FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func testConfig(set *detect.Set) Config {
	return Config{Decode: decode.DefaultConfig(), Rules: set, Redactor: redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{})}
}

// ndjson runs a capture file and returns every item as a line.
func ndjson(t testing.TB, file string, cfg Config) ([]byte, event.Ledger) {
	t.Helper()
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out []byte
	lines := encode.NewRows()
	s, err := New(cfg, func(it *event.Item) event.CallFate {
		out = lines.AppendItem(out, it)
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	return out, s.Ledger()
}

// TestSameOutputHoweverItIsRun: workers and epochs change no byte.
func TestSameOutputHoweverItIsRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	set := shippedRules(t)
	var want []byte
	var wantLedger event.Ledger
	for _, workers := range []int{1, 2, 4, 8} {
		for _, frames := range []int{512, 7, 1} {
			t.Run(fmt.Sprintf("%d workers, epochs of %d", workers, frames), func(t *testing.T) {
				cfg := testConfig(set)
				cfg.Workers, cfg.EpochFrames, cfg.Portion = workers, frames, 1+frames/20
				got, ledger := ndjson(t, file, cfg)
				if err := ledger.Check(); err != nil {
					t.Error(err)
				}
				if want == nil {
					want, wantLedger = got, ledger
					if bytes.Count(got, []byte(`"kind":"alert"`)) == 0 || bytes.Count(got, []byte(`"kind":"call"`)) < 500 {
						t.Fatalf("the demo capture gave too little to compare:\n%.2000s", got)
					}
					return
				}
				if !bytes.Equal(got, want) {
					t.Errorf("output differs: %s", firstDifference(want, got))
				}
				if ledger != wantLedger {
					t.Errorf("ledger differs:\n%+v\n%+v", wantLedger, ledger)
				}
			})
		}
	}
}

func firstDifference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines, then %d", len(x), len(y))
}
