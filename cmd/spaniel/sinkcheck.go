package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/render"
	"spaniel/sinks"
	"spaniel/sinks/all"
)

func newSinks(a *app) *cobra.Command {
	return group("sinks", "List the configured sinks, or send one a test alert", "  spaniel sinks list\n  spaniel sinks test soc", newSinksList(a), newSinksTest(a))
}

func newSinksList(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the configured sinks",
		Example: "  spaniel sinks list -c spaniel.yaml",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			_, list, err := a.sinks()
			if err != nil {
				return err
			}
			res, err := render.NewResult(a.screen(a.out), format, []string{"name", "type", "kinds", "min_severity", "rules", "categories", "refs", "max_per_minute"})
			if err != nil {
				return err
			}
			for _, s := range list {
				least := ""
				if s.MinSeverity != 0 {
					least = s.MinSeverity.String()
				}
				var kinds []string
				for _, k := range s.Kinds {
					kinds = append(kinds, k.String())
				}
				most := ""
				if s.MaxPerMinute != 0 {
					most = strconv.Itoa(s.MaxPerMinute)
				}
				if err := res.Row([]any{s.Name, s.Type, strings.Join(kinds, " "), least,
					strings.Join(s.Rules, " "), strings.Join(s.Categories, " "), strings.Join(s.Refs, " "), most}); err != nil {
					return err
				}
			}
			return res.Close()
		},
	}
	c.Flags().StringVarP(&format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	return c
}

func newSinksTest(a *app) *cobra.Command {
	var create bool
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "test NAME",
		Short: "Send one marked alert to a sink, and say what the far end answers",
		Long: `Test sends one alert of rule spaniel-test, severity info, straight to the sink: not through the
spool, and whatever min_severity says. It is delivered when the destination says so; where a
protocol has no answer, as syslog, when the peer's TCP has taken it; over UDP nobody says. Of Kafka it looks for each topic that
the sink's kinds need, and for that of the dead letters.

With --create it first makes what the sink needs there: topics in Kafka, the index template in
Elasticsearch or OpenSearch. ` + "`spaniel store migrate`" + ` makes the tables of ClickHouse; nothing else of Spaniel
creates anything in a destination.`,
		Example: "  spaniel sinks test soc -c spaniel.yaml\n  spaniel sinks test search --create",
		Args:    exactArgs(1, "the name of a sink"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, list, err := a.sinks()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return a.testSink(ctx, cfg, list, args[0], create)
		},
	}
	c.Flags().BoolVar(&create, "create", false, "make what the sink needs in its destination")
	c.Flags().DurationVar(&timeout, "timeout", 15*time.Second, "give up after this `TIME`")
	return c
}

func (a *app) sinks() (*config.Config, []*all.Sink, error) {
	cfg, _, err := a.config()
	if err != nil {
		return nil, nil, err
	}
	list, err := checkedSinks(cfg, a.out)
	return cfg, list, err
}

// A creator makes what its sink needs in the destination, and says what.
type creator interface {
	Create(ctx context.Context) (string, error)
}

func (a *app) testSink(ctx context.Context, cfg *config.Config, list []*all.Sink, name string, create bool) (err error) {
	s, err := namedSink(list, name)
	if err != nil {
		return err
	}
	w, err := s.Open()
	if err != nil {
		return usage(err.Error(), "spaniel config check -c FILE")
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if create {
		if err := a.createAt(ctx, s, w); err != nil {
			return err
		}
	}
	alert := testAlert(cfg, time.Now())
	it := event.Item{Kind: event.KindAlert, Alert: alert}
	start := time.Now()
	b := &sinks.Batch{First: 1, Last: 1, Records: []sinks.Record{{Seq: 1, Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)}}}
	if err := w.Write(ctx, b); err != nil {
		return &problem{code: exitFailure, what: "the test alert was not delivered", where: "sink " + name, why: reachable(err), cause: err, fix: remedyOf(s, err)}
	}
	took := time.Since(start)
	if err := a.checkAt(ctx, s, w); err != nil {
		return err
	}
	a.hint("sink %s (%s): %s; look for the alert %s of rule %s", name, s.Type, arrival(w, took), alert.ID, alert.Rule.ID)
	return nil
}

// A blind writer is one whose destination may say nothing of what it got.
type blind interface {
	// Blind reports that it says nothing.
	Blind() bool
}

// arrival says what is known of what was written.
func arrival(w sinks.Writer, took time.Duration) string {
	if b, ok := w.(blind); ok && b.Blind() {
		return "sent; whether it arrived nobody says over UDP"
	}
	if took < time.Millisecond {
		return "delivered in " + took.Round(time.Microsecond).String()
	}
	return "delivered in " + took.Round(time.Millisecond).String()
}

func (a *app) createAt(ctx context.Context, s *all.Sink, w sinks.Writer) error {
	c, ok := w.(creator)
	if !ok {
		return usage(fmt.Sprintf("sink %s (%s) has nothing to create", s.Name, s.Type), "leave out --create")
	}
	made, err := c.Create(ctx)
	if err != nil {
		return &problem{code: exitFailure, what: "it could not be created", where: "sink " + s.Name, why: err.Error(), cause: err}
	}
	a.hint("sink %s: %s", s.Name, made)
	return nil
}

// A checker looks for what records of some kinds need in the destination, and
// notes what is missing that can be done without.
type checker interface {
	Check(ctx context.Context, kinds []event.Kind) (notes []string, err error)
}

func (a *app) checkAt(ctx context.Context, s *all.Sink, w sinks.Writer) error {
	c, ok := w.(checker)
	if !ok {
		return nil
	}
	notes, err := c.Check(ctx, s.Kinds)
	if err != nil {
		return &problem{code: exitFailure, what: "the test alert was delivered, but records of other kinds would not be", where: "sink " + s.Name, why: reachable(err), cause: err, fix: remedyOf(s, err)}
	}
	for _, n := range notes {
		a.hint("sink %s: %s", s.Name, n)
	}
	return nil
}

func namedSink(list []*all.Sink, name string) (*all.Sink, error) {
	var names []string
	for i := range list {
		if list[i].Name == name {
			return list[i], nil
		}
		names = append(names, list[i].Name)
	}
	if len(names) == 0 {
		return nil, usage("no sink is configured", "spaniel config init shows how; name the file with -c")
	}
	return nil, usage(fmt.Sprintf("there is no sink %q", name), suggestion(name, names, "spaniel sinks list"))
}

// reachable says what a deadline that has passed means.
func reachable(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time: " + err.Error()
	}
	return err.Error()
}

// remedyOf is what to do about a destination that answers, but does not take it.
func remedyOf(s *all.Sink, err error) string {
	var net net.Error
	if errors.As(err, &net) || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	if s.Type == "kafka" || s.Type == "elastic" {
		return "spaniel sinks test " + s.Name + " --create makes what the sink needs there, if that is what is missing"
	}
	return ""
}

// testAlert is marked as a test in each field that a person may look at.
func testAlert(cfg *config.Config, now time.Time) *event.Alert {
	at := event.Nanos(now.UnixNano())
	return &event.Alert{Schema: event.AlertSchema, ID: event.AlertID("spaniel-test", now.UTC().Format(time.RFC3339Nano)), DedupKey: "spaniel-test",
		Time: at, FirstSeen: at, LastSeen: at, Count: 1, State: "open", Severity: event.Info, SevNum: uint16(event.Info), Confidence: 1, Outcome: event.Unknown,
		Rule:    event.AlertRule{ID: "spaniel-test", Title: "Test of a sink", Category: "posture/test"},
		Sensor:  event.AlertSensor{Name: sensorName(cfg), Zone: cfg.Sensor.Zone, Version: version},
		Message: "This is a test of the way from Spaniel to here, and no finding", SpooledDay: now.UTC().Format(time.DateOnly)}
}
