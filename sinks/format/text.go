package format

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"spaniel/sinks/encode"
)

// appendVisible appends s with a backslash before each of the marked bytes,
// and with what ends lines, drives terminals or reorders text made visible, as
// <U+000A>. Bytes that are not UTF-8 become U+FFFD.
func appendVisible(b []byte, s, marked string) []byte {
	for _, r := range s {
		b = appendRune(b, r, marked)
	}
	return b
}

// appendCapped appends s likewise, at most limit bytes of it: what is longer
// ends in "…", and no escape is cut in two.
func appendCapped(b []byte, s, marked string, limit int) []byte {
	start, fits := len(b), len(b)
	for _, r := range s {
		b = appendRune(b, r, marked)
		if len(b)-start > limit {
			return append(b[:fits], cut...)
		}
		if len(b)-start <= limit-len(cut) {
			fits = len(b)
		}
	}
	return b
}

// cut stands at the end of a value of which there was more.
const cut = "…"

func appendRune(b []byte, r rune, marked string) []byte {
	switch {
	case encode.Deceives(r):
		return fmt.Appendf(b, "<%U>", r)
	case r < utf8.RuneSelf && strings.IndexByte(marked, byte(r)) >= 0:
		return append(b, '\\', byte(r))
	}
	return utf8.AppendRune(b, r)
}
