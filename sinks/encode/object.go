package encode

import (
	"math"
	"strconv"

	"spaniel/event"
)

// Object appends the fields of a JSON object to B, separated by commas, text
// escaped as AppendString does. Names are the caller's own: they are not
// escaped. Start it with Begin.
type Object struct {
	B    []byte
	more bool
}

// Begin returns an object whose brace is open, appended to b.
func Begin(b []byte) Object { return Object{B: append(b, '{')} }

// Key appends a name; its value must be appended to B next.
func (o *Object) Key(name string) {
	if o.more {
		o.B = append(o.B, ',')
	}
	o.more = true
	o.B = append(append(append(o.B, '"'), name...), '"', ':')
}

// Str appends a text.
func (o *Object) Str(name, v string) { o.Key(name); o.B = AppendString(o.B, v) }

// Some appends a text unless it is empty.
func (o *Object) Some(name, v string) {
	if v != "" {
		o.Str(name, v)
	}
}

// List appends a list of texts.
func (o *Object) List(name string, v []string) { o.Key(name); o.B = appendStrings(o.B, v) }

// Num appends a number.
func (o *Object) Num(name string, v uint64) { o.Key(name); o.B = strconv.AppendUint(o.B, v, 10) }

// NumIf appends a number unless it is 0.
func (o *Object) NumIf(name string, v uint64) {
	if v != 0 {
		o.Num(name, v)
	}
}

// True appends true.
func (o *Object) True(name string) { o.Key(name); o.B = append(o.B, "true"...) }

// Time appends a moment as RFC 3339 in UTC with microseconds.
func (o *Object) Time(name string, v event.Nanos) { o.Key(name); o.B = appendTime(o.B, v) }

// Float appends a number of 32 or 64 bits; what JSON cannot say is 0.
func (o *Object) Float(name string, v float64, bits int) {
	o.Key(name)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	o.B = strconv.AppendFloat(o.B, v, 'g', -1, bits)
}

// Open begins an object within.
func (o *Object) Open(name string) { o.Key(name); o.B = append(o.B, '{'); o.more = false }

// OpenList begins a list of objects; Item begins each.
func (o *Object) OpenList(name string) { o.Key(name); o.B = append(o.B, '['); o.more = false }

// Item begins an object of a list, to be ended by Close.
func (o *Object) Item() {
	if o.more {
		o.B = append(o.B, ',')
	}
	o.B = append(o.B, '{')
	o.more = false
}

// CloseList ends the list.
func (o *Object) CloseList() { o.B = append(o.B, ']'); o.more = true }

// Close ends the object.
func (o *Object) Close() { o.B = append(o.B, '}'); o.more = true }
