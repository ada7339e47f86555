package encode

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"

	"spaniel/event"
)

// A Row writes records of one kind as flat JSON objects and CSV lines: every
// column, always, in the order of the list. It is immutable.
type Row[T any] struct {
	cols   []event.Column[T]
	fields []field[T]
	end    string // the last value's closing quote, if it has one
}

// A field is what a line needs of a column: what stands between the value
// before and its own, the quotes of both included, and where its value is.
type field[T any] struct {
	lead
	get func(*T) any
}

// NewRow returns a Row over the given columns.
func NewRow[T any](cols []event.Column[T]) *Row[T] {
	r := &Row[T]{cols: cols}
	between := ""
	for _, c := range cols {
		text := string(AppendString([]byte(between), c.Name)) + ":"
		if r.end = ""; quoted(c.Field(new(T))) {
			text, r.end = text+`"`, `"`
		}
		r.fields = append(r.fields, field[T]{newLead(text), c.Field})
		between = r.end + ","
	}
	return r
}

// quoted reports whether the JSON of such a field is always a string.
func quoted(p any) bool {
	switch p.(type) {
	case *string, *event.Nanos, *event.ID:
		return true
	}
	return false
}

// AppendFields appends `"name":value` for each column, separated by commas,
// without the braces, so that the caller can put fields before or after.
func (w *Row[T]) AppendFields(b []byte, rec *T) []byte {
	for i := range w.fields {
		f := &w.fields[i]
		b = f.append(b)
		switch p := f.get(rec).(type) {
		case *string:
			if *p != "" {
				b = appendText(b, *p)
			}
		case *event.Nanos:
			b = appendMoment(b, *p)
		case *event.ID:
			b = hex.AppendEncode(b, p[:])
		case *uint16:
			b = strconv.AppendUint(b, uint64(*p), 10)
		case *uint32:
			b = strconv.AppendUint(b, uint64(*p), 10)
		case *uint64:
			b = strconv.AppendUint(b, *p, 10)
		default:
			b = AppendValue(b, p)
		}
	}
	return append(b, w.end...)
}

// AppendObject appends rec as one JSON object.
func (w *Row[T]) AppendObject(b []byte, rec *T) []byte {
	return append(w.AppendFields(append(b, '{'), rec), '}')
}

// AppendValue appends the JSON of a column's field, as Column.Field returns it. An address that is not
// set is null; a number that JSON cannot say (NaN, infinity) is null.
func AppendValue(b []byte, p any) []byte {
	switch p := p.(type) {
	case *string:
		return AppendString(b, *p)
	case *event.Nanos:
		return appendTime(b, *p)
	case *event.ID:
		return appendID(b, p)
	case *netip.Addr:
		return appendAddr(b, *p)
	case *uint16:
		return strconv.AppendUint(b, uint64(*p), 10)
	case *uint32:
		return strconv.AppendUint(b, uint64(*p), 10)
	case *uint64:
		return strconv.AppendUint(b, *p, 10)
	case *float32:
		return appendFloat(b, float64(*p), 32)
	case *[]string:
		return appendStrings(b, *p)
	case *event.HeaderMap:
		return appendHeaders(b, *p)
	case *event.ValueMap:
		return appendValues(b, *p)
	}
	panic("encode: a column type that event does not list")
}

func appendID(b []byte, id *event.ID) []byte {
	return append(hex.AppendEncode(append(b, '"'), id[:]), '"')
}

func appendAddr(b []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return append(b, "null"...)
	}
	if a.Zone() != "" { // a zone is free text; addresses off the wire have none
		return AppendString(b, a.String())
	}
	return append(a.AppendTo(append(b, '"')), '"')
}

func appendFloat(b []byte, f float64, bits int) []byte {
	if f == 1 { // a sample rate nearly always is
		return append(b, '1')
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, bits)
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, s)
	}
	return append(b, ']')
}
