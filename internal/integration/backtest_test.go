//go:build integration

package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"testing"

	"spaniel/event"
)

// backtestsAlike tries rules that raised an alert on the stored calls of both
// stores, as far as they hold what it reads: what comes out is the same.
func backtestsAlike(t *testing.T, bin, file, url string, items []event.Item) {
	var rules []string
	for i := range items {
		if a := items[i].Alert; a != nil && !slices.Contains(rules, a.Rule.ID) {
			rules = append(rules, a.Rule.ID)
		}
	}
	tried, raised := 0, 0
	for _, id := range rules {
		if tried == 8 { // enough: each takes a process for either store
			break
		}
		args := []string{"rules", "backtest", id, "--since", "2020-01-01", "-o", "json"}
		one, refused := backtested(t, bin, append(args, "--store", file)...)
		other, also := backtested(t, bin, append(args, "--set", "store.url="+url)...)
		if refused != also || !bytes.Equal(one, other) {
			t.Errorf("%s: the embedded store gives\n%s\nand ClickHouse\n%s", id, one, other)
		}
		if refused {
			continue
		}
		tried++
		var said struct{ Alerts int }
		if err := json.Unmarshal(one, &said); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if said.Alerts > 0 {
			raised++
		}
	}
	t.Logf("%d rules tried on both stores, %d of them raised alerts", tried, raised)
	if tried < 5 || raised < 3 {
		t.Errorf("only %d rules were tried, and %d raised alerts: %q", tried, raised, rules)
	}
}

// backtested runs a backtest; refused says that the rule reads more than is
// stored.
func backtested(t *testing.T, bin string, args ...string) (out []byte, refused bool) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && bytes.Contains(said.Bytes(), []byte("reads what a store does not hold")) {
		return nil, true
	}
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, said.String())
	}
	return out, false
}
