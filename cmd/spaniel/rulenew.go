package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// templates are the rules that new ones begin as; each passes its own tests.
//
//go:embed template/*.yaml
var templates embed.FS

// templateID stands for the id in templates.
const templateID = "template-id"

func newRulesNew(a *app) *cobra.Command {
	var from, out string
	var force bool
	c := &cobra.Command{
		Use:   "new NAME",
		Short: "Write a new rule with tests, ready to be changed",
		Long: `New writes a rule with the id NAME to NAME.yaml. It loads and passes its tests as it
is; what is to be changed is marked. Templates:
  call      judges single calls by their method, path and status
  value     looks for something in the values that clients send
  window    counts calls of one client over time
  sequence  calls that follow one another
  alerts    counts the alerts of other rules`,
		Example: `  spaniel rules new odd-exports
  spaniel rules new export-flood --from-template window --out my-rules/export-flood.yaml
  spaniel rules test odd-exports.yaml`,
		Args: exactArgs(1, "the id of the new rule"),
		RunE: func(_ *cobra.Command, args []string) error { return a.newRule(args[0], from, out, force) },
	}
	f := c.Flags()
	f.StringVar(&from, "from-template", "call", "`TEMPLATE` to begin with: "+strings.Join(templateNames(), ", "))
	f.StringVar(&out, "out", "", "write it to `FILE`; - is standard output (default NAME.yaml)")
	f.BoolVar(&force, "force", false, "replace the file if it is there")
	_ = c.RegisterFlagCompletionFunc("from-template", cobra.FixedCompletions(templateNames(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return c
}

// templateNames lists the templates.
func templateNames() []string {
	files, err := fs.Glob(templates, "template/*.yaml")
	if err != nil {
		return nil // never: the pattern is ours
	}
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimSuffix(strings.TrimPrefix(f, "template/"), ".yaml"))
	}
	return out
}

func (a *app) newRule(id, from, out string, force bool) error {
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$`).MatchString(id) {
		return usage(fmt.Sprintf("%q is no id of a rule", id), "3 to 64 lower-case letters, digits and hyphens, such as odd-exports")
	}
	if err := oneWord("--from-template", from, templateNames()); err != nil {
		return err
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	on := *cfg
	on.Rules.Disable, on.Rules.Packs = nil, nil
	if set, err := loadRules(&on, nil); err == nil && set.Rule(id) != nil {
		r := set.Rule(id)
		return usage(fmt.Sprintf("there is a rule %q already, in %s:%d", id, r.File, r.Line), "choose another id")
	}
	text, err := templates.ReadFile("template/" + from + ".yaml")
	if err != nil {
		return fmt.Errorf("reading the template: %w", err)
	}
	if out == "" {
		out = id + ".yaml"
	}
	if err := mayWrite(out, force, nil); err != nil {
		return err
	}
	err = writeFile(out, a.out, force, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.ReplaceAll(string(text), templateID, id))
		return err
	})
	if err == nil && out != "-" {
		a.hint("%s written; next: spaniel rules test %s", out, out)
	}
	return err
}
