package body

import (
	"unicode/utf16"
	"unicode/utf8"
)

// appendEscape appends what the backslash escape at the start of s means, and
// returns its length: those of JSON, and \xHH, \u{H…}, \' of JavaScript. An
// unknown or broken escape is kept as sent.
func appendEscape(dst []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return append(dst, s...), len(s)
	}
	switch c := s[1]; c {
	case 'n':
		return append(dst, '\n'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case '"', '\\', '/', '\'':
		return append(dst, c), 2
	case 'x':
		if v, ok := hexNumber(s[2:], 2); ok {
			return utf8.AppendRune(dst, v), 4
		}
	case 'u':
		return appendUnicodeEscape(dst, s)
	}
	return append(dst, s[:2]...), 2
}

// appendUnicodeEscape is appendEscape for \uHHHH, pairs of them, and \u{H…}.
func appendUnicodeEscape(dst []byte, s string) ([]byte, int) {
	if len(s) > 3 && s[2] == '{' {
		v, i := rune(0), 3
		for ; i < len(s) && i < 10 && hexDigit(s[i]) < 16; i++ {
			v = v<<4 | rune(hexDigit(s[i]))
		}
		if i > 3 && i < len(s) && s[i] == '}' {
			return utf8.AppendRune(dst, v), i + 1
		}
		return append(dst, s[:2]...), 2
	}
	v, ok := hexNumber(s[2:], 4)
	if !ok {
		return append(dst, s[:2]...), 2
	}
	if utf16.IsSurrogate(v) && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hexNumber(s[8:], 4); ok {
			if full := utf16.DecodeRune(v, low); full != utf8.RuneError {
				return utf8.AppendRune(dst, full), 12
			}
		}
	}
	return utf8.AppendRune(dst, v), 6
}

// hexNumber reads exactly n hex digits.
func hexNumber(s string, n int) (v rune, ok bool) {
	if len(s) < n {
		return 0, false
	}
	for i := 0; i < n; i++ {
		d := hexDigit(s[i])
		if d > 15 {
			return 0, false
		}
		v = v<<4 | rune(d)
	}
	return v, true
}

// hexDigit returns the value of a hex digit, 16 for another byte.
func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
