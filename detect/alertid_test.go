package detect

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
)

// TestFiringsHaveIDsOfTheirOwn: where suppress is shorter than over, the
// oldest call of the window may still be there when the rule fires again.
func TestFiringsHaveIDsOfTheirOwn(t *testing.T) {
	for _, suppress := range []string{"0s", "1s", "2s", "5s", "20s"} {
		set := load(t, strings.Replace(burstRule, "suppress: 20s", "suppress: "+suppress, 1))
		var calls []*event.Call
		for i := range 60 {
			// Three at each moment, of different connections.
			c := newCall("GET /x", 200, float64(i/3)*2.1)
			c.ID[0], c.ID[1] = byte(i), 7
			calls = append(calls, c)
		}
		play := func() (ids []event.ID) {
			for _, a := range fresh(run(set, &Config{}, calls...)) {
				ids = append(ids, a.ID)
			}
			return ids
		}
		ids, seen := play(), map[event.ID]bool{}
		for _, id := range ids {
			seen[id] = true
		}
		if len(ids) < 2 || len(seen) != len(ids) {
			t.Errorf("suppress %s: %d alerts with %d ids", suppress, len(ids), len(seen))
		}
		if fmt.Sprint(ids) != fmt.Sprint(play()) {
			t.Errorf("suppress %s: other ids the second time", suppress)
		}
	}
}
