package redact

import "strings"

const markerHead = "[redacted:"

// markerAt returns the length of the marker that s begins with, 0 if there is
// none: [redacted:kind:hash8].
func markerAt(s string) int {
	if !strings.HasPrefix(s, markerHead) {
		return 0
	}
	i := len(markerHead)
	for i < len(s) && 'a' <= s[i] && s[i] <= 'z' {
		i++
	}
	if i == len(markerHead) || i > len(markerHead)+16 || len(s) < i+10 || s[i] != ':' || s[i+9] != ']' {
		return 0
	}
	for _, c := range []byte(s[i+1 : i+9]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return 0
		}
	}
	return i + 10
}
