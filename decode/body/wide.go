package body

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// wideForm is a form of Unicode with units of more than a byte.
type wideForm struct {
	size   int // bytes of a unit, 0 for none
	little bool
}

// sniffWide tells UTF-16 and UTF-32 by their mark, whose length is skip, or by
// the zero bytes of a text that begins in ASCII.
func sniffWide(b []byte) (f wideForm, skip int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}):
		return wideForm{4, true}, 4
	case bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return wideForm{4, false}, 4
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return wideForm{2, true}, 2
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return wideForm{2, false}, 2
	case len(b) < 4:
		return wideForm{}, 0
	}
	switch [4]bool{b[0] != 0, b[1] != 0, b[2] != 0, b[3] != 0} {
	case [4]bool{true, false, false, false}:
		return wideForm{4, true}, 0
	case [4]bool{false, false, false, true}:
		return wideForm{4, false}, 0
	case [4]bool{true, false, true, false}:
		return wideForm{2, true}, 0
	case [4]bool{false, true, false, true}:
		return wideForm{2, false}, 0
	}
	return wideForm{}, 0
}

// fromWide turns UTF-16 and UTF-32 with a byte order mark, or of a text that
// begins in ASCII without one, into UTF-8; other bytes are returned as they
// are.
func fromWide(b []byte) []byte {
	f, skip := sniffWide(b)
	if f.size == 0 {
		return b
	}
	return f.append(make([]byte, 0, len(b)), b[skip:])
}

// append appends the UTF-8 form of units; bytes that make no whole unit at the
// end are left out.
func (f wideForm) append(dst, b []byte) []byte {
	for i := 0; i+f.size <= len(b); i += f.size {
		r := f.unit(b[i:])
		if utf16.IsSurrogate(r) && f.size == 2 && i+3 < len(b) {
			if full := utf16.DecodeRune(r, f.unit(b[i+2:])); full != utf8.RuneError {
				r, i = full, i+2
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func (f wideForm) unit(b []byte) rune {
	var v uint32
	for i := range f.size {
		c := b[i]
		if f.little {
			c = b[f.size-1-i]
		}
		v = v<<8 | uint32(c)
	}
	return rune(min(v, utf8.MaxRune+1))
}
