package list

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// line is one entry with its end; entry is "" where the line has none.
type line struct {
	entry      string
	until      int64
	col, width int
}

type lineFault struct {
	col, width      int
	message, remedy string
}

const expires = "expires="

// parseLine reads a line without its line end.
func parseLine(raw string) (line, *lineFault) {
	out := line{until: forever}
	rest := strings.TrimLeft(raw, " \t")
	out.col = utf8.RuneCountInString(raw[:len(raw)-len(rest)]) + 1
	switch {
	case !utf8.ValidString(raw):
		return out, &lineFault{1, 1, "the line is not valid UTF-8", `write the bytes between quotes: "\xff"`}
	case strings.HasPrefix(rest, `"`):
		quoted, err := strconv.QuotedPrefix(rest)
		if err == nil {
			out.entry, err = strconv.Unquote(quoted)
		}
		if err != nil {
			return out, &lineFault{out.col, 1, "the quoted entry is no string", `write \" for a quote and \\ for a backslash in it`}
		}
		if out.entry == "" {
			return out, &lineFault{out.col, 2, "the entry is empty", ""}
		}
		out.width = utf8.RuneCountInString(quoted)
		rest = strings.TrimSpace(uncomment(rest[len(quoted):]))
	default:
		rest = strings.TrimRight(uncomment(" " + rest)[1:], " \t")
		out.entry, rest = rest, ""
		if i := strings.LastIndexAny(out.entry, " \t"); strings.HasPrefix(out.entry[i+1:], expires) {
			out.entry, rest = strings.TrimRight(out.entry[:i+1], " \t"), out.entry[i+1:]
		}
		out.width = utf8.RuneCountInString(out.entry)
	}
	if len(out.entry) > MaxEntry {
		return out, &lineFault{out.col, out.width, fmt.Sprintf("the entry has %d bytes, at most %d are allowed", len(out.entry), MaxEntry), ""}
	}
	if rest == "" {
		return out, nil
	}
	at := utf8.RuneCountInString(raw[:strings.LastIndex(raw, rest)]) + 1
	if out.entry == "" {
		return out, &lineFault{at, len(rest), "there is no entry before the time", ""}
	}
	date, ok := strings.CutPrefix(rest, expires)
	if !ok {
		return out, &lineFault{at, utf8.RuneCountInString(rest), "something stands behind the entry that is no expires=", "a comment begins with #"}
	}
	if out.until, ok = parseUntil(date); !ok {
		return out, &lineFault{at, utf8.RuneCountInString(rest), fmt.Sprintf("%q is no time", date), "write expires=2026-12-31 or expires=2026-12-31T18:00:00Z"}
	}
	return out, nil
}

// uncomment cuts off a # behind a blank and all that follows.
func uncomment(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			return s[:i]
		}
	}
	return s
}

// parseUntil reads a day, which holds to its end, or a moment.
func parseUntil(s string) (int64, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err == nil {
		t = t.AddDate(0, 0, 1)
	} else if t, err = time.Parse(time.RFC3339, s); err != nil {
		return 0, false
	}
	if t.Year() < 1970 || t.Year() > 2261 { // what int64 nanoseconds reach
		return 0, false
	}
	return t.UnixNano(), true
}
