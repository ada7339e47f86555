package docs

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"

	"spaniel/detect"
	"spaniel/event"
)

const vocabulary = "docs/vocabulary.md"

// TestAnomalies: the page has every anomaly that the code can raise, and no
// other. Those of calls and bodies are made from the code (made_test.go).
func TestAnomalies(t *testing.T) {
	p := load(t, vocabulary)
	decode := parse(t, "decode")
	raised := append(constants(decode, regexp.MustCompile(`^Anomaly[A-Z]`)), constants(parse(t, "decode/stream"), regexp.MustCompile(`^note[A-Z]`))...)
	raised = append(raised, members(decode, "Anomaly", "Name")...)
	same(t, "anomalies", named(p.section(t, "## Anomalies")), raised)
}

// TestLosses: the same for the reasons of losses.
func TestLosses(t *testing.T) {
	p := load(t, vocabulary)
	reasons := append(constants(parse(t, "decode/stream"), regexp.MustCompile(`^loss[A-Z]`)), members(parse(t, "decode"), "Loss", "Reason")...)
	reasons = append(reasons, append(constants(parse(t, "cmd/spaniel"), regexp.MustCompile(`^loss[A-Z]`)), constants(parse(t, "internal/sensor"), regexp.MustCompile(`^loss[A-Z]`))...)...)
	same(t, "reasons of losses", named(p.section(t, "## Losses")), reasons)
}

// TestFlowWords: services and ends of flows.
func TestFlowWords(t *testing.T) {
	p := load(t, vocabulary)
	decode := parse(t, "decode")
	services := append(append(firsts(decode, "protocols"), firsts(decode, "signatures")...), constants(decode, regexp.MustCompile(`^unknownService$`))...)
	for _, s := range strs(decode, "serviceOf") {
		if s != "h2c" { // a token of the wire, not a service
			services = append(services, s)
		}
	}
	same(t, "services", named(p.section(t, "### Services")), services)
	same(t, "ends", named(p.section(t, "### Ends")), constants(parse(t, "decode/stream"), regexp.MustCompile(`^end[A-Z]`)))
}

// TestFates: what can become of a frame, a byte and a call; and the flags.
func TestFates(t *testing.T) {
	p := load(t, vocabulary)
	var frames, bytes, calls, kinds []string
	for f := range event.NumFrameFates {
		frames = append(frames, f.String())
	}
	for f := range event.NumByteFates {
		bytes = append(bytes, f.String())
	}
	for f := range event.NumCallFates {
		calls = append(calls, f.String())
	}
	for _, k := range event.Kinds() {
		kinds = append(kinds, k.String())
	}
	same(t, "fates of frames", named(p.section(t, "### Frames")), frames)
	same(t, "fates of bytes", named(p.section(t, "### Stream bytes")), bytes)
	same(t, "fates of calls", named(p.section(t, "### Calls")), calls)
	var caps []string
	for c := range event.NumCapHits {
		caps = append(caps, c.String())
	}
	same(t, "caps", named(p.section(t, "### Caps")), caps)
	same(t, "kinds of record", named(p.section(t, "## Kinds of record")), kinds)
	same(t, "flags", named(p.section(t, "## Flags")), event.Flags(^uint32(0)).Append(nil))
}

// TestCategories: packs and kinds of rules as the loader and the shipped
// rules' test know them.
func TestCategories(t *testing.T) {
	p := load(t, vocabulary)
	section := p.section(t, "## Categories of rules")
	row := regexp.MustCompile("(?m)^\\| `([a-z]+)` \\| (.*) \\|$")
	word := regexp.MustCompile("`([^`]+)`")
	got := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(section, -1) {
		got[m[1]] = []string{}
		for _, w := range word.FindAllStringSubmatch(m[2], -1) {
			got[m[1]] = append(got[m[1]], w[1])
		}
	}
	detect := parse(t, "detect")
	var page []string
	packs := strs(detect, "packs")
	for k := range got {
		page = append(page, k)
	}
	same(t, "packs", page, packs)
	same(t, "families", got["injection"], strings.Fields(strings.Join(strs(detect, "families"), " ")))
	for pack, kinds := range shippedKinds(t) {
		for _, k := range kinds {
			if !slices.Contains(got[pack], k) {
				t.Errorf("a rule may be %s/%s, and the page has not", pack, k)
			}
		}
		for _, k := range got[pack] {
			if !slices.Contains(kinds, k) {
				t.Errorf("the page has %s/%s, and no rule may be that", pack, k)
			}
		}
	}
}

// shippedKinds is the closed list of rules/rules_test.go.
func shippedKinds(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	row := regexp.MustCompile(`(?m)^\t\t"([a-z]+)": +"([a-z0-9 -]+)",$`)
	for _, m := range row.FindAllStringSubmatch(readFile(t, "rules/rules_test.go"), -1) {
		out[m[1]] = strings.Fields(m[2])
	}
	if len(out) < 5 {
		t.Fatalf("%d packs found in rules/rules_test.go", len(out))
	}
	return out
}

// TestCallWords: kinds, styles and principals of calls, as detect/semantics
// gives them.
func TestCallWords(t *testing.T) {
	p := load(t, vocabulary)
	files := parse(t, "detect/semantics")
	kinds := detect.Kinds()
	same(t, "kinds of call", named(p.section(t, "### Kinds of call")), kinds)

	var styles []string
	within(files, "style", func(n ast.Node) {
		if r, ok := n.(*ast.ReturnStmt); ok {
			if s, ok := text(r.Results[0]); ok {
				styles = append(styles, s)
			}
		}
	})
	same(t, "styles", named(p.section(t, "### Styles")), styles)

	principals := members(files, "Principal", "Kind")
	inspect(files, func(n ast.Node) {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != len(a.Rhs) {
			return
		}
		for i := range a.Lhs {
			if sel, ok := a.Lhs[i].(*ast.SelectorExpr); ok && sel.Sel.Name == "Kind" {
				if s, ok := text(a.Rhs[i]); ok {
					principals = append(principals, s)
				}
			}
		}
	})
	same(t, "principals", named(p.section(t, "### Principals")), principals)
}

// TestSteps: the steps of decoding that make readings.
func TestSteps(t *testing.T) {
	steps := []string{"json.…"} // named after the place within the JSON
	inspect(parse(t, "decode/body"), func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "add" || sel.Sel.Name == "addScratch") {
			if s, ok := text(call.Args[0]); ok {
				steps = append(steps, s)
			}
		}
	})
	p := load(t, vocabulary)
	same(t, "steps of decoding", named(p.section(t, "### Steps of decoding")), steps)
}
