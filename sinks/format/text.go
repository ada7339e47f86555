package format

import (
	"fmt"
	"unicode/utf8"

	"spaniel/sinks/encode"
)

// appendVisible appends s with a backslash before each of the marked bytes,
// and with what ends lines, drives terminals or reorders text made visible, as
// <U+000A>. Bytes that are not UTF-8 become U+FFFD.
func appendVisible(b []byte, s, marked string) []byte {
	for _, r := range s {
		switch {
		case encode.Deceives(r):
			b = fmt.Appendf(b, "<%U>", r)
		case r < utf8.RuneSelf && contains(marked, byte(r)):
			b = append(b, '\\', byte(r))
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

func contains(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}
