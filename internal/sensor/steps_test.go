package sensor

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"spaniel/detect"
	"spaniel/detect/ruletest"
	"spaniel/event"
)

// TestLargeCallsWithinSteps: the largest calls there are leave every shipped
// rule a wide margin of the steps it may spend: who sends them switches no
// rule off.
func TestLargeCallsWithinSteps(t *testing.T) {
	var fields []string
	for i := range 900 {
		fields = append(fields, fmt.Sprintf(`"k%d":"%%2541%%2542' OR %d=%d -- PHNjcmlwdD4= &lt;b&gt; ../../x"`, i, i, i))
	}
	requests := []string{
		"POST /big {" + strings.Join(fields, ",") + "}",
		"POST /big {\"a\":\"" + strings.Repeat("%2525252541 ;|&$(x) ${{7}} ", 2300) + "\"}",
		"GET /big?a=" + strings.Repeat("%252e%252e%252f", 3000),
		"GET /big -> 200 {\"a\":\"" + strings.Repeat("error in your SQL ", 3000) + "\"}",
	}
	test := &detect.Test{Phases: []detect.Phase{{Requests: requests, Repeat: 1}}}
	frames, err := ruletest.Frames(test)
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(shippedRules(t))
	cfg.Limits.RuleSteps = 16 << 20 // a quarter of what is allowed
	s, err := New(cfg, func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	considered := uint64(0)
	for _, r := range s.RuleStats() {
		considered += r.Considered
		if r.Errors > 0 {
			t.Errorf("%s: %d errors, %s", r.ID, r.Errors, r.LastError)
		}
	}
	if considered < 20 {
		t.Errorf("only %d evaluations", considered)
	}
}
