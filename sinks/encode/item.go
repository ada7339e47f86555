package encode

import "spaniel/event"

// Rows holds one Row per flat kind. It is immutable and safe for any
// goroutine; make one and keep it.
type Rows struct {
	call  *Row[event.Record]
	alert *Row[event.AlertRow]
	flow  *Row[event.FlowRecord]
	note  *Row[event.NoteRecord]
	fact  *Row[event.NoteRecord]
	obs   *Row[event.ObservationRecord]
}

// NewRows returns the rows of all kinds.
func NewRows() *Rows {
	return &Rows{NewRow(event.CallColumns()), NewRow(event.AlertColumns()), NewRow(event.FlowColumns()), NewRow(event.NoteColumns()), NewRow(event.FactColumns()), NewRow(event.ObservationColumns())}
}

// noteOf is the row of an anomaly, a loss or a fact.
func (r *Rows) noteOf(k event.Kind) *Row[event.NoteRecord] {
	if k == event.KindFact {
		return r.fact
	}
	return r.note
}

// AppendItem appends one JSON line: `kind` first, then the columns of the
// kind; an alert nests as event.Alert does. The line ends with \n, the only
// one in it. An item whose pointer is not set appends nothing.
func (r *Rows) AppendItem(b []byte, it *event.Item) []byte {
	n := len(b)
	if b = r.AppendTagged(b, it); len(b) > n {
		b = append(b, '\n')
	}
	return b
}

// AppendTagged is AppendItem without the line's end.
func (r *Rows) AppendTagged(b []byte, it *event.Item) []byte {
	n := len(b)
	b = append(append(append(b, `{"kind":"`...), it.Kind.String()...), `",`...)
	switch {
	case it.Call != nil:
		b = r.call.AppendFields(b, it.Call)
	case it.Alert != nil:
		b = AppendAlertFields(b, it.Alert)
	case it.Flow != nil:
		b = r.flow.AppendFields(b, it.Flow)
	case it.Note != nil:
		b = r.noteOf(it.Kind).AppendFields(b, it.Note)
	case it.Observation != nil:
		b = r.obs.AppendFields(b, it.Observation)
	default:
		return b[:n]
	}
	return append(b, '}')
}

// AppendObject appends the item as one JSON object without `kind` and without
// a newline: the value of a Kafka message.
func (r *Rows) AppendObject(b []byte, it *event.Item) []byte {
	switch {
	case it.Call != nil:
		return r.call.AppendObject(b, it.Call)
	case it.Alert != nil:
		return AppendAlert(b, it.Alert)
	case it.Flow != nil:
		return r.flow.AppendObject(b, it.Flow)
	case it.Note != nil:
		return r.noteOf(it.Kind).AppendObject(b, it.Note)
	case it.Observation != nil:
		return r.obs.AppendObject(b, it.Observation)
	}
	return b
}

// AppendCSV appends one CSV line: the kind, then the columns of the kind, an
// alert flattened to its table's columns. Lists and maps are JSON within
// their cell. Cells that a spreadsheet would run as a formula are defused.
func (r *Rows) AppendCSV(b []byte, it *event.Item) ([]byte, error) {
	b = append(b, it.Kind.String()...)
	switch {
	case it.Call != nil:
		b = r.call.appendCells(b, it.Call)
	case it.Alert != nil:
		row, err := AlertRow(it.Alert)
		if err != nil {
			return b, err
		}
		b = r.alert.appendCells(b, &row)
	case it.Flow != nil:
		b = r.flow.appendCells(b, it.Flow)
	case it.Note != nil:
		b = r.noteOf(it.Kind).appendCells(b, it.Note)
	case it.Observation != nil:
		b = r.obs.appendCells(b, it.Observation)
	}
	return append(b, '\n'), nil
}

// AppendCSVHeader appends the header line that belongs to AppendCSV of a kind.
func (r *Rows) AppendCSVHeader(b []byte, k event.Kind) []byte {
	b = append(b, "kind"...)
	switch k {
	case event.KindCall:
		b = r.call.appendNames(b)
	case event.KindAlert:
		b = r.alert.appendNames(b)
	case event.KindFlow:
		b = r.flow.appendNames(b)
	case event.KindObservation:
		b = r.obs.appendNames(b)
	default:
		b = r.noteOf(k).appendNames(b)
	}
	return append(b, '\n')
}
