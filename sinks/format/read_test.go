package format

import (
	"strings"
	"testing"
)

// readCEF reads a line as ArcSight's guide says: seven fields up to unescaped
// bars; then pairs, whose keys are letters and digits before an unescaped =.
func readCEF(t *testing.T, line string) map[string]string {
	t.Helper()
	body, ok := strings.CutPrefix(line, "CEF:0|")
	if !ok {
		t.Fatalf("no CEF: %q", line)
	}
	for range 6 {
		i := unescaped(body, '|')
		if i < 0 {
			t.Fatalf("too few fields: %q", line)
		}
		body = body[i+1:]
	}
	pairs := map[string]string{}
	key := ""
	for {
		i := unescaped(body, '=')
		if i < 0 {
			if key != "" {
				pairs[key] = unescape(body)
			}
			return pairs
		}
		start := strings.LastIndexByte(body[:i], ' ') + 1
		next := body[start:i]
		if strings.Trim(next, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || next == "" {
			t.Fatalf("key %q in %q", next, line)
		}
		if _, twice := pairs[next]; twice {
			t.Fatalf("%s is there twice: %q", next, line)
		}
		if key != "" {
			pairs[key] = unescape(strings.TrimSuffix(body[:start], " "))
		}
		key, body = next, body[i+1:]
	}
}

// unescaped finds the first c that no backslash stands before.
func unescaped(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case c:
			return i
		}
	}
	return -1
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// readLEEF reads a line as IBM's guide says.
func readLEEF(t *testing.T, line string) map[string]string {
	t.Helper()
	fields := strings.SplitN(line, "|", 7)
	if len(fields) != 7 || fields[0] != "LEEF:2.0" || fields[5] != "x09" {
		t.Fatalf("no LEEF 2.0: %q", line)
	}
	pairs := map[string]string{}
	for pair := range strings.SplitSeq(fields[6], "\t") {
		k, v, ok := strings.Cut(pair, "=")
		if _, twice := pairs[k]; !ok || twice {
			t.Fatalf("pair %q in %q", pair, line)
		}
		pairs[k] = v
	}
	return pairs
}

// readLEEFEscaped reads a line as readers do that take a backslash for an
// escape, which IBM's guide does not know: the character behind it ends no
// attribute and no key.
func readLEEFEscaped(t *testing.T, line string) map[string]string {
	t.Helper()
	for range 6 {
		i := unescaped(line, '|')
		if i < 0 {
			t.Fatalf("too few fields: %q", line)
		}
		line = line[i+1:]
	}
	pairs := map[string]string{}
	for line != "" {
		pair, rest := line, ""
		if i := unescaped(line, '\t'); i >= 0 {
			pair, rest = line[:i], line[i+1:]
		}
		i := unescaped(pair, '=')
		if i < 0 {
			t.Fatalf("pair %q in %q", pair, line)
		}
		pairs[pair[:i]] = unescape(pair[i+1:])
		line = rest
	}
	return pairs
}
