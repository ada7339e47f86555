package detect

import (
	"strings"
	"unicode/utf8"
)

// locate maps an offset in a YAML scalar's value to its place in the file.
// The scalar begins at the given line and column (from 1, columns in
// characters); a block scalar's begins at its indicator. The value is laid
// along the raw text: what YAML folds, indents or escapes is passed over.
func locate(text string, line, col int, value string, offset int) (int, int) {
	raw := []rune(text)
	p := runeIndex(raw, line, col)
	if p < len(raw) && (raw[p] == '|' || raw[p] == '>') {
		for p < len(raw) && raw[p] != '\n' {
			p++
		}
	}
	if p < len(raw) && (raw[p] == '"' || raw[p] == '\'') {
		p++
	}
	i := 0
	for _, r := range value {
		p = align(raw, p, r)
		if i == offset {
			break
		}
		i++
		p = min(p+1, len(raw))
	}
	if i < offset || utf8.RuneCountInString(value) == offset {
		for p > 0 && p-1 < len(raw) && raw[p-1] == '\n' && i > 0 {
			p-- // the fault is at the end: stay on its line
		}
	}
	return lineCol(raw, min(p, len(raw)))
}

// align finds the value's next character in the raw text from p on.
func align(raw []rune, p int, r rune) int {
	for q := p; q < len(raw) && q < p+512; q++ {
		switch {
		case raw[q] == r:
			return q
		case r == ' ' && raw[q] == '\n':
			return q // a folded line: its end reads as a space
		case raw[q] == '\\' && q+1 < len(raw):
			// An escape stands for one character; its place is the backslash.
			if raw[q+1] != r && !strings.ContainsRune(`"\/`, raw[q+1]) {
				return q
			}
		}
	}
	return p
}

// runeIndex is the index of the character at a line and column.
func runeIndex(raw []rune, line, col int) int {
	p := 0
	for l := 1; l < line && p < len(raw); p++ {
		if raw[p] == '\n' {
			l++
		}
	}
	return min(p+max(col, 1)-1, len(raw))
}

func lineCol(raw []rune, p int) (line, col int) {
	line, col = 1, 1
	for _, r := range raw[:p] {
		col++
		if r == '\n' {
			line++
			col = 1
		}
	}
	return line, col
}
