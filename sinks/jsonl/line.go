package jsonl

import (
	"spaniel/event"
	"spaniel/sinks/encode"
)

// rows is made once and never changed.
var rows = encode.NewRows()

// AppendItem appends one ndjson line, newline included: `kind` first, then
// the columns of the kind; an alert nests as event.Alert's tags say. It
// allocates nothing for flat records once b is large enough.
func AppendItem(b []byte, it *event.Item) []byte { return rows.AppendItem(b, it) }

// AppendCSV appends one CSV line, newline included: the kind, then the columns
// of its table. Cells that a spreadsheet would run are defused. It fails only
// for an alert whose evidence cannot be written.
func AppendCSV(b []byte, it *event.Item) ([]byte, error) { return rows.AppendCSV(b, it) }

// AppendCSVHeader appends the header line of AppendCSV for one kind.
func AppendCSVHeader(b []byte, k event.Kind) []byte { return rows.AppendCSVHeader(b, k) }
