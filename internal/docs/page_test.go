// Package docs holds the README and the pages under docs/ to the code: their
// links lead somewhere, their tables are what the code says, their rules and
// configurations load, their commands run and print what the page shows. It
// has no code of its own, only these tests.
//
//	go test ./internal/docs -update
//
// writes anew what is made from the code: tables between <!-- made: … --> and
// <!-- end -->, and the output under commands.
package docs

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the code into the pages")

const root = "../.."

// A page is one Markdown file; its name is relative to the root.
type page struct {
	name, text string
}

// pages returns the README and everything under docs/.
func pages(t *testing.T) []page {
	t.Helper()
	names := []string{"README.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(file, ".md") {
			rel, relErr := filepath.Rel(root, file)
			names, err = append(names, filepath.ToSlash(rel)), relErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []page
	for _, n := range names {
		out = append(out, load(t, n))
	}
	if len(out) < 12 {
		t.Fatalf("only %d pages found: the walk is wrong", len(out))
	}
	return out
}

func load(t *testing.T, name string) page {
	t.Helper()
	return page{name, readFile(t, name)}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// save writes a page with one part replaced.
func (p *page) save(t *testing.T, old, made string) {
	t.Helper()
	p.text = strings.Replace(p.text, old, made, 1)
	if err := os.WriteFile(filepath.Join(root, p.name), []byte(p.text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A block is a fenced block: its language, the words after that, its text
// without the fences, and the line it starts on.
type block struct {
	lang  string
	words []string
	text  string
	line  int
}

func (b *block) is(word string) bool {
	for _, w := range b.words {
		if w == word {
			return true
		}
	}
	return false
}

// source is the file that the block says it is taken from.
func (b *block) source() string {
	for _, w := range b.words {
		if file, ok := strings.CutPrefix(w, "in="); ok {
			return file
		}
	}
	return ""
}

func (p *page) blocks() []block {
	var out []block
	var open *block
	for i, l := range strings.Split(p.text, "\n") {
		switch {
		case open == nil && strings.HasPrefix(l, "```"):
			open = &block{line: i + 1}
			if w := strings.Fields(strings.TrimLeft(l, "`")); len(w) > 0 {
				open.lang, open.words = w[0], w[1:]
			}
		case open != nil && strings.HasPrefix(l, "```"):
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += l + "\n"
		}
	}
	return out
}

// prose is the page without its fenced blocks.
func (p *page) prose() string {
	var b strings.Builder
	fenced := false
	for l := range strings.SplitSeq(p.text, "\n") {
		if strings.HasPrefix(l, "```") {
			fenced = !fenced
		} else if !fenced {
			b.WriteString(l + "\n")
		}
	}
	return b.String()
}

// section returns what stands below a heading, up to the next one of its
// level or above.
func (p *page) section(t *testing.T, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(p.text, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", p.name, heading)
	}
	level := strings.Repeat("#", strings.Count(strings.Fields(heading)[0], "#"))
	for i, l := range strings.Split(rest, "\n") {
		if strings.HasPrefix(l, "#") && len(strings.Fields(l)[0]) <= len(level) {
			return strings.Join(strings.Split(rest, "\n")[:i], "\n")
		}
	}
	return rest
}
