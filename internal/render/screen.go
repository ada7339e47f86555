package render

import (
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// A Screen is where output goes, and what it can show.
type Screen struct {
	W io.Writer
	// Width in columns; 0 is no terminal: nothing is shortened.
	Width int
	// Colour allows escape sequences of our own.
	Colour bool
}

// NewScreen looks at w: only a terminal has a width, and colour unless mode is
// "never" or NO_COLOR is set. Mode "always" forces colour.
func NewScreen(w io.Writer, mode string, getenv func(string) string) Screen {
	s := Screen{W: w, Colour: mode == "always"}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return s
	}
	s.Width = 80
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 20 {
		s.Width = width
	}
	if mode != "never" && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb" {
		s.Colour = true
	}
	return s
}

// Paint colours a word by severity; other words stay.
func (s Screen) Paint(word, severity string) string {
	if !s.Colour {
		return word
	}
	switch severity {
	case "critical":
		return text.Colors{text.FgHiWhite, text.BgRed}.Sprint(word)
	case "high":
		return text.Colors{text.FgHiRed}.Sprint(word)
	case "medium":
		return text.Colors{text.FgYellow}.Sprint(word)
	case "low":
		return text.Colors{text.FgCyan}.Sprint(word)
	case "bold":
		return text.Colors{text.Bold}.Sprint(word)
	}
	return word
}
