package text

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// matcher is the shape every matcher of this package has.
type matcher func(string) (int, string, bool)

// rows runs testdata/name.txt: lines of verdict TAB value, where the verdict
// is hit, silent, or gap (an attack known to be missed; when it begins to
// match, the row says so), and a value in double quotes with a leading %q is
// a Go string. A third column, if any, is the match expected.
func rows(t *testing.T, name string, m matcher) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	hits, silent := 0, 0
	for n, line := range strings.Split(string(raw), "\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		col := strings.Split(line, "\t")
		if len(col) < 2 {
			t.Fatalf("%s.txt:%d: no tab", name, n+1)
		}
		value := col[1]
		if strings.HasPrefix(value, "%q") {
			if value, err = strconv.Unquote(value[2:]); err != nil {
				t.Fatalf("%s.txt:%d: %v", name, n+1, err)
			}
		}
		off, match, ok := m(value)
		if ok && (off < 0 || off+len(match) > len(value) || value[off:off+len(match)] != match) {
			t.Errorf("%s.txt:%d: match %q is not at %d of %q", name, n+1, match, off, value)
		}
		switch col[0] {
		case "hit":
			hits++
			if !ok {
				t.Errorf("%s.txt:%d: missed %q", name, n+1, value)
			} else if len(col) > 2 && match != col[2] {
				t.Errorf("%s.txt:%d: match %q, want %q", name, n+1, match, col[2])
			}
		case "silent":
			silent++
			if ok {
				t.Errorf("%s.txt:%d: false alarm on %q by %q", name, n+1, value, match)
			}
		case "gap":
			if ok {
				t.Errorf("%s.txt:%d: %q matches now: make it a hit", name, n+1, value)
			}
		default:
			t.Fatalf("%s.txt:%d: verdict %q", name, n+1, col[0])
		}
	}
	if hits == 0 || silent == 0 {
		t.Errorf("%s.txt has %d hit and %d silent rows: both are needed", name, hits, silent)
	}
}
