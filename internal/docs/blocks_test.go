package docs

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/decode"
	"spaniel/detect"
	"spaniel/detect/ruletest"
	"spaniel/internal/config"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// TestRules: each block "yaml rule" loads, and the tests inside it pass.
func TestRules(t *testing.T) {
	n := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.lang != "yaml" || !b.is("rule") {
				continue
			}
			n++
			set, err := detect.Load([]detect.Source{{Name: p.name, FS: fstest.MapFS{"rule.yaml": {Data: []byte(b.text)}}}}, detect.LoadOptions{})
			if err != nil {
				t.Errorf("%s:%d: %v", p.name, b.line, err)
				continue
			}
			cfg := sensor.Config{Version: "docs", Rules: set, Decode: decode.DefaultConfig(), Redactor: redact.New(make([]byte, 32), redact.Option{})}
			for _, r := range ruletest.Run(set, sensor.Replayer(cfg)) {
				if !r.OK {
					t.Errorf("%s:%d: %s, test %d (%s): %s", p.name, b.line, r.Rule, r.Test, r.Kind, r.Detail)
				}
			}
		}
	}
	if n < 3 {
		t.Errorf("%d rules found", n)
	}
}

// TestConfigurations: each block "yaml config" and each file under deploy/ is
// a configuration.
func TestConfigurations(t *testing.T) {
	n := 0
	check := func(name, text string) {
		file := filepath.Join(t.TempDir(), "spaniel.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n++
		if _, _, err := config.Load(config.Options{File: file}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.lang == "yaml" && b.is("config") {
				check(p.name, b.text)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "deploy", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		check(f, readFile(t, filepath.Join("deploy", filepath.Base(f))))
		check(f+" uncommented", uncomment(readFile(t, filepath.Join("deploy", filepath.Base(f)))))
	}
	if n < 4 || len(files) == 0 {
		t.Errorf("%d configurations found, %d of them under deploy/", n, len(files))
	}
}

// uncomment turns what an example has commented out ("#  key: value", no
// space behind the #, or two) into what it shows.
func uncomment(text string) string {
	var b strings.Builder
	for l := range strings.SplitSeq(text, "\n") {
		if rest, ok := strings.CutPrefix(l, "#"); ok && (!strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "  ")) {
			l = rest
		}
		b.WriteString(l + "\n")
	}
	return b.String()
}

// TestExampleHasEveryKey: deploy/spaniel.yaml shows each key there is.
func TestExampleHasEveryKey(t *testing.T) {
	text := readFile(t, "deploy/spaniel.yaml")
	for _, k := range configKeys(reflect.ValueOf(config.Default()).Elem(), "") {
		name := k.path[strings.LastIndexByte(k.path, '.')+1:]
		if !regexp.MustCompile(`(?m)[#{,\s-]` + name + `:`).MatchString(text) {
			t.Errorf("the key %s is not in deploy/spaniel.yaml", k.path)
		}
	}
}

// TestSnippets: a block that names a file (in=PATH) is taken from it; a line
// of … stands for what is left out.
func TestSnippets(t *testing.T) {
	n := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.source() == "" {
				continue
			}
			n++
			rest := readFile(t, b.source())
			for part := range strings.SplitSeq(b.text, "…\n") {
				part = strings.Trim(part, "\n")
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Errorf("%s:%d: %s does not hold, in this order,\n%s", p.name, b.line, b.source(), part)
					break
				}
				rest = after
			}
		}
	}
	if n < 6 {
		t.Errorf("%d snippets found", n)
	}
}

// TestBlocksAreMarked: YAML that nothing checks is YAML that rots.
func TestBlocksAreMarked(t *testing.T) {
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.lang == "yaml" && !b.is("rule") && !b.is("config") && !strings.Contains(strings.Join(b.words, " "), "file=") && b.source() == "" {
				t.Errorf("%s:%d: mark the block as rule or config, or say in=FILE", p.name, b.line)
			}
			if b.lang == "go" && b.source() == "" {
				t.Errorf("%s:%d: say in=FILE", p.name, b.line)
			}
		}
	}
}
