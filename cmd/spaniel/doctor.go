package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/doctor"
	"spaniel/internal/render"
	"spaniel/internal/sensor"
	"spaniel/sinks/redact"
)

// doctorOptions are the flags of doctor.
type doctorOptions struct {
	ifaces []string
	files  []string
	filter string
	look   time.Duration
	format string
}

func newDoctor(a *app) *cobra.Command {
	var o doctorOptions
	c := &cobra.Command{
		Use:   "doctor [-i IFACE]",
		Short: "Look at the interface, the mirror, the clock, the disk and the sinks, and say what to type",
		Long: `Doctor looks at what a sensor depends on: the right to capture, the interface and its link,
features of the card that spoil a capture, the traffic that arrives (both directions? cut, doubled,
tagged in two ways, encrypted, lost?), the clock, the disk, and a running sensor's sinks. It captures
for a while, keeps nothing, and says for each finding what to type. With -r it looks at the traffic in
capture files instead.

Exit code 1 says that something is bad.`,
		Example: `  sudo spaniel doctor -i eth1
  spaniel doctor -i eth1 --for 1m -o json
  spaniel doctor -r capture.pcap`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(o.format); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return a.doctor(ctx, &o)
		},
	}
	f := c.Flags()
	f.StringSliceVarP(&o.ifaces, "interface", "i", nil, "network `INTERFACE` to look at; may be repeated")
	f.StringArrayVarP(&o.files, "read", "r", nil, "look at the traffic in a capture `FILE` instead; may be repeated")
	f.StringVarP(&o.filter, "filter", "f", "", "`BPF` filter, as tcpdump takes it")
	f.DurationVar(&o.look, "for", 10*time.Second, "capture for this `TIME`")
	f.StringVarP(&o.format, "output", "o", "table", "output: table, json, ndjson, csv or vertical")
	return c
}

func (a *app) doctor(ctx context.Context, o *doctorOptions) error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	var found []doctor.Finding
	if len(o.files) > 0 {
		found, err = a.lookAtFiles(ctx, cfg, o.files)
	} else {
		found, err = a.lookAtMachine(ctx, cfg, o)
	}
	if err != nil {
		return err
	}
	res, err := render.NewResult(a.screen(a.out), o.format, []string{"check", "level", "found", "do"})
	if err != nil {
		return err
	}
	for _, f := range found {
		if err := res.Row([]any{f.Check, f.Level.String(), f.What, f.Fix}); err != nil {
			return err
		}
	}
	if err := res.Close(); err != nil {
		return err
	}
	if doctor.Worst(found) == doctor.Bad {
		return exitCode(exitFailure)
	}
	return nil
}

// lookAtMachine checks all that a sensor here would depend on.
func (a *app) lookAtMachine(ctx context.Context, cfg *config.Config, o *doctorOptions) (found []doctor.Finding, err error) {
	live, err := liveConfigs("doctor", cfg, o.ifaces, o.filter)
	if err != nil {
		return nil, err
	}
	for _, c := range live {
		about := doctor.Interface(c.Interface)
		found = append(found, about...)
		if doctor.Worst(about) == doctor.Bad {
			continue
		}
		seen, err := a.lookAtInterface(ctx, cfg, c, o.look)
		if err != nil {
			return nil, err
		}
		found = append(found, seen...)
	}
	path, _ := a.storeFile(cfg)
	found = append(found, doctor.Clock(), doctor.Disk("disk of the spool", spoolDir(cfg), uint64(cfg.Spool.Max)), doctor.Disk("disk of the store", path, 1<<30))
	return append(found, a.lookAtSinks(ctx, cfg)...), nil
}

// lookAtInterface captures for a while.
func (a *app) lookAtInterface(ctx context.Context, cfg *config.Config, c capture.LiveConfig, look time.Duration) ([]doctor.Finding, error) {
	src, err := capture.OpenLive(c)
	var denied *capture.PermissionError
	if errors.As(err, &denied) {
		return []doctor.Finding{{Check: "rights", Level: doctor.Bad, What: denied.Problem, Fix: ofThisProgram(denied.Remedy)}}, nil
	}
	if err != nil {
		return nil, err
	}
	a.hint("looking at %s for %s", c.Interface, look)
	ctx, stop := context.WithTimeout(ctx, look)
	defer stop()
	found := []doctor.Finding{{Check: "rights", What: "this process may capture"}}
	seen, err := examine(ctx, cfg, src, c.Interface, true)
	st, serr := src.Stats()
	if err = errors.Join(err, serr, src.Close()); err != nil {
		return nil, err
	}
	return append(append(found, seen...), doctor.Drops(st.Received, st.KernelDrops, st.IfaceDrops)), nil
}

func (a *app) lookAtFiles(ctx context.Context, cfg *config.Config, files []string) ([]doctor.Finding, error) {
	list, err := capture.List(files)
	if err != nil {
		return nil, err
	}
	src, err := openAll(ctx, list, a.in)
	if err != nil {
		return nil, err
	}
	found, err := examine(ctx, cfg, src, "IFACE", false)
	return found, errors.Join(err, src.Close())
}

// examine judges the traffic of a source, without any rule.
func examine(ctx context.Context, cfg *config.Config, src capture.Source, iface string, live bool) ([]doctor.Finding, error) {
	set, err := detect.Load(nil, detect.LoadOptions{})
	if err != nil {
		return nil, err
	}
	t := doctor.Traffic{Live: live}
	sc := sensor.Config{Rules: set, Decode: decodeConfig(cfg), Redactor: redact.New(make([]byte, 32), redact.Option{})}
	if live {
		sc.Now = func() int64 { return time.Now().UnixNano() }
	}
	s, err := sensor.New(sc, func(it *event.Item) event.CallFate {
		switch it.Kind {
		case event.KindFlow:
			t.Flow(it.Flow)
		case event.KindLoss:
			t.Loss(it.Note)
		}
		return event.CallAcked
	})
	if err != nil {
		return nil, err
	}
	if err := s.Run(ctx, watcher(src, &t)); err != nil {
		return nil, err
	}
	led := s.Ledger()
	return t.Findings(&led, iface), nil
}

// watcher lets t see the frames of a source that pass.
func watcher(src capture.Source, t *doctor.Traffic) capture.Source {
	w := frameWatcher{src, t}
	if l, is := src.(*capture.Live); is {
		return &liveWatcher{w, l}
	}
	return &w
}

type frameWatcher struct {
	capture.Source
	t *doctor.Traffic
}

func (w *frameWatcher) Next(f *event.Frame) error {
	err := w.Source.Next(f)
	if err == nil {
		w.t.Frame(f)
	}
	return err
}

// A liveWatcher can be stopped, and compares clocks.
type liveWatcher struct {
	frameWatcher
	live *capture.Live
}

func (w *liveWatcher) Stop() { w.live.Stop() }

func (w *liveWatcher) Next(f *event.Frame) error {
	err := w.frameWatcher.Next(f)
	if err == nil && w.t.Frames&0xff == 1 { // now and then is enough
		w.t.Skew = f.Time - time.Now().UnixNano()
	}
	return err
}

// lookAtSinks asks a running sensor how its sinks are.
func (a *app) lookAtSinks(ctx context.Context, cfg *config.Config) []doctor.Finding {
	r, err := readiness(ctx, cfg)
	if err != nil {
		list, err := checkedSinks(cfg, a.out)
		if err != nil {
			return []doctor.Finding{{Check: "sinks", Level: doctor.Bad, What: firstLines(err.Error(), 300), Fix: "spaniel config check"}}
		}
		fix := ""
		if len(list) > 0 {
			fix = "spaniel sinks test " + list[0].Name
		}
		return []doctor.Finding{{Check: "sensor", Level: doctor.Note, What: fmt.Sprintf("none answers at %s; %s configured", cfg.API.Listen, counted(uint64(len(list)), "sink")), Fix: fix}}
	}
	found := []doctor.Finding{{Check: "sensor", What: "one runs and answers at " + cfg.API.Listen}}
	if r.Rules != "ok" {
		found[0] = doctor.Finding{Check: "sensor", Level: doctor.Warn, What: strings.TrimSpace(r.Rules + ": " + r.Problem), Fix: "spaniel rules lint"}
	}
	for _, s := range r.Sinks {
		f := doctor.Finding{Check: "sink " + s.Name, What: fmt.Sprintf("takes what it is given; %d records wait", s.QueueRecords)}
		if !s.Healthy {
			f.Level, f.What, f.Fix = doctor.Bad, s.Problem, "spaniel sinks test "+s.Name
		}
		found = append(found, f)
	}
	return found
}
