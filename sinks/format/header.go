package format

import (
	"strings"

	"spaniel/event"
)

// first is the first value of a header field, its name in lower case.
func first(h event.HeaderMap, name string) string {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// cutFold cuts a prefix, whatever its case.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
