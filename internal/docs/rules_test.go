package docs

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"spaniel/detect"
)

const reference = "docs/rules.md"

// TestRuleWords: the reference has every key, matcher and aggregate.
func TestRuleWords(t *testing.T) {
	p := load(t, reference)
	files := parse(t, "detect")
	same(t, "keys of a rule", named(p.section(t, "## Keys")), strs(files, "ruleKeys"))
	same(t, "matchers", named(p.section(t, "### Matchers")), firsts(files, "matchers"))
	var aggregates []string
	for _, n := range named(p.section(t, "## Windows and aggregates")) {
		name, _, _ := strings.Cut(n, "(")
		aggregates = append(aggregates, name)
	}
	same(t, "aggregates", aggregates, mapKeys(t))
	same(t, "keys of a phase", named(p.section(t, "### Bursts and timing")), strings.Fields("from to repeat every jitter after took slow drip unfinished connections request requests"))
}

// mapKeys are the aggregates of detect's table.
func mapKeys(t *testing.T) []string {
	t.Helper()
	row := regexp.MustCompile(`(?m)^\t\t"([a-z_]+)": +\{true, window\.`)
	var out []string
	for _, m := range row.FindAllStringSubmatch(readFile(t, "detect/aggregate.go"), -1) {
		out = append(out, m[1])
	}
	return out
}

// TestBuiltins: what the page says rules may use of expr-lang.
func TestBuiltins(t *testing.T) {
	p := load(t, reference)
	section := p.section(t, "### Built-in functions")
	words := regexp.MustCompile("`([a-zA-Z]+)`")
	var page []string
	for _, m := range words.FindAllStringSubmatch(strings.Split(strings.TrimSpace(section), "\n\n")[0], -1) {
		page = append(page, m[1])
	}
	same(t, "built-ins", page, strings.Fields(strings.Join(strs(parse(t, "detect"), "allowedBuiltins"), " ")))
}

// TestExpressions: each block "expr" of the pages compiles as a condition on a
// call, line by line; one marked window as having.
func TestExpressions(t *testing.T) {
	n := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.lang != "expr" {
				continue
			}
			for l := range strings.SplitSeq(strings.TrimSpace(b.text), "\n") {
				n++
				if err := compiles(l, b.is("window")); err != nil {
					t.Errorf("%s:%d: %v", p.name, b.line, err)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("%d expressions found", n)
	}
}

func compiles(expr string, window bool) error {
	when, having := expr, ""
	if window {
		when, having = "true", fmt.Sprintf("by: [client.ip]\nover: 5m\nhaving: %q\n", expr)
	}
	rule := fmt.Sprintf("id: docs\ntitle: An expression of the pages\nseverity: info\ncategory: recon/docs\nwhen: %q\n%s", when, having)
	_, err := detect.Load([]detect.Source{{FS: fstest.MapFS{"rule.yaml": {Data: []byte(rule)}}}}, detect.LoadOptions{})
	return err
}

// TestMatcherSentences: the page says what each matcher looks for.
func TestMatcherSentences(t *testing.T) {
	p := load(t, reference)
	row := regexp.MustCompile("(?m)^\\| `[a-z0-9_]+` \\| (.*) \\|$")
	for _, m := range row.FindAllStringSubmatch(p.section(t, "### Matchers"), -1) {
		if len(m[1]) < 20 {
			t.Errorf("%q says too little", m[0])
		}
	}
}
