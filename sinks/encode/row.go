package encode

import (
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"unsafe"

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
// before and its own, the quotes of both included, and where its value is. A
// value of a usual kind is read at its offset; asking for it as the column does,
// by a function and a look at what that returned, costs more than writing it.
type field[T any] struct {
	lead
	kind fieldKind
	at   uintptr // offset in T
	get  func(*T) any
}

// fieldKind says of what type a field is.
type fieldKind uint8

const (
	otherField fieldKind = iota
	textField
	timeField
	idField
	u16Field
	u32Field
	u64Field
	addrField
	listField
	headersField
)

// kindOf returns the kind of a field and where it lies.
func kindOf(p any) (fieldKind, unsafe.Pointer) {
	switch p := p.(type) {
	case *string:
		return textField, unsafe.Pointer(p)
	case *event.Nanos:
		return timeField, unsafe.Pointer(p)
	case *event.ID:
		return idField, unsafe.Pointer(p)
	case *uint16:
		return u16Field, unsafe.Pointer(p)
	case *uint32:
		return u32Field, unsafe.Pointer(p)
	case *uint64:
		return u64Field, unsafe.Pointer(p)
	case *netip.Addr:
		return addrField, unsafe.Pointer(p)
	case *[]string:
		return listField, unsafe.Pointer(p)
	case *event.HeaderMap:
		return headersField, unsafe.Pointer(p)
	}
	return otherField, nil
}

// newField returns the field of a column behind the text lead.
func newField[T any](text string, c *event.Column[T]) field[T] {
	f, sample := field[T]{lead: newLead(text), get: c.Field}, new(T)
	var p unsafe.Pointer
	if f.kind, p = kindOf(c.Field(sample)); f.kind == otherField {
		return f
	}
	f.at = uintptr(p) - uintptr(unsafe.Pointer(sample))
	if f.at >= unsafe.Sizeof(*sample) {
		f.kind = otherField // it does not lie in the record itself
	}
	return f
}

// NewRow returns a Row over the given columns.
func NewRow[T any](cols []event.Column[T]) *Row[T] {
	r := &Row[T]{cols: cols}
	between := ""
	for i := range cols {
		c := &cols[i]
		text := string(AppendString([]byte(between), c.Name)) + ":"
		if r.end = ""; quoted(c.Field(new(T))) {
			text, r.end = text+`"`, `"`
		}
		r.fields = append(r.fields, newField(text, c))
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
		switch at := unsafe.Add(unsafe.Pointer(rec), f.at); f.kind {
		case textField:
			if s := *(*string)(at); s != "" {
				b = appendText(b, s)
			}
		case timeField:
			b = appendMoment(b, *(*event.Nanos)(at))
		case idField:
			b = hex.AppendEncode(b, (*event.ID)(at)[:])
		case u16Field:
			b = appendUint(b, uint64(*(*uint16)(at)))
		case u32Field:
			b = appendUint(b, uint64(*(*uint32)(at)))
		case u64Field:
			b = appendUint(b, *(*uint64)(at))
		case addrField:
			b = appendAddr(b, *(*netip.Addr)(at))
		case listField:
			b = appendStrings(b, *(*[]string)(at))
		case headersField:
			b = appendHeaders(b, *(*event.HeaderMap)(at))
		default:
			b = AppendValue(b, f.get(rec))
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
