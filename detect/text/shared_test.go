package text

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shared returns the folder of real data, or skips.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SPANIEL_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real data: set SPANIEL_SHARED (%v)", err)
	}
	return dir
}

// payloads reads the lines of a payload file, as the list means them: form
// coding undone where it is there.
func payloads(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.SplitSeq(string(raw), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		out = append(out, line)
	}
	return out
}

// readings imitates what the caller hands in: the value, and percent decoded
// once and twice.
func readings(s string) []string {
	out := []string{s}
	for range 3 {
		u, err := url.QueryUnescape(out[len(out)-1])
		if err != nil || u == out[len(out)-1] {
			break
		}
		out = append(out, u)
	}
	return out
}

func anyReading(m matcher, s string) bool {
	for _, r := range readings(s) {
		if _, _, ok := m(r); ok {
			return true
		}
	}
	return false
}

// TestListsOfSQLi measures on lists of real strings; the floors are what was
// measured, less a little slack.
func TestListsOfSQLi(t *testing.T) {
	dir := filepath.Join(shared(t), "data", "payloads", "libinjection")
	files, err := filepath.Glob(filepath.Join(dir, "sqli-*.txt"))
	if err != nil || len(files) == 0 {
		t.Skipf("no payload lists in %s", dir)
	}
	hit, all := 0, 0
	verbose := os.Getenv("MISSES") != ""
	for _, f := range files {
		h, n := 0, 0
		for _, p := range payloads(t, f) {
			n++
			if anyReading(SQLi, p) {
				h++
			} else if verbose {
				t.Logf("missed in %s: %s", filepath.Base(f), p)
			}
		}
		t.Logf("%-45s %4d/%4d", filepath.Base(f), h, n)
		hit, all = hit+h, all+n
	}
	t.Logf("recall %d/%d = %.1f %%", hit, all, 100*float64(hit)/float64(all))
	fp := 0
	benign := payloads(t, filepath.Join(dir, "benign_false_positives.txt"))
	for _, p := range benign {
		if anyReading(SQLi, p) {
			fp++
			t.Errorf("false alarm: %s", p)
		}
	}
	t.Logf("false alarms %d/%d", fp, len(benign))
}
