package docs

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMakeTargets: what a page says to make can be made.
func TestMakeTargets(t *testing.T) {
	var targets []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(readFile(t, "Makefile"), -1) {
		targets = append(targets, m[1])
	}
	said := regexp.MustCompile("(?:`|\\$ )make ([a-z-]+)")
	for _, p := range pages(t) {
		for _, m := range said.FindAllStringSubmatch(p.text, -1) {
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s says make %s, which is no target", p.name, m[1])
			}
		}
	}
}

// TestExitCodes: the README's table and the program's constants.
func TestExitCodes(t *testing.T) {
	p := load(t, "README.md")
	var page, code []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d) \|`).FindAllStringSubmatch(p.section(t, "## Exit codes"), -1) {
		page = append(page, m[1])
	}
	for _, m := range regexp.MustCompile(`(?m)^\texit[A-Z][A-Za-z]+ += (\d)`).FindAllStringSubmatch(readFile(t, "cmd/spaniel/exit.go"), -1) {
		code = append(code, m[1])
	}
	same(t, "exit codes", page, code)
}

// TestFlagsAndCommands: each flag and each command that a page names exists.
func TestFlagsAndCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this builds the binary")
	}
	bin := build(t)
	known := help(t, bin, nil)
	flag := regexp.MustCompile(`--[a-z][a-z-]+`)
	command := regexp.MustCompile("(?:`|\\$ |sudo )spaniel ([a-z]+)(?: (list|show|lint|test|init|check|schema)\\b)?")
	for _, p := range pages(t) {
		for _, f := range flag.FindAllString(p.text, -1) {
			if !known[f] {
				t.Errorf("%s names %s, which no command has", p.name, f)
			}
		}
		for _, m := range command.FindAllStringSubmatch(p.text, -1) {
			if c := strings.TrimSpace(m[1] + " " + m[2]); !known[c] && !known[m[1]+" (leaf)"] {
				t.Errorf("%s names spaniel %s, which there is not", p.name, c)
			}
		}
	}
}

// help collects the flags and commands that --help knows, from the root on.
func help(t *testing.T, bin string, path []string) map[string]bool {
	t.Helper()
	out, err := exec.Command(bin, append(slices.Clone(path), "--help")...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v --help: %v", path, err)
	}
	known := map[string]bool{strings.Join(path, " "): true}
	for _, f := range regexp.MustCompile(`(?m)^ +(?:-\w, +)?(--[a-z][a-z-]+)`).FindAllStringSubmatch(string(out), -1) {
		known[f[1]] = true
	}
	_, list, ok := strings.Cut(string(out), "Available Commands:\n")
	if !ok {
		known[strings.Join(path, " ")+" (leaf)"] = true
		return known
	}
	list, _, _ = strings.Cut(list, "\n\n")
	for l := range strings.Lines(list) {
		if w := strings.Fields(l); len(w) > 0 && w[0] != "help" && w[0] != "completion" {
			for k := range help(t, bin, append(slices.Clone(path), w[0])) {
				known[k] = true
			}
		}
	}
	return known
}
