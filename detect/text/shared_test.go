package text

import (
	"encoding/json"
	"html"
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
	if hit*100 < 84*all {
		t.Errorf("recall fell to %d of %d", hit, all)
	}
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

// TestListsOfXSS measures recall on lists of real strings.
func TestListsOfXSS(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t), "data", "payloads", "libinjection", "xss-*.txt"))
	if err != nil || len(files) == 0 {
		t.Skip("no payload lists")
	}
	hit, all := 0, 0
	for _, f := range files {
		h, n := 0, 0
		for _, p := range payloads(t, f) {
			n++
			if anyReading(XSS, p) || anyReading(XSS, html.UnescapeString(p)) {
				h++
			} else if os.Getenv("MISSES") != "" {
				t.Logf("missed in %s: %s", filepath.Base(f), p)
			}
		}
		t.Logf("%-45s %4d/%4d", filepath.Base(f), h, n)
		hit, all = hit+h, all+n
	}
	t.Logf("recall %d/%d = %.1f %%", hit, all, 100*float64(hit)/float64(all))
	if hit*100 < 85*all {
		t.Errorf("recall fell to %d of %d", hit, all)
	}
}

// TestInnocentStrings: no matcher for values speaks on real product searches
// and on real user agents, browsers' and crawlers'.
func TestInnocentStrings(t *testing.T) {
	dir := filepath.Join(shared(t), "data")
	lists := map[string][]string{"searches": payloads(t, filepath.Join(dir, "payloads", "libinjection", "benign_false_positives.txt")),
		"browsers": payloads(t, filepath.Join(dir, "ua", "benign_firefox_user_agents.txt"))}
	var crawlers []struct{ Instances []string }
	raw, err := os.ReadFile(filepath.Join(dir, "ua", "crawler-user-agents.json"))
	if err != nil {
		t.Skip(err)
	}
	if err := json.Unmarshal(raw, &crawlers); err != nil {
		t.Fatal(err)
	}
	for _, c := range crawlers {
		lists["crawlers"] = append(lists["crawlers"], c.Instances...)
	}
	for name, list := range lists {
		wrong := 0
		for _, s := range list {
			for _, c := range all()[:17] {
				if anyReading(c.m, s) {
					wrong++
					t.Logf("%s on %s: %q", c.name, name, s)
				}
			}
		}
		t.Logf("%s: %d of %d matched wrongly", name, wrong, len(list))
		if wrong*200 > len(list) {
			t.Errorf("%s: %d of %d: over 0.5 %%", name, wrong, len(list))
		}
	}
}

// TestCrawlerAgents measures KnownBot and its opposite.
func TestCrawlerAgents(t *testing.T) {
	dir := filepath.Join(shared(t), "data", "ua")
	var crawlers []struct{ Instances []string }
	raw, err := os.ReadFile(filepath.Join(dir, "crawler-user-agents.json"))
	if err != nil {
		t.Skip(err)
	}
	if err := json.Unmarshal(raw, &crawlers); err != nil {
		t.Fatal(err)
	}
	known, n := 0, 0
	for _, c := range crawlers {
		for _, ua := range c.Instances {
			n++
			_, _, bot := KnownBot(ua)
			_, _, tool := ToolUA(ua)
			known += boolInt(bot || tool)
		}
	}
	t.Logf("crawlers and tools: %d of %d = %.1f %%", known, n, 100*float64(known)/float64(n))
	for _, ua := range payloads(t, filepath.Join(dir, "benign_firefox_user_agents.txt")) {
		if _, w, ok := KnownBot(ua); ok {
			t.Errorf("a browser is called %s: %s", w, ua)
		}
		if _, w, ok := ToolUA(ua); ok {
			t.Errorf("a browser is called %s: %s", w, ua)
		}
	}
	scanners, hit := 0, 0
	for _, ua := range payloads(t, filepath.Join(dir, "scanner-user-agents.txt")) {
		scanners++
		_, _, ok := ScannerUA(ua)
		hit += boolInt(ok)
	}
	t.Logf("scanner words: %d of %d", hit, scanners)
}
