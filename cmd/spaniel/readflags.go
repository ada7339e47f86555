package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
)

// readOptions are the flags of read as typed, and what became of them.
type readOptions struct {
	format     string
	only       []string
	alertsOnly bool
	where      string
	rules      []string
	noRules    bool
	save       bool
	failOn     string
	workers    int
	join       bool
	verbose    bool
	explain    bool
	flowList   bool
	filter     string
	limit      int // alerts in a table; 0 is what suits it

	kinds    map[event.Kind]bool
	severity event.Severity // 0 without --fail-on
	chooser  *detect.Where  // nil without --where
}

func (o *readOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&o.format, "output", "o", "table", "output: table, ndjson, csv or json")
	f.StringSliceVar(&o.only, "only", nil, "kinds of record: call, alert, flow, anomaly, fact, loss; several with commas")
	f.BoolVar(&o.alertsOnly, "alerts-only", false, "the same as --only alert")
	f.StringVar(&o.where, "where", "", "show only the calls for which this `EXPR` holds; all calls are judged")
	f.StringArrayVar(&o.rules, "rules", nil, "rules of this file or directory as well; may be repeated")
	f.BoolVar(&o.noRules, "no-rules", false, "judge nothing: calls, flows and what was odd or lost, but no alerts; for speed")
	f.BoolVar(&o.save, "save", false, "keep what was found in the embedded store")
	f.StringVar(&o.failOn, "fail-on", "", "exit with code 3 if there is an alert of this `SEVERITY` or above")
	f.IntVar(&o.workers, "workers", 0, "goroutines that decode and judge; the result is the same for any number (default: one a core)")
	f.BoolVar(&o.join, "join", false, "read several files as one capture, by time")
	f.IntVar(&o.limit, "limit", 0, "show at most `N` alerts in a table, the worst (default 50, or 10,000 with --only alert)")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "print the ledger: what came in and what became of it")
	f.BoolVar(&o.explain, "explain-losses", false, "print the first examples of each reason why packets or bytes became no call, with frame numbers")
	f.BoolVar(&o.flowList, "flows", false, "print the flows: what they spoke, and how they ended")
	f.StringVarP(&o.filter, "filter", "f", "", "read only packets that match this `BPF` expression")
}

// check validates the flags before any file is touched.
func (o *readOptions) check() (err error) {
	switch o.format {
	case "table", "ndjson", "csv", "json":
	default:
		return usage(fmt.Sprintf("unknown output format %q", o.format), suggestion(o.format, []string{"table", "ndjson", "csv", "json"}, "use -o table, ndjson, csv or json"))
	}
	if o.alertsOnly {
		o.only = append(o.only, "alert")
	}
	if err := o.parseKinds(); err != nil {
		return err
	}
	if o.format == "csv" && len(o.kinds) != 1 {
		return usage("csv holds one kind of record", "choose it: --only call, or --only alert")
	}
	if o.noRules && (len(o.rules) > 0 || o.failOn != "" || len(o.kinds) == 1 && o.kinds[event.KindAlert]) {
		return usage("--no-rules leaves nothing that alerts", "leave out --no-rules, or --rules, --fail-on and --only alert")
	}
	if o.failOn != "" {
		if o.severity, err = severity("--fail-on", o.failOn); err != nil {
			return err
		}
	}
	if o.workers < 0 || o.workers > 64 {
		return usage(fmt.Sprintf("--workers %d: use 1 to 64", o.workers), "")
	}
	if o.limit < 0 || o.limit > maxLimit {
		return usage(fmt.Sprintf("--limit %d: use 1 to %d", o.limit, maxLimit), "")
	}
	if o.limit == 0 {
		o.limit = o.usualLimit()
	}
	if o.filter != "" {
		if err := capture.CheckFilter(o.filter); err != nil {
			return err
		}
	}
	return err
}

// maxLimit bounds the alerts that a table holds in memory.
const maxLimit = 1_000_000

// usualLimit is how many alerts a table shows unless told.
func (o *readOptions) usualLimit() int {
	if len(o.kinds) == 1 {
		return 10_000
	}
	return 50
}

func (o *readOptions) parseKinds() error {
	o.kinds = map[event.Kind]bool{}
	var names []string
	byName := map[string]event.Kind{}
	for _, k := range event.Kinds() {
		names = append(names, k.String())
		byName[k.String()] = k
	}
	for _, word := range o.only {
		k, ok := byName[strings.TrimSpace(word)]
		if !ok {
			return usage(fmt.Sprintf("--only: unknown kind %q", word), suggestion(word, names, "use "+strings.Join(names, ", ")))
		}
		o.kinds[k] = true
	}
	switch {
	case len(o.only) > 0:
	case o.format == "csv":
		o.kinds[event.KindCall] = true
	default:
		for _, k := range event.Kinds() {
			o.kinds[k] = true
		}
	}
	return nil
}
