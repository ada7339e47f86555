package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// person is where the reader of the pages lives: her data directory stands in
// the output in the place of the test's own.
const person = "/home/ann/"

// TestCommands runs the blocks "console" of every page with the binary: what
// is printed is what the page shows. A line of … stands for any lines. Blocks
// marked norun need root, an interface or a server; make is not run either.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this builds the binary")
	}
	bin := build(t)
	ran := 0
	for _, p := range pages(t) {
		dir := t.TempDir()
		data := filepath.Join(dir, "data")
		env := append(os.Environ(), "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_DATA_HOME="+data, "XDG_CONFIG_HOME="+dir, "NO_COLOR=1")
		prepare(t, &p, dir, data)
		for _, b := range p.blocks() {
			if b.lang != "console" || b.is("norun") {
				continue
			}
			text := b.text
			for _, c := range commands(b.text, b.is("one")) {
				ran++
				got := run(c.line, dir, env)
				got = strings.ReplaceAll(got, data, person+".local/share")
				got = strings.ReplaceAll(got, dir+"/", "")
				if c.matches(got) {
					continue
				}
				if *update {
					text = strings.Replace(text, "$ "+c.typed+c.output, "$ "+c.typed+c.like(got), 1)
					continue
				}
				t.Errorf("%s:%d: $ %s\nprints\n%s\nand the page shows\n%s\n(go test ./internal/docs -update writes it)", p.name, b.line, c.line, got, c.output)
			}
			if text != b.text {
				p.save(t, b.text, text)
			}
		}
	}
	if ran < 10 {
		t.Errorf("%d commands run", ran)
	}
}

// build builds spaniel once for all tests, into a directory that TestMain
// made and removes.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(os.Getenv(binDir), "spaniel")
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	out, err := exec.Command("go", "build", "-o", bin, root+"/cmd/spaniel").CombinedOutput()
	if err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return bin
}

// binDir names the directory of the binary.
const binDir = "SPANIEL_DOCS_BIN"

func TestMain(m *testing.M) { os.Exit(withBinDir(m)) }

func withBinDir(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "spaniel-docs-")
	if err == nil {
		err = os.Setenv(binDir, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	return m.Run()
}

// prepare writes the bundled capture's privacy key, so that hashes are the
// same each time, and the files that the page shows: blocks with file=NAME.
func prepare(t *testing.T, p *page, dir, data string) {
	t.Helper()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(data, "spaniel", "privacy.key"), strings.Repeat("07", 32)+"\n")
	for _, b := range p.blocks() {
		for _, w := range b.words {
			if name, ok := strings.CutPrefix(w, "file="); ok {
				write(filepath.Join(dir, name), b.text)
			}
		}
	}
}

func run(line, dir string, env []string) string {
	cmd := exec.Command("bash", "-c", line)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		return err.Error()
	}
	return string(out)
}

// A command is what a console block shows behind "$ ", and its output. In a
// block marked one, only the first line is a command: its output shows others.
type command struct{ line, typed, output string }

func commands(text string, one bool) []command {
	var out []command
	quoted := false
	for l := range strings.SplitAfterSeq(text, "\n") {
		c := len(out) - 1
		switch {
		case !quoted && strings.HasPrefix(l, "$ ") && !(one && c == 0):
			out = append(out, command{typed: l[2:]})
			c++
			quoted = open(out[c].typed)
		case c < 0:
		case quoted:
			out[c].typed += l
			quoted = open(out[c].typed)
		default:
			out[c].output += l
		}
	}
	for i := range out {
		out[i].line = strings.TrimSpace(out[i].typed)
	}
	return out
}

// open reports whether a command goes on in the next line: a quote is open.
func open(typed string) bool {
	single, double := false, false
	for _, r := range typed {
		switch {
		case r == '\'' && !double:
			single = !single
		case r == '"' && !single:
			double = !double
		}
	}
	return single || double
}

func (c *command) matches(got string) bool {
	want := strings.TrimRight(c.output, "\n ")
	parts := strings.Split("\n"+want+"\n", "\n…\n")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	re := regexp.MustCompile(`\A` + strings.Join(parts, `\n(?s:.*\n)?`) + `\z`)
	return re.MatchString("\n" + strings.TrimRight(got, "\n ") + "\n")
}

// like cuts new output as the old was cut: as many lines before the … and
// after it.
func (c *command) like(got string) string {
	got = strings.TrimRight(got, "\n ") + "\n"
	before, after, cut := strings.Cut("\n"+c.output, "\n…\n")
	blank := c.output[len(strings.TrimRight(c.output, "\n")):]
	if len(blank) > 1 {
		blank = blank[1:]
	} else {
		blank = ""
	}
	if !cut {
		if c.output == "" && blank == "" && got == "\n" {
			return ""
		}
		return got + blank
	}
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	head := min(strings.Count(before, "\n"), len(lines))
	tail := min(strings.Count(strings.TrimRight(after, "\n")+"\n", "\n"), len(lines)-head)
	if strings.TrimSpace(after) == "" {
		tail = 0
	}
	return strings.Join(append(append(append([]string{}, lines[:head]...), "…"), lines[len(lines)-tail:]...), "\n") + "\n" + blank
}
