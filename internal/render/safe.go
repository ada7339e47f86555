package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Safe returns s such that it cannot steer a terminal or break a line: control
// characters, bytes that are no UTF-8, and characters that reorder or hide
// text are written as \xNN or \u{NNNN}. All else stays as it is.
func Safe(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case hidden(r):
			fmt.Fprintf(&b, `\u{%04x}`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// hidden reports characters that show as nothing or move others: C1 controls,
// format characters with the bidirectional ones, line and paragraph
// separators, private use, and what Unicode has not given out.
func hidden(r rune) bool {
	return !unicode.IsPrint(r) && r != ' '
}

// Cut shortens s to at most width columns, with … for what is left out. A
// width of 0 leaves it whole.
func Cut(s string, width int) string {
	if width <= 0 || text.StringWidthWithoutEscSequences(s) <= width {
		return s
	}
	var b strings.Builder
	used := 0
	for _, r := range s {
		w := text.RuneWidth(r)
		if used+w > width-1 {
			break
		}
		used += w
		b.WriteRune(r)
	}
	return b.String() + "…"
}
