package text

import "strings"

// hexDigit is the value of a hexadecimal digit, -1 of what is none.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// URLDecode undoes the percent escapes of a text and makes a space of each plus,
// once, as application/x-www-form-urlencoded has it (WHATWG URL 5.1); an escape
// that is none stays as it is. A text without either is returned as it came.
func URLDecode(s string) string {
	i := strings.IndexAny(s, "%+")
	if i < 0 {
		return s
	}
	out := append(make([]byte, 0, len(s)), s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		if c == '+' {
			c = ' '
		} else if c == '%' && i+2 < len(s) {
			if hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2]); hi >= 0 && lo >= 0 {
				c = byte(hi<<4 | lo)
				i += 2
			}
		}
		out = append(out, c)
	}
	return string(out)
}
