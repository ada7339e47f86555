package detect

import "fmt"

// Limits of an expression's source. The compiler of expressions recurses by
// nesting, and a stack that overflows ends the process with no way to recover,
// so these are scanned in one pass before it sees the text.
const (
	maxSource  = 8 << 10
	maxNesting = 64
)

// scanSource checks the source's length and nesting; it returns the offset
// (in runes) of the fault and what it is, or "".
//
// What counts as nesting: brackets of every kind, prefix operators in a row
// (each is a level of its own), and ternaries, else-ifs, lets and powers,
// which nest to the right without a bracket. Quotes are respected, so that a
// regular expression may hold any bracket.
func scanSource(src string) (at int, fault string) {
	if len(src) > maxSource {
		return 0, fmt.Sprintf("the expression has %d bytes, at most %d are allowed", len(src), maxSource)
	}
	var quote rune
	var escaped bool
	depth, prefix, right := 0, 0, 0
	pos := -1
	for _, r := range src {
		pos++
		if quote != 0 {
			switch {
			case escaped:
				escaped = false
			case r == '\\' && quote != '`':
				escaped = true
			case r == quote:
				quote = 0
			}
			continue
		}
		switch r {
		case '"', '\'', '`':
			quote, prefix = r, 0
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
			prefix = 0
		case '!', '-', '+', '~':
			prefix++
		case '?', ';', '^', '*':
			right++
			prefix = 0
		case ' ', '\t', '\n', '\r':
		case 'n', 'o', 't':
			// The word operator "not" may be repeated as "!" may; its
			// letters alone do not end a row of prefixes, and "nnnn" is a
			// name of no consequence.
			if r == 't' {
				prefix++
			}
		default:
			prefix = 0
		}
		if depth+prefix > maxNesting || right > 4*maxNesting {
			return pos, fmt.Sprintf("the expression nests deeper than %d levels", maxNesting)
		}
	}
	if quote != 0 {
		return pos, "a quote is not closed"
	}
	return 0, ""
}
