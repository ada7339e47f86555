package sensor

import (
	"context"

	"spaniel/event"
	"spaniel/sinks/encode"
)

// played is what a sensor of that configuration makes of frames, as ndjson,
// and its ledger.
func played(t interface{ Fatal(...any) }, cfg Config, frames []event.Frame) ([]byte, event.Ledger) {
	var out []byte
	rows := encode.NewRows()
	s, err := New(cfg, func(it *event.Item) event.CallFate {
		out = rows.AppendItem(out, it)
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
		t.Fatal(err)
	}
	return out, s.Ledger()
}
