package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"spaniel/internal/config"
	"spaniel/internal/render"
)

// app is what every command shares: its surroundings and the global flags.
type app struct {
	in       io.Reader
	out, err io.Writer

	configFile string
	set        []string
	storePath  string
	colour     string
	quiet      bool
	logLevel   string
	logFormat  string
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "spaniel",
		Short: "Find attacks in API traffic, without standing in its way",
		Long: `Spaniel rebuilds API calls from mirrored packets or capture files, judges each
call and each behaviour with rules, and keeps what it found where SQL reaches it.
It only listens: it adds no latency and can break nothing.`,
		Example: `  spaniel demo                       the bundled capture, nothing to set up
  spaniel read capture.pcap          what is in a capture
  sudo spaniel run -i eth1 --user $USER   live, from a mirror port
  spaniel query "SELECT req_route, count(*) FROM calls GROUP BY 1 ORDER BY 2 DESC"`,
		SilenceErrors: true, SilenceUsage: true,
		SuggestionsMinimumDistance: 2,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usage(fmt.Sprintf("unknown command %q", args[0]), suggestion(args[0], commandNames(cmd), "spaniel --help lists the commands"))
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return oneWord("--color", a.colour, colours()) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.configFile, "config", "c", "", "configuration `FILE` (default: the first of "+strings.Join(configCandidates(), ", ")+")")
	f.StringArrayVar(&a.set, "set", nil, "override one setting, `KEY=VALUE`, such as api.listen=off; may be repeated")
	f.StringVar(&a.storePath, "store", "", "embedded store `FILE` (default "+defaultStore()+")")
	f.StringVar(&a.colour, "color", "auto", "colour: auto, always or never; NO_COLOR is honoured")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	f.StringVar(&a.logLevel, "log-level", "", "the sensor's log: debug, info, warn or error")
	f.StringVar(&a.logFormat, "log-format", "", "the sensor's log: console or json")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newRead(a), newRun(a), newForward(a), newDoctor(a), newTop(a), newQuery(a), newAlerts(a), newStore(a), newSinks(a), newSpool(a), newRules(a), newFields(a), newSchema(a), newLearned(a), newPrivacy(a), newConfig(a), newDemo(a), newVersion(a))
	root.SetHelpCommand(newHelp())
	addCompletion(root)
	return root
}

// flagError turns pflag's words into ours, with the flag that was meant.
func flagError(cmd *cobra.Command, err error) error {
	what := err.Error()
	fix := cmd.CommandPath() + " --help lists the flags"
	name, unknown := strings.CutPrefix(what, "unknown flag: --")
	if unknown {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := config.Nearest(name, names); near != "" {
			fix = fmt.Sprintf("did you mean --%s?", near)
		}
		what = "unknown flag --" + name
	}
	return usage(what, fix)
}

// suggestion is the nearest name as a question, or else what helps anyway.
func suggestion(got string, names []string, otherwise string) string {
	if near := config.Nearest(got, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// group is a command that only holds others.
func group(use, short, example string, subs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Example: example, Args: subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(subs...)
	return c
}

// subcommand refuses words that are no command of the group.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath()), suggestion(args[0], commandNames(cmd), cmd.CommandPath()+" --help lists them"))
}

// noArgs and exactArgs are cobra's checks with our words.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Sprintf("%q takes no argument, got %q", cmd.CommandPath(), args[0]), cmd.CommandPath()+" --help")
	}
	return nil
}

func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(fmt.Sprintf("%q takes one argument, %s, and got %d", cmd.CommandPath(), what, len(args)), cmd.CommandPath()+" --help shows examples")
		}
		return nil
	}
}

func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(fmt.Sprintf("%q needs %s", cmd.CommandPath(), what), cmd.CommandPath()+" --help shows examples")
		}
		return nil
	}
}

// config loads the configuration with all that lies over it.
func (a *app) config() (*config.Config, string, error) { return config.Load(a.configOptions()) }

// configOptions say where the configuration comes from.
func (a *app) configOptions() config.Options {
	set := a.set
	if a.logLevel != "" {
		set = append(set, "log.level="+a.logLevel)
	}
	if a.logFormat != "" {
		set = append(set, "log.format="+a.logFormat)
	}
	return config.Options{File: a.configFile, Candidates: configCandidates(), Set: set, Environ: os.Environ()}
}

func (a *app) screen(w io.Writer) render.Screen { return render.NewScreen(w, a.colour, os.Getenv) }

// hint prints a line for a person on standard error.
func (a *app) hint(format string, args ...any) {
	if !a.quiet {
		_, _ = fmt.Fprintln(a.err, render.Safe(fmt.Sprintf(format, args...))) // nobody to tell if it fails
	}
}
