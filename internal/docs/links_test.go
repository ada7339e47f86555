package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks: what a page links to is there, headings included.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, p := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(p.prose(), -1) {
			to := m[1]
			if strings.Contains(to, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(to, "#")
			target := p.name
			if file != "" {
				target = path.Join(path.Dir(p.name), file)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s, which is not there", p.name, to)
			} else if anchor != "" && !anchors(readFile(t, target))[anchor] {
				t.Errorf("%s links to %s, which has no such heading", p.name, to)
			}
		}
	}
}

// anchors are the names that a page's headings get.
func anchors(text string) map[string]bool {
	out := map[string]bool{}
	drop := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	p := page{text: text}
	for l := range strings.SplitSeq(p.prose(), "\n") {
		if head := strings.TrimLeft(l, "#"); head != l && strings.HasPrefix(head, " ") {
			out[strings.ReplaceAll(drop.ReplaceAllString(strings.ToLower(strings.TrimSpace(head)), ""), " ", "-")] = true
		}
	}
	return out
}

// TestEveryPageIsReached: a page nobody links to is not read.
func TestEveryPageIsReached(t *testing.T) {
	linked := map[string]bool{"README.md": true}
	link := regexp.MustCompile(`\]\(([^)\s#]+)`)
	all := pages(t)
	for _, p := range all {
		for _, m := range link.FindAllStringSubmatch(p.text, -1) {
			linked[path.Join(path.Dir(p.name), m[1])] = true
		}
	}
	for _, p := range all {
		if dir := path.Dir(p.name); !linked[p.name] && !linked[dir] {
			t.Errorf("no page links to %s", p.name)
		}
	}
}

// TestNoMachinePaths: a page speaks of the reader's machine, not of ours.
func TestNoMachinePaths(t *testing.T) {
	bad := regexp.MustCompile(`/(work|root|tmp|home)/[\w.-]*`)
	for _, p := range pages(t) {
		for _, m := range bad.FindAllString(p.text, -1) {
			if !strings.HasPrefix(m+"/", person) {
				t.Errorf("%s names %s", p.name, m)
			}
		}
	}
}
