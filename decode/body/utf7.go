package body

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// appendUTF7 appends the UTF-8 form of UTF-7, where + begins UTF-16 in Base64
// and anything that is no digit of it ends it. A + that begins nothing stays.
func appendUTF7(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if s[i] != '+' {
			dst = append(dst, s[i])
			i++
			continue
		}
		end := i + 1
		for end < len(s) && strings.IndexByte(base64Digits, s[end]) >= 0 {
			end++
		}
		before := len(dst)
		dst = appendUTF7Run(dst, s[i+1:end])
		if len(dst) == before {
			dst = append(dst, '+')
		}
		if i = end; i < len(s) && s[i] == '-' {
			i++
		}
	}
	return dst
}

// appendUTF7Run appends what a run of Base64 digits stands for; bits that make
// no whole unit are left out.
func appendUTF7Run(dst []byte, digits string) []byte {
	var bits, have uint
	var high rune // the first half of a pair
	for i := range len(digits) {
		bits, have = bits<<6|uint(strings.IndexByte(base64Digits, digits[i])), have+6
		if have < 16 {
			continue
		}
		have -= 16
		r := rune(bits >> have & 0xffff)
		bits &= 1<<have - 1
		if full := utf16.DecodeRune(high, r); high != 0 && full != utf8.RuneError {
			dst, high = utf8.AppendRune(dst, full), 0
			continue
		}
		if high != 0 {
			dst = utf8.AppendRune(dst, utf8.RuneError)
		}
		if high = 0; utf16.IsSurrogate(r) {
			high = r
			continue
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
