package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/confine"
	"spaniel/sinks/spool"
)

func newForward(a *app) *cobra.Command {
	var user string
	var asRoot bool
	c := &cobra.Command{
		Use:   "forward",
		Short: "Send on what a sensor without sinks found",
		Long: `Forward hands what is in the spool to the embedded store and to the sinks of the configuration. It is
the half of run that sees no packet: the other is run --no-forward, which has no sinks, knows none of
their secrets and can open no connection. Each has a configuration of its own; they share the
directory spool.path, and either may stop and come back at any time.
It serves /metrics, /healthz and /readyz for both.`,
		Example: `  spaniel run --no-forward -i eth1 -c sensor.yaml
  spaniel forward -c forward.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.runsAs(user, asRoot)
			return a.forward(cmd.Context())
		},
	}
	c.Flags().StringVar(&user, "user", "", "become this `USER` when started by root")
	c.Flags().BoolVar(&asRoot, "as-root", false, "stay root")
	return c
}

// A forwarding is a running forwarder: its spool is written by another process.
type forwarding struct {
	cfg      *config.Config
	log      *zap.Logger
	spool    *spool.Reader
	delivery *delivery
	http     *admin.Server // nil when off
}

func (a *app) forward(ctx context.Context) error {
	cfg, used, err := a.config()
	if err != nil {
		return err
	}
	log, _, err := newLog(a.err, cfg.Log)
	if err != nil {
		return err
	}
	if err := confineForwarder(cfg, a, used); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGHUP) // sinks do not change while they run
	f := &forwarding{cfg: cfg, log: log}
	if err := f.open(a); err != nil {
		return errors.Join(err, f.close())
	}
	manager := newManager()
	if cfg.Process.Sandbox {
		if err := confine.Seal(false); err != nil {
			return errors.Join(err, f.close())
		}
	}
	log.Info("forwarding", zap.String("spool", spoolDir(cfg)), zap.String("config", used), zap.String("api", apiAddress(f.http)), zap.Strings("sinks", f.delivery.names))
	manager.tell("READY=1\nSTATUS=forwarding")
	released := context.AfterFunc(ctx, func() { manager.tell("STOPPING=1") })
	defer released()
	err = f.run(ctx)
	log.Info("stopped")
	return errors.Join(err, f.close())
}

func (f *forwarding) open(a *app) (err error) {
	keepPrivate()
	if f.spool, err = spool.OpenReader(spoolDir(f.cfg)); err != nil {
		return err
	}
	if f.delivery, err = openDelivery(a, f.cfg, f.spool, f.log); err != nil {
		return err
	}
	f.http, err = openAPI(f.cfg, f.snapshot)
	return err
}

// run delivers until ctx ends, and then what the sensor has put on disk by then,
// for a few seconds at the most; the rest waits for the next start.
func (f *forwarding) run(ctx context.Context) error {
	b := newBackground(ctx)
	f.delivery.start(b.start)
	if len(f.delivery.observers) > 0 {
		b.start(f.lookForObservations)
	}
	if f.http != nil {
		b.start(f.http.Run)
	}
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	failing := false
	for ctx.Err() == nil {
		select {
		case <-ctx.Done(): // and a last look
		case now := <-tick.C:
			f.delivery.noteIdle(now)
		}
		err := f.spool.Refresh()
		if err != nil && !failing {
			f.log.Error("the spool cannot be read; it is tried again", zap.Error(err))
		}
		failing = err != nil
	}
	return b.end()
}

// snapshot is what the sensor says of itself, with the sinks of this process.
func (f *forwarding) snapshot() admin.Snapshot {
	snap, err := admin.AskSensor(context.Background(), admin.SensorPath(spoolDir(f.cfg)))
	if err != nil {
		snap = admin.Snapshot{Away: err.Error()}
	}
	snap.Sinks = f.delivery.counts(time.Now())
	if lacksObservations(&snap) {
		f.delivery.lack(snap.Sinks)
	}
	return snap
}

func (f *forwarding) close() error {
	var errs []error
	if f.spool != nil {
		errs = append(errs, f.spool.Close())
	}
	return errors.Join(append(errs, f.delivery.close())...)
}
