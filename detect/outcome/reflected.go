package outcome

import "strings"

// minReflected is the fewest bytes of a value whose return means something.
const minReflected = 4

// Reflected finds a value of the request in an HTML page, unescaped. Only
// values that need escaping prove anything, and a JSON answer that repeats
// one proves nothing, since no browser runs it: the caller knows the page's
// type.
//
// Returns: where in the page it stands, the value, true.
func Reflected(page, value string) (offset int, match string, ok bool) {
	if len(value) < minReflected || !strings.ContainsAny(value, "<>\"'") {
		return 0, "", false
	}
	i := strings.Index(page, value)
	if i < 0 {
		return 0, "", false
	}
	return i, value, true
}
