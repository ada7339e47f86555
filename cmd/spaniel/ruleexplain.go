package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// ruleExplain are the flags of rules explain.
type ruleExplain struct {
	pcap, call, format string
	rules              []string
}

func newRulesExplain(a *app) *cobra.Command {
	var opt ruleExplain
	c := &cobra.Command{
		Use:   "explain RULE --pcap FILE --call N",
		Short: "Show what a rule made of one call: each part of its condition with its value",
		Long: `Explain reads a capture, and shows what one rule made of one of its calls: each part
of the condition with its value, what was not needed since the parts before had
decided, the state of the rule's windows, and in one sentence why it did not fire.
N is the number of the call, from 1, as spaniel read FILE -o csv --only call lists
them, or the call's id, or the id's first digits. Secrets are redacted.
RULE is the id of a rule in effect, or a file that holds one rule.`,
		Example: `  spaniel demo --export shop.pcap
  spaniel rules explain sqli-in-input --pcap shop.pcap --call 7
  spaniel rules explain credential-stuffing --pcap shop.pcap --call 9f3a5c -o json
  spaniel rules explain my-rules/mine.yaml --pcap shop.pcap --call 7`,
		Args:              exactArgs(1, "the id of a rule, or a file with one"),
		ValidArgsFunction: a.completeRules,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.explainRule(cmd.Context(), args[0], &opt) },
	}
	f := c.Flags()
	f.StringVar(&opt.pcap, "pcap", "", "the capture `FILE`")
	f.StringVar(&opt.call, "call", "", "`N`umber of the call in it, from 1, or its id")
	f.StringVarP(&opt.format, "output", "o", "table", "output: table or json")
	f.StringArrayVar(&opt.rules, "rules", nil, "rules of this file or directory as well; may be repeated")
	return c
}

func (a *app) explainRule(ctx context.Context, rule string, opt *ruleExplain) error {
	switch {
	case opt.pcap == "":
		return usage("explain needs a capture", "name it: --pcap FILE; spaniel demo --export shop.pcap writes one")
	case opt.pcap == capture.Stdin:
		return usage("explain reads the capture twice, and standard input cannot be", "write it to a file first")
	case opt.call == "":
		return usage("explain needs a call", "name it: --call N; spaniel read "+opt.pcap+" -o csv --only call lists them")
	}
	if err := oneWord("--output", opt.format, []string{"table", "json"}); err != nil {
		return err
	}
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	limitMemory(cfg)
	set, r, err := a.oneRule(cfg, rule, opt.rules)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	call, err := a.findCall(ctx, cfg, opt.pcap, opt.call)
	if err != nil {
		return err
	}
	out, err := a.explanation(ctx, cfg, set, r.ID, opt.pcap, call.id)
	if err != nil {
		return err
	}
	if out == nil {
		return fmt.Errorf("the call %s was not found again in %s", call.id, opt.pcap)
	}
	if opt.format == "json" {
		return a.json(out)
	}
	return a.printExplanation(r, call, out)
}

// oneRule loads the rules in effect, those that are switched off among them,
// and finds one by its id, or the one that a file holds.
func (a *app) oneRule(cfg *config.Config, name string, more []string) (*detect.Set, *detect.Rule, error) {
	on := *cfg
	on.Rules.Disable, on.Rules.Packs = nil, nil
	file := ""
	if paths, _ := splitIDs([]string{name}); len(paths) > 0 {
		file, more = name, append(more, name)
	}
	set, err := loadRules(&on, more)
	if err != nil {
		return nil, nil, err
	}
	if file == "" {
		return set, set.Rule(name), knownRules(set, []string{name})
	}
	var found []*detect.Rule
	var ids []string
	own, err := a.rulesOf([]string{file})
	if err != nil {
		return nil, nil, err
	}
	for _, r := range own.Rules() {
		if !r.Beside {
			found, ids = append(found, r), append(ids, r.ID)
		}
	}
	if len(found) != 1 {
		return nil, nil, usage(fmt.Sprintf("%s holds %s", file, counted(uint64(len(found)), "rule")), "choose one: --rules "+file+" and its id: "+strings.Join(ids, ", "))
	}
	return set, set.Rule(found[0].ID), nil
}

// completeRules completes the ids of rules, and the names of files.
func (a *app) completeRules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	cfg, _, err := a.config()
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	set, err := loadRules(cfg, nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var out []string
	for _, r := range set.Rules() {
		out = append(out, r.ID+"\t"+r.Title)
	}
	return out, cobra.ShellCompDirectiveDefault
}

// foundCall is a call of a capture: its number, id, and what is said of it.
type foundCall struct {
	number int
	id     event.ID
	about  string
}

// findCall reads the capture for a call by its number, or by its id's first
// digits.
func (a *app) findCall(ctx context.Context, cfg *config.Config, file, name string) (*foundCall, error) {
	number, err := strconv.Atoi(name)
	byNumber := err == nil && len(name) < 9 && number > 0
	prefix := strings.ToLower(name)
	if !byNumber && (strings.Trim(prefix, "0123456789abcdef") != "" || len(prefix) < 4 || len(prefix) > 32) {
		return nil, usage(fmt.Sprintf("--call %q is neither a number from 1 nor the id of a call", name), "spaniel read "+file+" -o csv --only call lists them")
	}
	var found []*foundCall
	n := 0
	none, err := detect.Load(nil, detect.LoadOptions{Meanings: meanings(cfg)})
	if err != nil {
		return nil, err
	}
	err = a.replay(ctx, cfg, file, sensor.Config{Rules: none}, func(it *event.Item) {
		if it.Kind != event.KindCall {
			return
		}
		n++
		if byNumber && n == number || !byNumber && len(found) < 2 && strings.HasPrefix(it.Call.ID.String(), prefix) {
			c := it.Call
			found = append(found, &foundCall{n, c.ID, fmt.Sprintf("%s %s%s -> %d", clipped(c.Method), clipped(c.Host), clipped(c.Target), c.Status)})
		}
	})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, usage(fmt.Sprintf("--call: several calls have an id that begins with %s", name), "give more digits")
	}
	return nil, usage(fmt.Sprintf("--call: %s has no call %s; it has %s", file, name, counted(uint64(n), "call")), "spaniel read "+file+" -o csv --only call lists them")
}

// explanation reads the capture again and explains the call.
func (a *app) explanation(ctx context.Context, cfg *config.Config, set *detect.Set, rule, file string, call event.ID) (*detect.Explanation, error) {
	none, err := detect.Load(nil, detect.LoadOptions{Meanings: meanings(cfg)})
	if err != nil {
		return nil, err
	}
	sc := a.toolSensor(cfg, none)
	judging, err := sc.Judging(redact.New(a.key(cfg), redactOption(cfg)))
	if err != nil {
		return nil, err
	}
	x := detect.NewExplainer(set, rule, call, judging)
	sc.Where = func(c *event.Call) bool { x.Judge(c); return true }
	err = a.replay(ctx, cfg, file, sc, func(it *event.Item) {
		if it.Kind == event.KindCall {
			x.Turn(it.Call.ID, it.Order)
		}
	})
	if err != nil {
		return nil, err
	}
	return x.End(), nil
}

// toolSensor is the sensor with which tools read captures: in one goroutine, so
// that what they look at needs no locks.
func (a *app) toolSensor(cfg *config.Config, set *detect.Set) sensor.Config {
	return sensor.Config{Name: "file", Zone: cfg.Sensor.Zone, Version: version, Workers: 1, Rules: set, Backlog: backlog(cfg), Portion: portion(cfg),
		Decode: decodeConfig(cfg), Limits: detectLimits(cfg), Learned: learnedLimits(cfg), Redactor: redact.New(a.key(cfg), redactOption(cfg))}
}

// replay reads a capture through a sensor; a zero Redactor in sc stands for the
// sensor of tools with those rules.
func (a *app) replay(ctx context.Context, cfg *config.Config, file string, sc sensor.Config, use func(*event.Item)) error {
	if sc.Redactor == nil {
		sc = a.toolSensor(cfg, sc.Rules)
	}
	return a.replayAll(ctx, []string{file}, sc, use)
}

// replayAll reads captures as one through a sensor.
func (a *app) replayAll(ctx context.Context, files []string, sc sensor.Config, use func(*event.Item)) error {
	src, err := openAll(ctx, files, a.in)
	if err != nil {
		return err
	}
	s, err := sensor.New(sc, func(it *event.Item) event.CallFate { use(it); return event.CallAcked })
	if err == nil {
		bar := a.progress(shownName(files[0]), src)
		err = s.Run(ctx, src)
		bar.stop()
	}
	if err == nil {
		err = ctx.Err()
	}
	if cerr := src.Close(); err == nil {
		err = cerr
	}
	return err
}
