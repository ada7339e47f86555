package forward

import (
	"encoding/json"
	"fmt"

	"spaniel/event"
	"spaniel/sinks"
)

// A rateNote is a rate as it is kept with the cursor, so that a crash forgets
// nothing of what was held back, and admits what it would have admitted.
type rateNote struct {
	Minute int64      `json:"minute"`
	Passed int        `json:"passed"`
	Now    *heldNote  `json:"now,omitempty"`
	Past   []heldNote `json:"past,omitempty"`
}

type heldNote struct {
	N     uint64          `json:"n"`
	Told  uint64          `json:"told,omitempty"`
	First json.RawMessage `json:"first"` // as spooled
	Last  event.Nanos     `json:"last"`
	Seq   uint64          `json:"seq"`
}

// save returns the note, "" for a rate that has nothing to remember.
func (r *rate) save() string {
	if r.most == 0 || r.minute == 0 {
		return ""
	}
	n := rateNote{Minute: r.minute, Passed: r.passed}
	if r.now.n > 0 {
		now := r.now.note()
		n.Now = &now
	}
	for i := range r.past {
		n.Past = append(n.Past, r.past[i].note())
	}
	text, err := json.Marshal(&n)
	if err != nil {
		return "" // numbers and JSON alone: it cannot be
	}
	return string(text)
}

func (h *heldAlerts) note() heldNote {
	it := event.Item{Kind: event.KindAlert, Alert: &h.first}
	return heldNote{N: h.n, Told: h.told, First: sinks.NewEncoder().Append(nil, &it), Last: h.last, Seq: h.seq}
}

// load takes over a note; "" is none.
func (r *rate) load(text string) error {
	if r.most == 0 || text == "" {
		return nil
	}
	var n rateNote
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return fmt.Errorf("what was held back: %w", err)
	}
	r.minute, r.passed = n.Minute, n.Passed
	if n.Now != nil {
		if err := r.now.load(n.Now); err != nil {
			return err
		}
	}
	for i := range n.Past {
		var h heldAlerts
		if err := h.load(&n.Past[i]); err != nil {
			return err
		}
		r.past = append(r.past, h)
	}
	return nil
}

func (h *heldAlerts) load(n *heldNote) error {
	*h = heldAlerts{n: n.N, told: n.Told, last: n.Last, seq: n.Seq}
	if err := json.Unmarshal(n.First, &h.first); err != nil {
		return fmt.Errorf("what was held back: %w", err)
	}
	return nil
}
