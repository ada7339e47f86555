package detect

import "strings"

func isWord(r rune) bool {
	return r == '_' || r == '$' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r >= 0x80
}

// skipQuote returns the index after the quoted text that begins at i.
func skipQuote(runes []rune, i int) int {
	q := runes[i]
	for i++; i < len(runes); i++ {
		if runes[i] == '\\' && q != '`' {
			i++
		} else if runes[i] == q {
			return i + 1
		}
	}
	return len(runes)
}

// splitArgs splits the arguments between the bracket at open and the one that
// closes it, whose index it returns, -1 if there is none.
func splitArgs(runes []rune, open int) (args []arg, closing int) {
	depth, start := 0, open+1
	for i := open; i < len(runes); {
		switch runes[i] {
		case '"', '\'', '`':
			i = skipQuote(runes, i)
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				if last := trimmed(runes, start, i); len(args) > 0 || last.src != "" {
					args = append(args, last)
				}
				return args, i
			}
		case ',':
			if depth == 1 {
				args = append(args, trimmed(runes, start, i))
				start = i + 1
			}
		}
		i++
	}
	return nil, -1
}

// trimmed is the argument between two places, without the spaces around it.
func trimmed(runes []rune, from, to int) arg {
	src := string(runes[from:to])
	left := strings.TrimLeft(src, " \t\n")
	return arg{strings.TrimSpace(src), from + len(src) - len(left)}
}
