package window

// Kind says which part of a Value holds.
type Kind uint8

// The kinds. None is the value of an aggregate over nothing.
const (
	None Kind = iota
	Number
	Text
	Bool
)

// A Value is what one call gives to an aggregate, or what an aggregate gives.
type Value struct {
	Kind Kind
	Num  float64 // Bool: 0 or 1
	Str  string
}

// NumberOf, TextOf and BoolOf make values.
func NumberOf(f float64) Value { return Value{Kind: Number, Num: f} }

// TextOf makes a text.
func TextOf(s string) Value { return Value{Kind: Text, Str: s} }

// BoolOf makes a truth value.
func BoolOf(b bool) Value {
	if b {
		return Value{Kind: Bool, Num: 1}
	}
	return Value{Kind: Bool}
}
