package sensor

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/detect"
	"spaniel/internal/demo"
)

// TestMemoryHoweverItIsRun: with rules that use all that remembers, and caps
// so small that windows are given up all the time, workers and epochs change
// no byte.
func TestMemoryHoweverItIsRun(t *testing.T) {
	rules := fstest.MapFS{}
	for i, having := range []string{
		`bucket("2s") > 4`,
		`sequence(resp.status == 401, "30s", resp.status == 200)`,
		`absent(call.kind == "login", call.kind == "logout", "3s")`,
		`absent(resp.status == 500, resp.status == 200, "1s") || count() > 40`,
		`count() > 0.5 * baseline(count())`,
		`alerts("rule-0") + alerts("rule-2") > 1`,
		`distinct(req.path) > 3 && topk(req.path, 2) < 0.9`,
		`quantile(call.ttfb_us, 0.9) > 30000 && gap_cv() > 0.2`,
	} {
		by := []string{"[client.ip]", "[client.ip, endpoint]", "[[client.ip, req.host]]", "[endpoint]"}[i%4]
		kind := []string{"sliding", "tumbling"}[i%2]
		rules[fmt.Sprintf("r%d.yaml", i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("id: rule-%d\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.seen\nby: %s\nover: %ds\nwindow: %s\nsuppress: %ds\nhaving: '%s'\nescalate: {when: 'count() > 20', severity: high}\n",
			i, by, 4+i, kind, 3*i, having))}
	}
	set, err := detect.Load([]detect.Source{{FS: rules}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, limits := range []detect.Limits{{}, {WindowKeys: 25, WindowEntries: 150, OpenAlerts: 7, RuleAlerts: 9}} {
		var want []byte
		for _, workers := range []int{1, 2, 8} {
			for _, frames := range []int{512, 7, 1} {
				cfg := testConfig(set)
				cfg.Workers, cfg.EpochFrames, cfg.Limits = workers, frames, limits
				got, _ := ndjson(t, file, cfg)
				if want == nil {
					want = got
					for i := range len(rules) {
						if id := fmt.Sprintf(`"id":"rule-%d"`, i); !strings.Contains(string(got), id) && (limits.WindowKeys == 0 || i != 4) { // a baseline needs more than such caps leave
							t.Errorf("%+v: rule %d never fired: nothing was compared", limits, i)
						}
					}
				} else if !bytes.Equal(got, want) {
					t.Fatalf("%+v, %d workers, epochs of %d: output differs: %s", limits, workers, frames, firstDifference(want, got))
				}
			}
		}
	}
}
