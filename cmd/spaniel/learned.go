package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/detect/learned"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/render"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

func newLearned(a *app) *cobra.Command {
	return group("learned", "Show or forget what was learned of the API", "  spaniel learned show\n  spaniel learned reset", newLearnedShow(a), newLearnedReset(a))
}

func newLearnedShow(a *app) *cobra.Command {
	var format, host string
	var fields, baselines bool
	c := &cobra.Command{
		Use:   "show [CAPTURE]",
		Short: "Show what was learned of each endpoint",
		Long: `Show lists the endpoints that the sensor has learned, as it last kept them: how many calls
worked, over what time, how they were authenticated, and how a route came about whose
segments take many values. Rules say "usually" of an endpoint only where known is true.
With a capture it shows what that alone teaches.`,
		Example: `  spaniel learned show
  spaniel learned show --host shop.example
  spaniel learned show --fields      the fields of each endpoint, and their types
  spaniel learned show capture.pcap -o json`,
		Args: atMostOne("a capture file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			f, err := a.facts(cmd.Context(), cfg, args)
			if err != nil {
				return err
			}
			switch {
			case fields:
				return a.showFields(f, format, host)
			case baselines:
				return a.showBaselines(f, format)
			}
			return a.showLearned(f, format, host)
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	c.Flags().StringVar(&host, "host", "", "only endpoints of this `HOST`")
	c.Flags().BoolVar(&baselines, "baselines", false, "list what is usual in windows of rules that ask for it, by rule and key")
	c.Flags().BoolVar(&fields, "fields", false, "list the fields of requests with their types, and of responses by the callers' roles")
	return c
}

func newLearnedReset(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "reset",
		Short: "Forget what was learned",
		Long: `Reset removes the file in which the sensor keeps what it has learned. A sensor that runs
notices that when it would keep it next, within five minutes, and starts anew as well.`,
		Example: "  spaniel learned reset",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, _, err := a.config()
			if err != nil {
				return err
			}
			path := learnedFile(cfg)
			switch err := os.Remove(path); {
			case errors.Is(err, fs.ErrNotExist):
				a.hint("nothing was learned: there is no %s", path)
			case err != nil:
				return &problem{code: exitInput, what: "what was learned cannot be removed", where: path, why: config.Cause(err), cause: err, fix: "run it as the user that runs the sensor"}
			default:
				a.hint("forgotten: %s", path)
			}
			return nil
		},
	}
}

func learnedFile(cfg *config.Config) string {
	if cfg.Learned.File != "" {
		return cfg.Learned.File
	}
	return filepath.Join(dataDir(), "learned")
}

func learnedLimits(cfg *config.Config) learned.Limits {
	l := learned.Limits{Calls: uint64(cfg.Learned.Calls), Time: time.Duration(cfg.Learned.Time)}
	if share := memoryShare(cfg); share < 1 {
		l.Endpoints, l.Sessions, l.Fields = max(1, int(learned.DefaultEndpoints*share)), max(1, int(learned.DefaultSessions*share)), max(1, int(learned.DefaultFields*share))
	}
	return l
}

// facts are those that are kept, or what a capture teaches.
func (a *app) facts(ctx context.Context, cfg *config.Config, captures []string) (*learned.Facts, error) {
	if len(captures) == 0 {
		f, err := learned.Load(learnedFile(cfg), learnedLimits(cfg))
		if err != nil {
			return nil, &problem{code: exitInput, what: "what was learned cannot be read", where: learnedFile(cfg), why: err.Error(), cause: err, fix: "spaniel learned reset removes it"}
		}
		return f, nil
	}
	set, err := loadRules(cfg, nil)
	if err != nil {
		return nil, err
	}
	src, err := capture.Open(captures[0])
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var kept []byte
	s, err := sensor.New(sensor.Config{Version: version, Rules: set, Decode: decodeConfig(cfg), Limits: detectLimits(cfg), Redactor: redact.New(a.key(cfg), redactOption(cfg)),
		Learn: true, Learned: learnedLimits(cfg), Keep: func(encoded []byte) bool { kept = encoded; return true }}, func(*event.Item) event.CallFate { return event.CallAcked })
	if err != nil {
		return nil, err
	}
	if err := s.Run(ctx, src); err != nil {
		return nil, err
	}
	return learned.Decode(kept, learnedLimits(cfg))
}

func (a *app) showLearned(f *learned.Facts, format, host string) error {
	res, err := render.NewResult(a.screen(a.out), format, []string{"method", "host", "route", "calls", "first", "last", "known", "auth", "roles", "callers", "why"})
	if err != nil {
		return err
	}
	n := uint64(0)
	for _, e := range f.Endpoints() {
		if host != "" && e.Host() != host {
			continue
		}
		n++
		row := []any{e.Method(), e.Host(), e.Route(), e.Calls, packetTime(e.First), packetTime(e.Last), f.Enough(e, e.Last), authShares(e), roleShares(e), callersOf(e), e.Why()}
		if err := res.Row(row); err != nil {
			return err
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	c := f.Counts()
	a.hint("%s; %s whose user is known", counted(n, "endpoint"), counted(uint64(c.Sessions), "session"))
	if c.Evicted > 0 {
		a.hint("note: %s had to go for others: limits.memory is small for this API, or it is flooded", counted(c.Evicted, "endpoint"))
	}
	return nil
}

// showFields lists what was learned of fields: those of requests, then what the
// callers of each role were given.
func (a *app) showFields(f *learned.Facts, format, host string) error {
	res, err := render.NewResult(a.screen(a.out), format, []string{"method", "host", "route", "in", "field", "calls", "types"})
	if err != nil {
		return err
	}
	for _, e := range f.Endpoints() {
		if host != "" && e.Host() != host {
			continue
		}
		places, known := e.Fields()
		for i, k := range known {
			if err := res.Row([]any{e.Method(), e.Host(), e.Route(), "request", places[i], k.Calls, typeShares(k)}); err != nil {
				return err
			}
		}
		for _, role := range e.Roles() {
			for _, r := range e.Returned(role) {
				if err := res.Row([]any{e.Method(), e.Host(), e.Route(), "response to " + role, r.Name, r.Calls, ""}); err != nil {
					return err
				}
			}
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	c := f.Counts()
	a.hint("%s of %s", counted(uint64(c.Fields), "field"), counted(uint64(c.Endpoints), "endpoint"))
	if c.FieldsBeyond > 0 {
		a.hint("note: there was no room for a field %s times", grouped(c.FieldsBeyond))
	}
	return nil
}

// showBaselines lists what is usual in windows: over all periods, and at how
// many hours of the day that was seen on days enough to stand for itself.
func (a *app) showBaselines(f *learned.Facts, format string) error {
	res, err := render.NewResult(a.screen(a.out), format, []string{"rule", "key", "aggregate", "usual", "periods", "hours", "last"})
	if err != nil {
		return err
	}
	n := uint64(0)
	for _, b := range f.Baselines {
		for _, u := range b.Of {
			n++
			if err := res.Row([]any{b.Rule, b.Key, u.Aggregate, u.Mean, u.N, len(u.Hours), packetTime(b.Last)}); err != nil {
				return err
			}
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	a.hint("%s", counted(n, "baseline"))
	return nil
}

// typeShares says what a field's values looked like: "digits 98%, word 2%".
func typeShares(k *learned.Field) string {
	var parts []string
	for i, name := range learned.TypeNames() {
		if n := k.Types[i]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.4g%%", name, 100*float64(n)/float64(k.Calls)))
		}
	}
	return strings.Join(parts, ", ")
}

func packetTime(ns int64) string { return time.Unix(0, ns).UTC().Format(time.DateTime) }

// authShares says how calls were authenticated: "jwt 97.5%, none 2.5%".
func authShares(e *learned.Endpoint) string {
	var parts []string
	for i, name := range learned.AuthNames() {
		if n := e.Auth[i]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.4g%%", name, 100*float64(n)/float64(e.Calls)))
		}
	}
	return strings.Join(parts, ", ")
}

// roleShares says in what roles an endpoint was called.
func roleShares(e *learned.Endpoint) string {
	var parts []string
	names, calls, all := e.CalledBy()
	for i, name := range names {
		parts = append(parts, fmt.Sprintf("%s %.4g%%", name, 100*float64(calls[i])/float64(all)))
	}
	return strings.Join(parts, ", ")
}

// callersOf is how many different callers an endpoint had.
func callersOf(e *learned.Endpoint) string {
	n, more := e.Callers()
	if more {
		return "more than " + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// A keeper keeps what the sensor learned in its file.
type keeper struct {
	path string
	log  *zap.Logger
	// was says that the file was there when it was last looked for.
	was, failing bool
}

// openKeeper reads what was kept. A torn file is said, and what was in it is
// learned anew.
func openKeeper(path string, lim learned.Limits, log *zap.Logger) (*keeper, *learned.Facts) {
	k := &keeper{path: path, log: log}
	f, err := learned.Load(path, lim)
	if err != nil {
		log.Warn("what was learned cannot be read; learning starts anew", zap.String("file", path), zap.Error(err))
		return k, learned.New(lim)
	}
	_, err = os.Stat(path)
	k.was = err == nil
	return k, f
}

// keep writes the facts; false says that they were reset: their file is gone.
func (k *keeper) keep(encoded []byte) bool {
	if _, err := os.Stat(k.path); k.was && errors.Is(err, fs.ErrNotExist) {
		k.was = false
		k.log.Info("what was learned is forgotten: its file was removed", zap.String("file", k.path))
		return false
	}
	err := os.MkdirAll(filepath.Dir(k.path), 0o700)
	if err == nil {
		err = learned.Write(k.path, encoded)
	}
	if err != nil && !k.failing {
		k.log.Error("what was learned cannot be kept; it stays in memory", zap.Error(err))
	}
	k.failing, k.was = err != nil, err == nil || k.was
	return true
}
