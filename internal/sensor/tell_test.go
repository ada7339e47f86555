package sensor

import (
	"context"
	"fmt"
	"testing"

	"spaniel/event"
)

// TestTell: what is told from outside is handed on once, as a fact, in the one
// goroutine that everything comes from; what has no room is refused.
func TestTell(t *testing.T) {
	set := shippedRules(t)
	for _, workers := range []int{1, 2} {
		cfg := testConfig(set)
		cfg.Workers = workers
		cfg.Now = func() int64 { return 77 }
		var got []event.NoteRecord
		s, err := New(cfg, func(it *event.Item) event.CallFate {
			if it.Kind == event.KindFact && it.Note.Name == "rules_loaded" {
				got = append(got, *it.Note)
			}
			return event.CallAcked
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range maxTold {
			if !s.Tell("rules_loaded", event.ValueMap{{Name: "n", Value: fmt.Sprint(i)}, {Name: "why", Value: "two words"}}) {
				t.Fatalf("no room for %d", i)
			}
		}
		if s.Tell("rules_loaded", nil) {
			t.Error("there is room without end")
		}
		if err := s.Run(context.Background(), NewFrames(nil)); err != nil {
			t.Fatal(err)
		}
		if len(got) != maxTold {
			t.Fatalf("%d of %d handed on", len(got), maxTold)
		}
		for i, n := range got {
			if n.Detail != fmt.Sprintf(`n=%d why="two words"`, i) || n.Time != 77 || n.SensorName != "file" || len(n.Fields) != 2 {
				t.Fatalf("%d: %+v", i, n)
			}
		}
	}
}
