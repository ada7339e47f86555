package text

import "strings"

// Glob reports whether s is what the pattern says, in which * stands for
// any text. An empty pattern fits everything. It takes time in proportion to
// the product of the two at worst, and no memory.
func Glob(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	before, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	if !strings.HasPrefix(s, before) {
		return false
	}
	s = s[len(before):]
	for {
		part, next, more := strings.Cut(rest, "*")
		if !more {
			return len(s) >= len(part) && strings.HasSuffix(s, part)
		}
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(part):], next
	}
}
