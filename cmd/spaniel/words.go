package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/event"
	"spaniel/internal/render"
)

// oneWord checks a flag whose value is one of a few words; the error names the
// word that was meant.
func oneWord(flag, got string, words []string) error {
	if slices.Contains(words, got) {
		return nil
	}
	list := strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	return usage(fmt.Sprintf("%s: unknown word %q", flag, got), suggestion(got, words, "use "+list))
}

func colours() []string { return []string{"auto", "always", "never"} }

// severity reads a flag that names one.
func severity(flag, got string) (event.Severity, error) {
	var words []string
	for _, s := range []event.Severity{event.Info, event.Low, event.Medium, event.High, event.Critical} {
		words = append(words, s.String())
	}
	if err := oneWord(flag, got, words); err != nil {
		return 0, err
	}
	return event.ParseSeverity(got)
}

// checkFormat checks -o of a command that prints rows.
func checkFormat(got string) error { return oneWord("--output", got, render.Formats()) }

// newHelp is cobra's help with our words for a command that is none.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command", Example: "  spaniel help read\n  spaniel help rules test",
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err // the check of the root's arguments, which has our words
			}
			if len(rest) > 0 {
				return usage(fmt.Sprintf("unknown command %q for %q", rest[0], of.CommandPath()), suggestion(rest[0], commandNames(of), of.CommandPath()+" --help"))
			}
			of.InitDefaultHelpFlag() // or the help does not show it
			return of.Help()
		},
	}
}

// addCompletion adds cobra's command that prints completion scripts; without
// the name of a shell that it knows, it is an error like any other.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = "Print a completion script for bash, zsh, fish or powershell"
			c.Example = "  spaniel completion bash > /etc/bash_completion.d/spaniel\n  spaniel completion zsh > \"${fpath[1]}/_spaniel\""
			c.Args = subcommand
			c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}
