package config

import (
	"fmt"
	"strings"
)

// A Problem is one thing wrong with the configuration, and where.
type Problem struct {
	// File is the file's path; for other origins the words a user knows them
	// by: "--set", "SPANIEL_API_LISTEN".
	File string
	// Line and Col count from 1; 0 where there is no text.
	Line, Col int
	// Width is how many characters of the line are at fault.
	Width   int
	Message string
	// Remedy may be empty.
	Remedy string
	source string // the line itself
}

func (p *Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	b.WriteString(": " + visible(p.Message))
	if p.Remedy != "" {
		b.WriteString("  (" + visible(p.Remedy) + ")")
	}
	if p.Line > 0 && p.source != "" {
		gutter := fmt.Sprintf("%5d", p.Line)
		fmt.Fprintf(&b, "\n%s | %s\n%s | %s%s", gutter, visible(p.source), strings.Repeat(" ", len(gutter)),
			strings.Repeat(" ", max(p.Col-1, 0)), strings.Repeat("^", max(p.Width, 1)))
	}
	return b.String()
}

// visible replaces what would move the cursor, one character for one, so that
// the caret stays under the fault.
func visible(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return '\uFFFD'
		}
		return r
	}, line)
}

// An Error is everything wrong with a configuration.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i := range e.Problems {
		lines[i] = e.Problems[i].String()
	}
	return strings.Join(lines, "\n")
}
