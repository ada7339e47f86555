package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"spaniel/internal/config"
	"spaniel/internal/render"
	"spaniel/sinks/spool"
)

func newSpool(a *app) *cobra.Command {
	return group("spool", "Look at the disk queue between detection and the sinks, or send from it again",
		"  spaniel spool status\n  spaniel spool verify\n  spaniel spool replay soc --records 100", newSpoolStatus(a), newSpoolVerify(a), newSpoolReplay(a))
}

func newSpoolStatus(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "status",
		Short: "Show how far each sink has come",
		Long: `Status shows, for each sink and log, the last record delivered, how many on disk are behind it, and
how many were gone before the sink had them. It changes nothing, and the sensor may run.`,
		Example: "  spaniel spool status\n  spaniel spool status -o json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			_, reports, err := a.inspectSpool(false)
			if err != nil {
				return err
			}
			return a.spoolStatus(reports, format)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	return c
}

func (a *app) inspectSpool(verify bool) (*config.Config, []spool.Report, error) {
	cfg, _, err := a.config()
	if err != nil {
		return nil, nil, err
	}
	dir := spoolDir(cfg)
	reports, err := spool.Inspect(dir, verify)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, &problem{code: exitInput, what: "there is no spool", where: dir, cause: err, fix: "spaniel run makes it; spool.path of the configuration, or -c, says where it is"}
	}
	return cfg, reports, err
}

func (a *app) spoolStatus(reports []spool.Report, format string) error {
	res, err := render.NewResult(a.screen(a.out), format, []string{"log", "sink", "acked", "lag", "lost", "damaged"})
	if err != nil {
		return err
	}
	for _, r := range reports {
		for _, c := range r.Cursors {
			if err := res.Row([]any{r.Log.String(), c.Sink, c.Acked, c.Lag, c.Lost, c.Damaged}); err != nil {
				return err
			}
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	for _, r := range reports {
		a.hint("%s: %s in %s, records %s to %s", r.Log, amount(uint64(r.Bytes())), counted(uint64(len(r.Segments)), "segment"), grouped(r.First), grouped(r.Last))
	}
	return nil
}

func newSpoolVerify(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Read every record, and say what is damaged",
		Long: `Verify reads all segments and checks each record's sum. Exit code 1 says that something is damaged:
how many records are missing, and in which file. It changes nothing, and the sensor may run.`,
		Example: "  spaniel spool verify",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, reports, err := a.inspectSpool(true)
			if err != nil {
				return err
			}
			return a.spoolVerified(reports)
		},
	}
}

func (a *app) spoolVerified(reports []spool.Report) error {
	whole := true
	for i := range reports {
		r := &reports[i]
		whole = whole && r.Whole()
		if _, err := fmt.Fprintf(a.out, "%s: %s whole, %s missing, in %s\n", r.Log, counted(r.Records, "record"), grouped(r.Missing), counted(uint64(len(r.Segments)), "segment")); err != nil {
			return err
		}
		if err := a.damage(r); err != nil {
			return err
		}
	}
	if !whole {
		return exitCode(exitFailure)
	}
	return nil
}

func (a *app) damage(r *spool.Report) error {
	for _, s := range r.Segments {
		said := ""
		switch {
		case s.Unreadable:
			said = "its header is damaged: none of its records can be read"
		case s.Damaged > 0:
			said = counted(s.Damaged, "record") + " damaged"
		case s.Tail > 0:
			said = fmt.Sprintf("%d bytes behind the last whole record: being written, or torn by a crash, which the next start cuts off", s.Tail)
		default:
			continue
		}
		if _, err := fmt.Fprintf(a.out, "  %s: %s\n", s.Path, said); err != nil {
			return err
		}
	}
	for _, c := range r.Cursors {
		if c.Damaged {
			if _, err := fmt.Fprintf(a.out, "  the cursor of sink %s is damaged: it will begin with the oldest record there is\n", c.Sink); err != nil {
				return err
			}
		}
	}
	return nil
}

func newSpoolReplay(a *app) *cobra.Command {
	var records uint64
	var logName string
	c := &cobra.Command{
		Use:   "replay SINK",
		Short: "Send a sink again what is still on disk",
		Long: `Replay sets a sink's cursor back, so that the next start of the sensor sends it again what is still in
the spool: the last --records of them, or all. What every sink has is removed from the spool, segment
by segment, so this reaches as far back as the slowest of them, and a little further.
The receiver drops what has an id that it knows. The sensor must not run.`,
		Example: "  spaniel spool replay soc\n  spaniel spool replay lake --log calls --records 10000",
		Args:    exactArgs(1, "the name of a sink"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneWord("--log", logName, []string{"alerts", "calls"}); err != nil {
				return err
			}
			which := spool.Alerts
			if logName == "calls" {
				which = spool.Calls
			}
			return a.spoolReplay(args[0], which, records)
		},
	}
	c.Flags().Uint64Var(&records, "records", 0, "only the last `N`; 0 is all")
	c.Flags().StringVar(&logName, "log", "alerts", "which log: alerts, or calls, which holds everything else")
	return c
}

func (a *app) spoolReplay(sink string, which spool.Which, records uint64) error {
	cfg, reports, err := a.inspectSpool(false)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range reports[which].Cursors {
		names = append(names, c.Sink)
	}
	known := false
	for _, n := range names {
		known = known || n == sink
	}
	if !known {
		return usage(fmt.Sprintf("no sink %q has a cursor in the log of %s", sink, which), suggestion(sink, names, "spaniel spool status"))
	}
	again, err := spool.Rewind(spoolDir(cfg), sink, which, records)
	if errors.Is(err, spool.ErrLocked) {
		return &problem{code: exitFailure, what: "the sink's place cannot be changed while something uses the spool", where: spoolDir(cfg), cause: err,
			fix: "stop spaniel run, and spaniel forward if that sends; then again"}
	}
	if err != nil {
		return err
	}
	a.hint("sink %s will get %s again", sink, counted(again, "record"))
	return nil
}
