package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/internal/config"
)

func newRun(a *app) *cobra.Command {
	var iface, filter string
	c := &cobra.Command{
		Use:   "run -i IFACE",
		Short: "Watch an interface: judge its API traffic and send on what is found",
		Long: `Run captures from an interface that sees mirrored traffic, judges the API calls in it
and hands calls and alerts to the embedded store and to the sinks of the configuration.
A sink that is down is tried again for as long as it takes; its records wait on disk.
SIGTERM flushes and ends. Rules are loaded again when their files change, and at SIGHUP.`,
		Example: `  sudo spaniel run -i eth1
  spaniel run -i eth1 -f 'tcp port 8080' -c spaniel.yaml
  spaniel run -i eth1 --set api.listen=off --set limits.workers=2`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context(), iface, filter) },
	}
	c.Flags().StringVarP(&iface, "interface", "i", "", "network `INTERFACE` to capture from")
	c.Flags().StringVarP(&filter, "filter", "f", "", "`BPF` filter, as tcpdump takes it")
	return c
}

func (a *app) run(ctx context.Context, iface, filter string) error {
	cfg, used, err := a.config()
	if err != nil {
		return err
	}
	live, err := liveConfig(cfg, iface, filter)
	if err != nil {
		return err
	}
	log, _, err := newLog(a.err, cfg.Log)
	if err != nil {
		return err
	}
	limitMemory(cfg)
	s, err := a.newService(cfg, used, live, log)
	if err != nil {
		return errors.Join(err, s.close())
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	log.Info("watching", zap.String("interface", live.Interface), zap.String("filter", live.Filter), zap.String("config", used),
		zap.String("api", s.address()), zap.Int("rules", len(s.rules.Status().Set.Rules())), zap.String("ruleset", s.rules.Status().Set.Hash()), zap.Int("sinks", len(s.sinkNames)))
	err = s.run(ctx, hup)
	if err != nil {
		return errors.Join(err, s.close())
	}
	led := s.sensor.Ledger()
	log.Info("stopped", zap.Uint64("packets", led.FramesIn), zap.Uint64("calls", led.CallsMade), zap.Uint64("alerts", s.raised.n), zap.Uint64("alert_updates", led.Alerts-min(s.raised.n, led.Alerts)))
	return errors.Join(led.Check(), s.close())
}

// liveConfig is what to capture from: flags win over the configuration.
func liveConfig(cfg *config.Config, iface, filter string) (capture.LiveConfig, error) {
	var c config.Capture
	switch {
	case iface != "":
		c.Interface = iface
		for _, known := range cfg.Capture {
			if known.Interface == iface {
				c = known
			}
		}
	case len(cfg.Capture) == 1:
		c = cfg.Capture[0]
	case len(cfg.Capture) > 1:
		return capture.LiveConfig{}, usage(fmt.Sprintf("the configuration names %d interfaces, and one process watches one", len(cfg.Capture)), "choose it with -i")
	default:
		return capture.LiveConfig{}, usage("run needs an interface to watch", "spaniel run -i IFACE   (ip link lists them)")
	}
	if filter != "" {
		c.Filter = filter
	}
	if c.Filter != "" {
		if err := capture.CheckFilter(c.Filter); err != nil {
			return capture.LiveConfig{}, err
		}
	}
	return capture.LiveConfig{Interface: c.Interface, Filter: c.Filter, Snaplen: c.Snaplen, BufferBytes: int(c.Buffer),
		Promiscuous: c.Promiscuous == nil || *c.Promiscuous}, nil
}
