package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/detect"
	"spaniel/internal/config"
	"spaniel/internal/importer"
	"spaniel/internal/importer/crowdsec"
	"spaniel/internal/importer/sigma"
	"spaniel/internal/importer/suricata"
	"spaniel/internal/render"
)

// ruleImport are the flags of rules import.
type ruleImport struct {
	out, license, format string
	force, all           bool
}

// foreign is a system whose rules can be translated.
type foreign struct {
	name, title string
	suffixes    []string
	translate   func(files []importer.File, license string) []importer.Result
}

func foreigners() []foreign {
	return []foreign{
		{"sigma", "Sigma rule", []string{".yml", ".yaml"}, sigma.Translate},
		{"crowdsec", "CrowdSec scenario", []string{".yml", ".yaml"}, crowdsec.Translate},
		{"suricata", "Suricata signature", []string{".rules"}, suricata.Translate},
	}
}

func newRulesImport(a *app) *cobra.Command {
	var opt ruleImport
	var names []string
	for _, f := range foreigners() {
		names = append(names, f.name)
	}
	c := &cobra.Command{
		Use:   "import " + strings.Join(names, "|") + " FILE|DIR…",
		Short: "Translate rules of Sigma, CrowdSec and Suricata about HTTP",
		Long: `Import reads rules of another system and prints for each whether it can be translated:
exact, approximate, or refused, and why. With --out it writes the translations, a file
each, with origin, author and licence in it. They come without tests: add some, and see
what they find on your traffic with spaniel rules backtest.
  sigma     rules of webserver and proxy logs, and correlations of such
  crowdsec  scenarios of HTTP logs: buckets of the types trigger and leaky
  suricata  signatures of HTTP buffers
Rules of others have licences; what those ask of you holds for translations, too.`,
		Example: `  spaniel rules import sigma web/                          what could be translated
  spaniel rules import sigma web/ --out imported/ --license "DRL 1.1"
  spaniel rules lint imported/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage("import needs a kind of rules and files", "spaniel rules import sigma FILE|DIR…")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return names, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.importRules(args[0], args[1:], &opt) },
	}
	f := c.Flags()
	f.StringVar(&opt.out, "out", "", "write the translated rules into this `DIR`")
	f.StringVar(&opt.license, "license", "", "the licence of rules that do not name one, noted in each")
	f.StringVarP(&opt.format, "output", "o", "table", "output: table or json")
	f.BoolVar(&opt.force, "force", false, "replace files that are there")
	f.BoolVar(&opt.all, "all", false, "list those translated exactly, and those not of HTTP, too")
	return c
}

func (a *app) importRules(kind string, paths []string, opt *ruleImport) error {
	i := slices.IndexFunc(foreigners(), func(f foreign) bool { return f.name == kind })
	if i < 0 {
		var names []string
		for _, f := range foreigners() {
			names = append(names, f.name)
		}
		return usage(fmt.Sprintf("unknown kind of rules %q", kind), suggestion(kind, names, "use "+strings.Join(names, ", ")))
	}
	if err := oneWord("--output", opt.format, []string{"table", "json"}); err != nil {
		return err
	}
	from := foreigners()[i]
	files, err := importFiles(paths, from.suffixes)
	if err != nil {
		return err
	}
	results := from.translate(files, opt.license)
	texts := make([]string, len(results))
	used := map[string]bool{}
	for i := range results {
		texts[i] = accept(&results[i], from.title, used)
	}
	if opt.out != "" {
		if err := a.writeImported(results, texts, opt); err != nil {
			return err
		}
	}
	if opt.format == "json" {
		return a.json(results)
	}
	return a.importTable(results, opt)
}

// accept lets the rule language judge a translation; it returns the text of the
// rule, "" if there is none.
func accept(r *importer.Result, kind string, used map[string]bool) string {
	if r.Rule == nil {
		return ""
	}
	for n, id := 2, r.Rule.ID; used[r.Rule.ID]; n++ {
		r.Rule.ID = fmt.Sprintf("%.60s-%d", id, n)
	}
	text := r.Rule.Text(kind, r)
	_, err := detect.LoadText(r.Rule.ID+".yaml", text)
	var load *detect.LoadError
	if errors.As(err, &load) {
		r.Refuse("the rule language does not take it: %s", load.Problems[0].Message)
		return ""
	}
	used[r.Rule.ID] = true
	return text
}

// importFiles reads the files, and those in directories that end as rules do.
func importFiles(paths, suffixes []string) (out []importer.File, err error) {
	for _, p := range paths {
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return &problem{code: exitInput, what: "the rules cannot be read", where: name, why: config.Cause(err), cause: err, fix: "name rule files or a directory with some"}
			}
			if !d.Type().IsRegular() || name != p && !slices.Contains(suffixes, filepath.Ext(name)) {
				return nil
			}
			text, err := readSome(name)
			out = append(out, importer.File{Name: name, Text: text})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, usage("there is no rule file in "+strings.Join(paths, ", "), "files must end in "+strings.Join(suffixes, " or "))
	}
	return out, nil
}

// maxImport bounds what is read of one file; a file of signatures may be large.
const maxImport = 64 << 20

func readSome(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxImport+1))
	if err == nil && len(text) > maxImport {
		err = usage(fmt.Sprintf("%s has more than %d MiB", name, maxImport>>20), "split it")
	}
	return text, errors.Join(err, f.Close())
}

func (a *app) writeImported(results []importer.Result, texts []string, opt *ruleImport) error {
	if err := os.MkdirAll(opt.out, 0o755); err != nil {
		return cannotWrite(opt.out, err)
	}
	n := 0
	for i := range results {
		if texts[i] == "" {
			continue
		}
		path := filepath.Join(opt.out, results[i].Rule.ID+".yaml")
		if err := mayWrite(path, opt.force, nil); err != nil {
			return err
		}
		if err := writeFile(path, a.out, opt.force, func(w io.Writer) error { _, err := io.WriteString(w, texts[i]); return err }); err != nil {
			return err
		}
		n++
	}
	a.hint("%s written to %s", counted(uint64(n), "rule"), opt.out)
	return nil
}

// importTable prints what became of the rules, and how many of each.
func (a *app) importTable(results []importer.Result, opt *ruleImport) error {
	t := render.NewTable(a.screen(a.out), "VERDICT", "RULE", "WHY")
	counts := map[importer.Verdict]int{}
	left, others := 0, 0
	for _, r := range results {
		counts[r.Verdict]++
		why := strings.Join(r.Reasons, "; ")
		other := r.Verdict == importer.Refused && strings.Contains(why, "not of HTTP")
		if other {
			others++
		}
		if !opt.all && (r.Verdict == importer.Exact || other) {
			left++
			continue
		}
		name := r.Title
		if name == "" {
			name = r.File
		}
		t.Row(string(r.Verdict), render.Safe(clippedTo(name, 60)), render.Safe(clippedTo(why, 300)))
	}
	if left < len(results) {
		if err := t.Close(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.out, "%s: %d exact, %d approximate, %d refused, of which %d not of HTTP\n", counted(uint64(len(results)), "rule"), counts[importer.Exact], counts[importer.Approximate], counts[importer.Refused], others)
	if opt.out == "" {
		a.hint("nothing was written: --out DIR writes the translations")
	}
	return err
}

// clippedTo cuts a text to n bytes.
func clippedTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
