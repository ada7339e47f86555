package docs

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPackages: the architecture page names every package, and only those
// there are.
func TestPackages(t *testing.T) {
	p := load(t, "docs/architecture.md")
	row := regexp.MustCompile("(?m)^\\| (`[^|]+) \\|")
	word := regexp.MustCompile("`([^`]+)`")
	var page []string
	for _, m := range row.FindAllStringSubmatch(p.section(t, "## The packages, in the order a packet meets them"), -1) {
		for _, w := range word.FindAllStringSubmatch(m[1], -1) {
			page = append(page, w[1])
		}
	}
	same(t, "packages", page, packages(t))
}

// packages lists the folders with Go files of this module.
func packages(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "chdb" || d.Name() == "bin" || d.Name() == "work") {
			return fs.SkipDir
		}
		if strings.HasSuffix(file, ".go") {
			rel, relErr := filepath.Rel(root, filepath.Dir(file))
			out, err = append(out, filepath.ToSlash(rel)), relErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
