package render

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Formats are the names that NewResult knows.
func Formats() []string { return []string{"table", "json", "ndjson", "csv", "vertical"} }

// A Result prints rows of values: nil, bool, numbers, string, []any and
// map[string]any. Row may be called often; Close once, at the end.
type Result interface {
	Row(values []any) error
	Close() error
}

// NewResult returns the printer of a format of Formats for the named columns.
func NewResult(s Screen, format string, columns []string) (Result, error) {
	w := bufio.NewWriter(s.W)
	switch format {
	case "table":
		heads := make([]string, len(columns))
		for i, c := range columns {
			heads[i] = Safe(c)
		}
		inner := s
		inner.W = w
		return &tableResult{NewTable(inner, heads...), w}, nil
	case "json", "ndjson":
		return &jsonResult{w: w, columns: columns, array: format == "json"}, nil
	case "csv":
		r := &csvResult{w: w}
		return r, r.head(columns)
	case "vertical":
		return &verticalResult{w: w, columns: columns}, nil
	}
	return nil, fmt.Errorf("unknown output format %q: use %s", format, strings.Join(Formats(), ", "))
}

// cell is a value as text, not yet safe.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any, map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(b)
	}
	return fmt.Sprint(v)
}

type tableResult struct {
	t *Table
	w *bufio.Writer
}

func (r *tableResult) Row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = Safe(cell(v))
	}
	r.t.Row(cells...)
	return r.t.err
}

func (r *tableResult) Close() error {
	if err := r.t.Close(); err != nil {
		return err
	}
	return r.w.Flush()
}

// jsonResult prints objects whose keys are in the order of the columns.
type jsonResult struct {
	w       *bufio.Writer
	columns []string
	array   bool
	n       int
}

func (r *jsonResult) Row(values []any) error {
	lead := ""
	if r.array {
		lead = "[\n "
		if r.n > 0 {
			lead = ",\n "
		}
	}
	r.n++
	b := append([]byte(lead), '{')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		k, err := json.Marshal(r.columns[i])
		if err != nil {
			return err
		}
		val, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b = append(append(append(b, k...), ':'), val...)
	}
	b = append(b, '}')
	if !r.array {
		b = append(b, '\n')
	}
	_, err := r.w.Write(b)
	return err
}

func (r *jsonResult) Close() error {
	if r.array {
		end := "\n]\n"
		if r.n == 0 {
			end = "[]\n"
		}
		if _, err := r.w.WriteString(end); err != nil {
			return err
		}
	}
	return r.w.Flush()
}

type csvResult struct{ w *bufio.Writer }

func (r *csvResult) head(columns []string) error {
	values := make([]any, len(columns))
	for i, c := range columns {
		values[i] = c
	}
	return r.Row(values)
}

func (r *csvResult) Row(values []any) error {
	for i, v := range values {
		if i > 0 {
			if err := r.w.WriteByte(','); err != nil {
				return err
			}
		}
		if v == nil {
			continue // an empty cell, as NULL would read as a word
		}
		if _, err := r.w.WriteString(csvCell(cell(v), v)); err != nil {
			return err
		}
	}
	return r.w.WriteByte('\n')
}

// csvCell quotes where needed. Text that a spreadsheet would run as a formula
// gets an apostrophe in front: it came from a stranger.
func csvCell(s string, v any) string {
	if _, isText := v.(string); isText && s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		s = "'" + s
	}
	if strings.ContainsAny(s, ",\"\r\n") || s == "" {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return strings.ReplaceAll(s, "\x00", "\uFFFD")
}

func (r *csvResult) Close() error { return r.w.Flush() }

type verticalResult struct {
	w       *bufio.Writer
	columns []string
	n       int
}

func (r *verticalResult) Row(values []any) error {
	width := 0
	for _, c := range r.columns {
		width = max(width, len(c))
	}
	r.n++
	if _, err := fmt.Fprintf(r.w, "── row %d\n", r.n); err != nil {
		return err
	}
	for i, v := range values {
		if _, err := fmt.Fprintf(r.w, "%*s  %s\n", width, Safe(r.columns[i]), Safe(cell(v))); err != nil {
			return err
		}
	}
	return nil
}

func (r *verticalResult) Close() error { return r.w.Flush() }
