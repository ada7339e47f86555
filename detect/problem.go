package detect

import (
	"fmt"
	"strings"
)

// A Problem is one fault of a rule file, with its place and how to mend it.
type Problem struct {
	// File is as the source names it, with the source's name in front:
	// "rules.d/mine.yaml". Line and Col count from 1; Col counts characters.
	File      string
	Line, Col int
	Message   string
	// Remedy says what to do, "" where the message says it all.
	Remedy string
	// Excerpt is the line with carets under the fault, two lines joined by a newline.
	Excerpt string
}

func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", p.File, p.Line, p.Col, p.Message)
	if p.Remedy != "" {
		fmt.Fprintf(&b, "  (%s)", p.Remedy)
	}
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	return b.String()
}

// A LoadError lists everything that is wrong with a rule set; nothing of the
// set is used.
type LoadError struct {
	Problems []Problem
}

func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// excerpt shows line number n of text with width carets from column col on.
func excerpt(text string, n, col, width int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	line := []rune(strings.TrimSuffix(lines[n-1], "\r"))
	// A line may be 8 KiB; the reader needs what is around the fault.
	const around = 60
	start := max(0, col-1-around)
	start = min(start, len(line))
	end := min(len(line), col-1+width+around)
	end = max(end, start)
	shown := printable(line[start:end])
	width = max(1, min(width, end-(col-1)))
	gutter := fmt.Sprintf("%5d", n)
	return fmt.Sprintf("%s | %s\n%s | %s%s", gutter, shown, strings.Repeat(" ", len(gutter)),
		strings.Repeat(" ", max(0, col-1-start)), strings.Repeat("^", width))
}

// printable keeps a rule file from moving the cursor of the terminal that
// shows its fault; every character stays one column wide.
func printable(line []rune) string {
	out := make([]rune, len(line))
	for i, r := range line {
		out[i] = r
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			out[i] = ' '
		}
	}
	return string(out)
}
