package body

import "unicode/utf8"

// appendPercent appends s with %HH and %uHHHH resolved, and + as a space with
// plus. What is no escape is kept. changed says whether anything was resolved.
func appendPercent(dst []byte, s string, plus bool) (out []byte, changed bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && plus:
			dst, changed = append(dst, ' '), true
			continue
		case c == '%' && i+2 < len(s):
			if hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2]); hi < 16 && lo < 16 {
				dst, changed = append(dst, hi<<4|lo), true
				i += 2
				continue
			}
			if s[i+1] == 'u' || s[i+1] == 'U' {
				if v, ok := hexNumber(s[i+2:], 4); ok {
					dst, changed = utf8.AppendRune(dst, v), true
					i += 5
					continue
				}
			}
		}
		dst = append(dst, s[i])
	}
	return dst, changed
}
