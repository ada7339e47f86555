// Package deps holds the import law: which package of Spaniel may import
// which. It has no code of its own, only this test, which parses the sources
// itself so that no build cache can hide a forbidden edge.
package deps

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// law lists, for each folder, what it may import of Spaniel besides event
// and the folders below itself. The first entry that holds a package counts.
// Stages (capture, decode, detect, sinks) never import one another: only the
// wiring does.
var law = []struct {
	in    string
	allow []string
	why   string
}{
	{"event", nil, "the vocabulary: it knows nobody"},
	{"capture", nil, "a stage"},
	{"decode/frame", []string{"decode/defrag"}, "headers lead to fragments"},
	{"decode/stream", []string{"decode/frame"}, "segments come from packets"},
	{"decode", nil, "a stage"},
	{"detect/ruletest", []string{"detect", "internal/wiretest"}, "the tests inside rules are packets, too"},
	{"detect", nil, "a stage"},
	{"rules", nil, "data, embedded"},
	{"sinks/all", []string{"sinks"}, "the table of sinks"},
	{"sinks", []string{"sinks"}, "a stage; its writers share its records"},
	{"internal/wiretest", nil, "builds packets from text"},
	{"internal/canary", []string{"internal/wiretest"}, "plants secrets in conversations"},
	{"internal/costtest", nil, "measures what it is given"},
	{"internal/tuntest", nil, "hands packets to the kernel"},
	{"internal/cores", nil, "binds goroutines to cores"},
	{"internal/mounttest", nil, "mounts disks that fail"},
	{"internal/doctor", nil, "judges what it is told of a link"},
	{"internal/confine", nil, "takes rights from the process"},
	{"internal/vethtest", nil, "a wire to capture from"},
	{"internal/porttest", nil, "holds ports"},
	{"internal/linktest", nil, "a link that fails"},
	{"internal/demo", []string{"internal/wiretest"}, "the bundled capture"},
	{"internal/importer", nil, "translates texts of other systems into texts of rules"},
	{"internal/render", nil, "prints rows"},
	{"internal/lookback", nil, "a ring of frames"},
	{"internal/vault", nil, "encrypted files in a directory"},
	{"internal/sensor", []string{"capture", "decode", "detect", "sinks/redact", "internal/lookback"}, "wires the stages of one capture"},
	{"internal/evidence", []string{"capture", "decode", "internal/sensor"}, "finds the packets of calls again"},
	{"internal/reload", []string{"detect"}, "wires the files of rules to the sensor"},
	{"internal/forward", []string{"sinks"}, "wires the spool to the sinks"},
	{"internal/config", []string{"decode", "detect", "sinks", "capture"}, "one file sets every package's Config"},
	{"internal/admin", []string{"sinks", "internal/forward", "internal/render"}, "metrics, health, queries"},
	{"internal/golden", []string{"."}, "runs the whole path on real captures"},
	{"internal/integration", []string{"."}, "uses everything against real servers"},
	{"internal/docs", []string{"."}, "runs what the pages say"},
	{"cmd/spaniel", []string{"."}, "the binary"},
	{"bench", []string{"."}, "measures the whole"},
}

func TestImportLaw(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "testdata" || hasGoMod(file, root)) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		seen++
		checkFile(t, root, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("only %d source files found: the walk is wrong", seen)
	}
}

// hasGoMod reports whether dir is another module.
func hasGoMod(dir, root string) bool {
	if dir == root {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func checkFile(t *testing.T, root, file string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	rel, err := filepath.Rel(root, filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	pkg := filepath.ToSlash(rel)
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := strings.CutPrefix(name, "spaniel/"); ok && !allowed(pkg, got) {
			t.Errorf("%s imports %s: the law in this test does not allow it", file, name)
		}
		if imp.Name != nil && imp.Name.Name == "_" && name != "embed" {
			t.Errorf("%s: blank import of %s: register in a visible table instead", file, name)
		}
	}
}

func allowed(pkg, got string) bool {
	if got == "event" {
		return true
	}
	for _, l := range law {
		if within(pkg, l.in) {
			return within(got, l.in) || slices.ContainsFunc(l.allow, func(a string) bool { return a == "." || within(got, a) })
		}
	}
	return false
}

func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

func TestLawRefuses(t *testing.T) {
	for _, e := range [][2]string{{"decode/http1", "detect"}, {"detect", "sinks/redact"}, {"event", "capture"}, {"capture", "decode"}, {"nowhere", "detect"}, {"decode/frame", "decode/stream"}} {
		if allowed(e[0], e[1]) {
			t.Errorf("%s may import %s: the law has a hole", e[0], e[1])
		}
	}
	for _, e := range [][2]string{{"internal/sensor", "decode/http1"}, {"decode", "decode/stream"}, {"sinks/kafka", "sinks"}, {path.Join("cmd", "spaniel"), "internal/sensor"}} {
		if !allowed(e[0], e[1]) {
			t.Errorf("%s may not import %s: the law is too narrow", e[0], e[1])
		}
	}
}
