package encode

import (
	"math"
	"unicode/utf8"

	"spaniel/event"
)

func (w *Row[T]) appendNames(b []byte) []byte {
	for i := range w.cols {
		b = append(append(b, ','), w.cols[i].Name...)
	}
	return b
}

func (w *Row[T]) appendCells(b []byte, rec *T) []byte {
	var scratch []byte
	for i := range w.cols {
		b = append(b, ',')
		switch p := w.cols[i].Field(rec).(type) {
		case *string:
			b = AppendCell(b, *p)
		case *[]string, *event.HeaderMap, *event.ValueMap:
			scratch = AppendValue(scratch[:0], p)
			b = AppendCell(b, string(scratch))
		default:
			b = appendBare(b, p)
		}
	}
	return b
}

// appendBare appends a value whose text holds nothing a captured byte could
// have put there: numbers, times, ids, addresses.
func appendBare(b []byte, p any) []byte {
	n := len(b)
	b = AppendValue(b, p)
	text := b[n:]
	switch {
	case string(text) == "null":
		return b[:n]
	case len(text) >= 2 && text[0] == '"':
		copy(text, text[1:len(text)-1])
		return b[:len(b)-2]
	}
	return b
}

// AppendCell appends s as one CSV cell on one line: quoted where it must be,
// control characters and bytes that are not UTF-8 as visible \uXXXX, and with
// a leading ' where a spreadsheet would take it for a formula.
func AppendCell(b []byte, s string) []byte {
	quote := isFormula(s)
	for i := 0; i < len(s) && !quote; i++ {
		quote = s[i] == '"' || s[i] == ',' || s[i] == ' ' && (i == 0 || i == len(s)-1)
	}
	if quote {
		b = append(b, '"')
	}
	if isFormula(s) {
		b = append(b, '\'')
	}
	for i, r := range s {
		switch {
		case r == '"':
			b = append(b, '"', '"')
		case Deceives(r):
			b = appendEscape(b, r)
		case r == utf8.RuneError && s[i] != 0xef:
			b = appendEscape(b, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	if quote {
		b = append(b, '"')
	}
	return b
}

// isFormula reports whether a spreadsheet might run s: it begins with = + - @
// tab or CR, or with one of the full-width forms some take for them.
func isFormula(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20':
		return true
	}
	return false
}

// AlertRow flattens an alert; evidence numbers that JSON cannot say become 0.
func AlertRow(a *event.Alert) (event.AlertRow, error) {
	for i := range a.Evidence {
		if unsayable(a.Evidence[i].Want) || unsayable(a.Evidence[i].Got) {
			c := *a
			c.Evidence = append([]event.Evidence(nil), a.Evidence...)
			for j := range c.Evidence {
				c.Evidence[j].Want = sayable(c.Evidence[j].Want)
				c.Evidence[j].Got = sayable(c.Evidence[j].Got)
			}
			return c.Row()
		}
	}
	return a.Row()
}

func unsayable(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }

func sayable(f float64) float64 {
	if unsayable(f) {
		return 0
	}
	return f
}
