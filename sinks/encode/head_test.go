package encode

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"spaniel/event"
)

// The head is what a whole reading of the JSON says, whatever the alert holds,
// and no bytes at all are a panic.
func FuzzAlertHead(f *testing.F) {
	f.Add("dedup|key", "sensor-1", "rule", []byte(`{"schema":"x"}`))
	f.Add(`a"b\`, "\\", `}],{"`, []byte(`{"schema":"\`))
	f.Add("\x00\u202e", "é\xff", "", []byte(`{"schema":"a","id":"","dedup_key":"}`))
	f.Fuzz(func(t *testing.T, key, sensor, text string, other []byte) {
		a := event.Alert{Schema: event.AlertSchema, ID: event.AlertID(key, text), DedupKey: key, State: text, Severity: event.High, Outcome: event.Tried,
			Rule: event.AlertRule{ID: text, Title: key, Refs: []string{text, sensor}}, Sensor: event.AlertSensor{Name: sensor, Zone: text}, Message: text}
		b := AppendAlert(nil, &a)
		var want struct {
			Schema, ID, Severity string
			DedupKey             string `json:"dedup_key"`
			Sensor               struct{ Name string }
		}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if got, ok := AlertHead(b); !ok || got != (Head{want.Schema, want.ID, want.DedupKey, want.Severity, want.Sensor.Name}) {
			t.Fatalf("got %+v, %v\nwant %+v", got, ok, want)
		}
		if h, ok := AlertHead(other); ok && utf8.Valid(other) && !utf8.ValidString(h.Schema+h.ID+h.DedupKey+h.Severity+h.Sensor) {
			t.Fatalf("%q out of %q", h, other)
		}
	})
}
