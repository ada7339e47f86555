package body

import (
	"strings"

	"spaniel/event"
)

// A step is one way of decoding a text further.
type step struct {
	name string
	// apply appends each text that s decodes to by calling add.
	apply func(e *Expander, s string, first *event.Leaf, add func(name, text string))
}

// steps in the order they are tried; earlier ones are commoner, and a leaf's
// readings are limited.
var steps = [...]step{
	{"percent", stepPercent},
	{"entity", stepEntity},
	{"escape", stepEscape},
	{"overlong", stepOverlong},
	{"fullwidth", stepFullwidth},
	{"auth", stepAuth},
	{"jwt", stepJWT},
	{"base64", stepBase64},
	{"utf16", stepUTF16},
	{"json", stepJSON},
}

// readings returns the leaf's value as sent, then each distinct text that
// steps of decoding make of it, nearest first, within the budget.
func (e *Expander) readings(l *event.Leaf) []event.Reading {
	if !mayDecode(l) {
		return e.single(l.Value)
	}
	list := []event.Reading{{Text: l.Value}}
	budget := maxReadBytes
	for i := 0; i < len(list) && len(list) < maxReadings; i++ {
		from := list[i]
		if chainLen(from.Chain) >= maxSteps {
			continue
		}
		first := l
		if i > 0 {
			first = nil
		}
		for s := range steps {
			steps[s].apply(e, from.Text, first, func(name, text string) {
				if len(list) >= maxReadings || len(text) > budget || text == "" || has(list, text) {
					return
				}
				budget -= len(text)
				chain := name
				if from.Chain != "" {
					chain = from.Chain + ">" + name
				}
				list = append(list, event.Reading{Chain: chain, Text: text})
			})
		}
	}
	return list
}

// single returns the one reading of a value that decodes to nothing else.
func (e *Expander) single(value string) []event.Reading {
	if len(e.slab) == 0 {
		e.slab = make([]event.Reading, 256)
	}
	r := e.slab[:1:1]
	e.slab = e.slab[1:]
	r[0].Text = value
	return r
}

func has(list []event.Reading, text string) bool {
	for i := range list {
		if list[i].Text == text {
			return true
		}
	}
	return false
}

func chainLen(chain string) int {
	if chain == "" {
		return 0
	}
	return 1 + strings.Count(chain, ">")
}

// mayDecode reports, in one pass, whether any step could change the value.
func mayDecode(l *event.Leaf) bool {
	s := l.Value
	base := len(s) >= minBase64
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%' || c == '&' || c == '\\' || c >= 0x80 || c == 0:
			return true
		case c == '+' && (l.Kind == event.LeafQuery || l.Kind == event.LeafForm):
			return true
		case base && !isBase64[c]:
			base = false
		}
	}
	return base || l.Kind == event.LeafHeader && authLike(s) || jsonLike(s) || jwtLike(s) || strings.Contains(s, ";base64,")
}
