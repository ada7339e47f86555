package redact

import (
	"slices"
	"strings"

	"spaniel/event"
)

// A form is the names of a message's fields, in their order, and what follows
// from them: a program sends the same fields with every message. To find that
// out for each name again takes several times what comparing the names does.
type form struct {
	names  string // each with a line's end
	fields []formField
	// agent and kind are which field, from 1, is the first User-Agent, and
	// Content-Type; 0 without.
	agent, kind int
	// print is the fingerprint of a request with these fields, 0 until it was
	// asked for. It is hashed byte by byte, to be the same everywhere.
	print uint64
}

// formField is what is known of a field by its name.
type formField struct {
	shown string // the name as it is stored
	name  string // as it was sent, in memory that may be kept
	// ordinary: nothing but the value's form could tell of a secret in it.
	ordinary bool
	// missed counts values that were not the last one kept, in, which became out.
	missed  uint8
	in, out string
}

// oftenMissed is after how many values that are another the last one is kept, a
// power of two: fields whose value is nearly always the same need not be looked
// for in the memory, and what never comes twice is seldom copied.
const oftenMissed = 16

// keptValues is of how many fields of a form the last value is kept, keptValue up
// to how many bytes of it and of what became of it: 512 KiB in all.
const keptValues, keptValue = 32, 128

// value is fieldValue of a value of this field.
func (k *formField) value(r *Redactor, val string) string {
	if val == k.in {
		return k.out
	}
	out := r.fieldValue(k.name, val, k.ordinary)
	if k.missed++; k.missed%oftenMissed == 1 && len(val)+len(out) <= keptValue {
		k.in = strings.Clone(val)
		if k.out = k.in; out != val {
			k.out = strings.Clone(out)
		}
	}
	return out
}

// formSlots times memoryText bytes of names, and what became of them, are
// remembered at most.
const formSlots = 128

// formOf returns the form of these fields, nil where there is no memory, or
// they are too many. It is valid until the next call.
func (r *Redactor) formOf(headers []event.Header) *form {
	if r.mem == nil {
		return nil
	}
	size := len(headers)
	for i := range headers {
		size += len(headers[i].Name)
	}
	if size > memoryText {
		return nil
	}
	f := &r.mem.forms[(size+31*len(headers))%formSlots]
	if len(f.names) != size || !f.is(headers) {
		r.learn(f, headers, size)
	}
	return f
}

// is reports whether the form is of these fields, of whose names and line
// ends it has as many bytes.
func (f *form) is(headers []event.Header) bool {
	rest := f.names
	for i := range headers {
		name := headers[i].Name
		if len(rest) <= len(name) || rest[:len(name)] != name || rest[len(name)] != '\n' {
			return false
		}
		rest = rest[len(name)+1:]
	}
	return true
}

// learn makes f the form of these fields.
func (r *Redactor) learn(f *form, headers []event.Header, size int) {
	names := make([]byte, 0, size)
	*f = form{fields: slices.Grow(f.fields[:0], len(headers))}
	for i := range headers {
		switch name := headers[i].Name; {
		case f.agent == 0 && fold(name, "user-agent"):
			f.agent = i + 1
		case f.kind == 0 && fold(name, "content-type"):
			f.kind = i + 1
		}
		names = append(append(names, headers[i].Name...), '\n')
		known := r.known(headers[i].Name)
		f.fields = append(f.fields, formField{shown: known[1:], name: own(headers[i].Name, known[1:]), ordinary: known[0] == 'o'})
	}
	f.names = string(names)
}

// fingerprint is that of the call, whose request's fields have the form f.
func fingerprint(c *event.Call, f *form) uint64 {
	switch {
	case f == nil || !c.Req.Seen:
		return c.Fingerprint()
	case f.print == 0:
		f.print = c.Fingerprint()
	}
	return f.print
}
