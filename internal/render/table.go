package render

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// sampleRows are looked at for the widths of columns; what follows is printed
// as it comes, so that a large answer needs no memory.
const sampleRows = 1000

// maxCell bounds the width of all columns but the last, so that one long cell
// does not push the rest out of sight. On a terminal columns get narrower, down
// to minCell, to leave the last one lastCell; there longer cells are cut,
// elsewhere they stay whole and only their row is out of line.
const (
	maxCell  = 60
	minCell  = 24
	lastCell = 50
)

// A Table prints rows in columns. Cells must be Safe already; Paint may add
// colour. It keeps the first error and returns it from Close.
type Table struct {
	screen Screen
	heads  []string
	right  []bool
	held   [][]string
	widths []int
	err    error
}

// NewTable returns a table with the given heads.
func NewTable(s Screen, heads ...string) *Table {
	t := &Table{screen: s, heads: heads, right: make([]bool, len(heads))}
	for i := range t.right {
		t.right[i] = true // until a cell says otherwise
	}
	return t
}

// Row adds a row; it needs as many cells as there are heads.
func (t *Table) Row(cells ...string) {
	if t.widths != nil {
		t.print(cells, false)
		return
	}
	t.held = append(t.held, cells)
	if len(t.held) == sampleRows {
		t.flush()
	}
}

// Close prints what is held back.
func (t *Table) Close() error {
	if t.widths == nil {
		t.flush()
	}
	return t.err
}

func (t *Table) flush() {
	t.widths = make([]int, len(t.heads))
	some := make([]bool, len(t.heads))
	for i, h := range t.heads {
		t.widths[i] = text.StringWidthWithoutEscSequences(h)
	}
	for _, row := range t.held {
		for i, c := range row {
			t.widths[i] = max(t.widths[i], text.StringWidthWithoutEscSequences(c))
			t.right[i] = t.right[i] && numeric(c)
			some[i] = some[i] || c != ""
		}
	}
	for i := range some {
		t.right[i] = t.right[i] && some[i]
	}
	t.narrow()
	t.print(t.heads, true)
	for _, row := range t.held {
		t.print(row, false)
	}
	t.held = nil
}

// narrow makes all columns but the last as narrow as they need to be.
func (t *Table) narrow() {
	if len(t.widths) == 0 {
		return
	}
	front := t.widths[:len(t.widths)-1]
	for limit := maxCell; limit >= minCell; limit-- {
		used := 0
		for i := range front {
			front[i] = min(front[i], limit)
			used += front[i] + 2
		}
		if t.screen.Width == 0 || used+lastCell <= t.screen.Width {
			return
		}
	}
}

func numeric(s string) bool {
	return strings.Trim(s, "0123456789.,-%") == "" || s == "NULL"
}

func (t *Table) print(cells []string, head bool) {
	var b strings.Builder
	left := t.screen.Width
	for i, c := range cells {
		w := t.widths[i]
		if t.screen.Width > 0 && !strings.Contains(c, "\x1b") {
			if i == len(cells)-1 {
				c = Cut(c, max(left, lastCell))
			} else {
				c = Cut(c, w)
			}
		}
		pad := strings.Repeat(" ", max(w-text.StringWidthWithoutEscSequences(c), 0))
		if head {
			c = t.screen.Paint(c, "bold")
		}
		switch {
		case t.right[i]:
			c = pad + c
		case i < len(cells)-1:
			c += pad
		}
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(c)
		left -= w + 2
	}
	line := strings.TrimRight(b.String(), " ") + "\n"
	if _, err := io.WriteString(t.screen.W, line); err != nil && t.err == nil {
		t.err = err
	}
}
