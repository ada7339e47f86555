package suricata

import "strings"

// dialect writes a regular expression of PCRE as one of RE2 (Go's syntax): \s has
// the vertical tab, $ matches before a last line feed too, and a class of all
// bytes is any character, since texts are taken for UTF-8. What RE2 has no
// words for is refused elsewhere.
func dialect(re string, lines bool) string {
	const all = `[\x00-\xff]`
	var b strings.Builder
	class := false
	for i := 0; i < len(re); i++ {
		c := re[i]
		switch {
		case c == '\\' && i+1 < len(re):
			i++
			switch {
			case re[i] == 's' && class:
				b.WriteString(`\s\x0b`)
			case re[i] == 's':
				b.WriteString(`[\s\x0b]`)
			case re[i] == 'S' && !class:
				b.WriteString(`[^\s\x0b]`)
			default:
				b.WriteByte('\\')
				b.WriteByte(re[i])
			}
			continue
		case !class && len(re) >= i+len(all) && strings.EqualFold(re[i:i+len(all)], all):
			b.WriteString(`(?s:.)`)
			i += len(all) - 1
			continue
		case !class && c == '$' && !lines:
			b.WriteString(`(?:\n?\z)`)
			continue
		case !class && c == '[':
			class = true
			b.WriteByte(c)
			if i+1 < len(re) && re[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(re) && re[i+1] == ']' { // the first is a member
				i++
				b.WriteByte(']')
			}
			continue
		case class && c == ']':
			class = false
		}
		b.WriteByte(c)
	}
	return b.String()
}
