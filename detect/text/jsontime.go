package text

import (
	"strconv"
	"strings"
	"time"
)

// JSONTime is the time that the first member of that name holds in a JSON
// text, in nanoseconds since 1970: RFC 3339, or a number of seconds or of
// milliseconds. The name is in lower case; that of the member may not be.
//
// Example: JSONTime(`{"endsAt":"2026-01-05T10:00:00Z"}`, "endsat") = 1767607200e9, true.
func JSONTime(s, name string) (ns int64, ok bool) {
	s = s[:min(len(s), scanMax)]
	i := indexFold(s, `"`+name+`"`)
	if i < 0 {
		return 0, false
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(s[i+len(name)+2:], " \t\r\n"), ":")
	if !ok {
		return 0, false
	}
	rest = strings.TrimLeft(rest, " \t\r\n")
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		word, _, ok := strings.Cut(quoted[:min(len(quoted), 40)], `"`)
		if !ok {
			return 0, false
		}
		if t, err := time.Parse(time.RFC3339, word); err == nil {
			return t.UnixNano(), true
		}
		rest = word
	}
	n := 0
	for n < len(rest) && n < 14 && isDigit(rest[n]) {
		n++
	}
	v, err := strconv.ParseInt(rest[:n], 10, 64)
	switch {
	case err != nil, v < 1e9, v > 9e12:
		return 0, false // no time of this age
	case v < 1e11:
		return v * 1e9, true
	}
	return v * 1e6, true
}
