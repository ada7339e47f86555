package learned

import "strings"

// Type is what a value looks like: a place in TypeNames.
type Type uint8

// typeCount is how many types there are.
const typeCount = 15

// TypeNames lists the types in their order. Those of JSON that are no text
// come first, then what a text looks like; syntax is a text with a character that
// a language gives a meaning.
func TypeNames() [typeCount]string {
	return [typeCount]string{"null", "bool", "number", "object", "empty", "digits", "decimal", "uuid", "date", "email", "url", "hex", "word", "text", "syntax"}
}

const (
	typeNull Type = iota
	typeBool
	typeNumber
	typeObject
	typeEmpty
	typeDigits
	typeDecimal
	typeUUID
	typeDate
	typeEmail
	typeURL
	typeHex
	typeWord
	typeText
	typeSyntax
)

// narrow are the types whose values have nothing to say in any language.
const narrow = 1<<typeNull | 1<<typeBool | 1<<typeNumber | 1<<typeEmpty | 1<<typeDigits | 1<<typeDecimal | 1<<typeUUID | 1<<typeDate | 1<<typeHex

// TypeOf is the type of a value; json is the type that JSON says, "" for values
// that are text wherever they stand.
func TypeOf[T string | []byte](json string, value T) Type {
	switch json {
	case "null":
		return typeNull
	case "bool":
		return typeBool
	case "number":
		return typeNumber
	case "object", "array":
		return typeObject
	}
	return textType(value)
}

func textType[T string | []byte](s T) Type {
	if len(s) == 0 {
		return typeEmpty
	}
	var digits, hex, letters, dashes, dots, at, other, syntax int
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			hex++
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			letters++
		case c == '-' || c == '_':
			dashes++
		case c == '.':
			dots++
		case c == '@':
			at++
		case meaning(c) || c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) && meaning(unhex(s[i+1])<<4|unhex(s[i+2])):
			syntax++
			other++
		default:
			other++
		}
	}
	n := len(s)
	switch {
	case digits == n:
		return typeDigits
	case digits > 0 && digits+dots+dashes == n && dots == 1 && dashes <= 1 && (dashes == 0 || s[0] == '-'), digits+dashes == n && dashes == 1 && s[0] == '-':
		return typeDecimal
	case n == 36 && dashes == 4 && digits+hex+dashes == n && s[8] == '-' && s[23] == '-':
		return typeUUID
	case n >= 10 && digits >= 8 && syntax == 0 && s[4] == '-' && s[7] == '-' && letters <= 2:
		return typeDate
	case at == 1 && dots > 0 && other == 0:
		return typeEmail
	case begins(s, "http://") || begins(s, "https://"):
		return typeURL
	case digits > 0 && digits+hex == n && n >= 8:
		return typeHex
	case other == 0 && at == 0 && n <= 64:
		return typeWord
	case syntax > 0:
		return typeSyntax
	}
	return typeText
}

// meaning reports a character that ends a literal, calls, computes or separates
// in some language, and that stands in no number, date or id.
func meaning(c byte) bool {
	switch c {
	case '\'', '"', '`', '<', '>', '(', ')', '{', '}', ';', '|', '$', '\\':
		return true
	}
	return false
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// unhex is the value of a hex digit.
func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func begins[T string | []byte](s T, with string) bool {
	return len(s) >= len(with) && string(s[:len(with)]) == with
}

// A FieldSeen is a field of a call with the type of its value.
type FieldSeen struct {
	Place string
	Type  Type
}

// A Field is what is known of one field of an endpoint.
type Field struct {
	Calls uint64 // values
	Types [typeCount]uint64
}

// maxFields bounds the fields that are known of an endpoint, maxPlace the
// bytes of a place.
const (
	maxFields = 64
	maxPlace  = 96
)

// learnFields counts the fields of a call. Of more than maxFields the one with
// the fewest values goes, so that names made up by a client push out one
// another.
func (e *Endpoint) learnFields(f *Facts, seen []FieldSeen) {
	for _, s := range seen {
		if len(s.Place) > maxPlace {
			f.fieldsBeyond++
			continue
		}
		k := e.fields[s.Place]
		if k == nil {
			if !e.fieldRoom(f) {
				continue
			}
			k = &Field{}
			e.fields[s.Place] = k
			f.fields++
		}
		k.Calls++
		k.Types[s.Type]++
	}
}

// fieldRoom makes room for a field, and reports whether there is some.
func (e *Endpoint) fieldRoom(f *Facts) bool {
	if e.fields == nil {
		e.fields = map[string]*Field{}
	}
	if len(e.fields) < maxFields && f.fields < f.lim.Fields {
		return true
	}
	f.fieldsBeyond++
	least := ""
	for place, k := range e.fields {
		if o := e.fields[least]; o == nil || k.Calls < o.Calls || k.Calls == o.Calls && place < least {
			least = place
		}
	}
	if k := e.fields[least]; k == nil || k.Calls > 1 {
		return false
	}
	delete(e.fields, least)
	f.fields--
	return true
}

func (e *Endpoint) addFields(f *Facts, o *Endpoint) {
	for _, place := range sortedKeys(o.fields) {
		k := o.fields[place]
		f.fields--
		there := e.fields[place]
		if there == nil {
			if !e.fieldRoom(f) {
				continue
			}
			there = &Field{}
			e.fields[place] = there
			f.fields++
		}
		there.Calls += k.Calls
		for i, n := range k.Types {
			there.Types[i] += n
		}
	}
	o.fields = nil
}

// An Odd is a field of a call that is not as it was in all calls before.
type Odd struct {
	Place string
	Type  Type
	// Calls is how many values of the field there were, none with this type; 0
	// where the field itself is new.
	Calls uint64
	Usual string // the most frequent type so far
}

// OddTypes are the fields of l whose type was in none of the calls before,
// where there were enough of them. What stands within a value that was never an
// object makes that an object.
func (f *Facts) OddTypes(e *Endpoint, l *Lesson) (odd []Odd) {
	if !f.Enough(e, l.Clock) {
		return nil
	}
	for _, s := range l.Fields {
		place, typ := s.Place, s.Type
		k := e.fields[place]
		for k == nil {
			i := strings.LastIndexByte(place, '.')
			if i < 0 {
				break
			}
			place, typ = place[:i], typeObject
			k = e.fields[place]
		}
		if k != nil && k.Calls >= f.lim.Calls && k.Types[typ] == 0 && !(typ >= typeText && k.Types[typeText]+k.Types[typeSyntax] > 0) {
			odd = append(odd, Odd{Place: place, Type: typ, Calls: k.Calls, Usual: k.usual()})
		}
	}
	return odd
}

// OddSyntax are the fields of l that hold text with syntax, while all values that
// they had before, enough of them, were of types that have none: numbers, ids,
// dates.
func (f *Facts) OddSyntax(e *Endpoint, l *Lesson) (odd []Odd) {
	if !f.Enough(e, l.Clock) {
		return nil
	}
	for _, s := range l.Fields {
		if k := e.fields[s.Place]; s.Type == typeSyntax && k != nil && k.Calls >= f.lim.Calls && k.narrow() {
			odd = append(odd, Odd{Place: s.Place, Type: s.Type, Calls: k.Calls, Usual: k.usual()})
		}
	}
	return odd
}

// narrow reports that all values were of narrow types.
func (k *Field) narrow() bool {
	for i, n := range k.Types {
		if n > 0 && narrow>>i&1 == 0 {
			return false
		}
	}
	return true
}

// Syntax reports a field that holds text with syntax.
func (l *Lesson) Syntax() bool {
	for _, s := range l.Fields {
		if s.Type == typeSyntax {
			return true
		}
	}
	return false
}

// NewFields are the fields of l that no call had before, where enough calls
// had any.
func (f *Facts) NewFields(e *Endpoint, l *Lesson) (odd []Odd) {
	if !f.Enough(e, l.Clock) || e.withFields < f.lim.Calls {
		return nil
	}
	for _, s := range l.Fields {
		if e.fields[s.Place] == nil && len(e.fields) < maxFields {
			odd = append(odd, Odd{Place: s.Place, Type: s.Type})
		}
	}
	return odd
}

// usual is the most frequent type, the first in their order of several.
func (k *Field) usual() string {
	best := 0
	for i, n := range k.Types {
		if n > k.Types[best] {
			best = i
		}
	}
	return TypeNames()[best]
}

// Fields lists the known fields by place.
func (e *Endpoint) Fields() (places []string, known []*Field) {
	places = sortedKeys(e.fields)
	for _, p := range places {
		known = append(known, e.fields[p])
	}
	return places, known
}

// Shares says which types the field has, the most frequent first by their
// order: "digits 412, word 3".
func (k *Field) Shares() map[string]uint64 {
	out := map[string]uint64{}
	for i, n := range k.Types {
		if n > 0 {
			out[TypeNames()[i]] = n
		}
	}
	return out
}
