package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/confine"
)

func newRun(a *app) *cobra.Command {
	var flags feedFlags
	var user string
	var asRoot, noForward bool
	c := &cobra.Command{
		Use:   "run -i IFACE",
		Short: "Watch an interface: judge its API traffic and send on what is found",
		Long: `Run captures from one interface or several that see mirrored traffic, judges the API calls in it
and hands calls and alerts to the embedded store and to the sinks of the configuration.
Instead of interfaces it follows a directory into which another program writes captures (-r), each
file once, or reads a capture that is sent over TCP (--pcap-over-ip); time is then that of the packets.
A sink that is down is tried again for as long as it takes; its records wait on disk.
Started by root it becomes the user of --user, with the right to capture and no other, or
refuses; then it confines itself to its own files and to harmless system calls.
With --no-forward it leaves the sinks to another process, spaniel forward, and then has no secrets of
theirs and can open no connection.
SIGTERM flushes and ends. Rules are loaded again when their files change, and at SIGHUP.`,
		Example: `  sudo spaniel run -i eth1 --user spaniel
  spaniel run -i eth1 -f 'tcp port 8080' -c spaniel.yaml
  spaniel run -i eth1 --set api.listen=off --set limits.workers=2
  tcpdump -i eth1 -w /captures/%s.pcap -G 60 &  spaniel run -r /captures
  spaniel run --pcap-over-ip 127.0.0.1:57012`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.runsAs(user, asRoot)
			if noForward {
				a.set = append(a.set, "process.forward=false")
			}
			return a.run(cmd.Context(), &flags)
		},
	}
	c.Flags().StringSliceVarP(&flags.ifaces, "interface", "i", nil, "network `INTERFACE` to capture from; may be repeated")
	c.Flags().StringVarP(&flags.directory, "read", "r", "", "follow the captures that are written into `DIR`")
	c.Flags().StringVar(&flags.address, "pcap-over-ip", "", "read the capture that `HOST:PORT` sends")
	c.Flags().StringVarP(&flags.filter, "filter", "f", "", "`BPF` filter, as tcpdump takes it")
	c.Flags().StringVar(&user, "user", "", "become this `USER` when started by root")
	c.Flags().BoolVar(&asRoot, "as-root", false, "stay root")
	c.Flags().BoolVar(&noForward, "no-forward", false, "leave the sinks to spaniel forward")
	return c
}

// runsAs says as which user to run.
func (a *app) runsAs(user string, asRoot bool) {
	if user != "" {
		a.set = append(a.set, "process.user="+user)
	}
	if asRoot {
		a.set = append(a.set, "process.as_root=true")
	}
}

func (a *app) run(ctx context.Context, flags *feedFlags) error {
	cfg, used, err := a.config()
	if err != nil {
		return err
	}
	plan, err := planFeed(cfg, flags)
	if err != nil {
		return err
	}
	if err := noSecrets(cfg); err != nil {
		return err
	}
	log, level, err := newLog(a.err, cfg.Log)
	if err != nil {
		return err
	}
	if err := confineProcess(cfg, a, used, plan); err != nil {
		return err
	}
	limitMemory(cfg)
	// Before anything is opened that tells others of us.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	s, err := a.newService(cfg, used, plan, log, level)
	if err != nil {
		return errors.Join(err, s.close())
	}
	manager := newManager()
	if cfg.Process.Sandbox {
		if err := confine.Seal(offline(cfg, plan)); err != nil {
			return errors.Join(err, s.close())
		}
	}
	log.Info("watching", zap.Strings("interfaces", plan.names()), zap.String("filter", plan.filterText()), zap.String("config", used),
		zap.String("api", apiAddress(s.http)), zap.Int("rules", len(s.rules.Status().Set.Rules())), zap.String("ruleset", s.rules.Status().Set.Hash()), zap.Int("sinks", len(s.sinkNames())))
	manager.tell("READY=1\nSTATUS=watching " + strings.Join(s.ifaces, " "))
	released := context.AfterFunc(ctx, func() { manager.tell("STOPPING=1") })
	defer released()
	s.manager = manager
	err = s.run(ctx, hup)
	if err != nil {
		return errors.Join(err, s.close())
	}
	closed := s.live.Close() // what is still in its buffer is counted, too
	led := s.sensor.Ledger()
	st, _ := s.live.Stats() // of an interface that is gone: as they were read last
	log.Info("stopped", zap.Uint64("packets", led.FramesIn), zap.Uint64("kernel_drops", st.KernelDrops), zap.Uint64("iface_drops", st.IfaceDrops), zap.Uint64("ring_drops", st.RingDrops), zap.Uint64("shed", led.Frames[event.FrameShed]), zap.Uint64("bypassed", led.Frames[event.FrameBypassed]), zap.Uint64("calls", led.CallsMade), zap.Uint64("alerts", s.raised.n), zap.Uint64("alert_updates", led.Alerts-min(s.raised.n, led.Alerts)))
	return errors.Join(closed, led.Check(), s.close())
}

// liveConfigs is what the command captures from: flags win over the
// configuration.
func liveConfigs(who string, cfg *config.Config, ifaces []string, filter string) ([]capture.LiveConfig, error) {
	list := slices.DeleteFunc(slices.Clone(cfg.Capture), func(c config.Capture) bool { return c.Interface == "" })
	if len(ifaces) > 0 {
		list = nil
		for _, name := range ifaces {
			list = append(list, configured(cfg, name))
		}
	}
	if len(list) == 0 {
		return nil, usage(who+" needs an interface to watch", "spaniel "+who+" -i IFACE   (ip link lists them)")
	}
	var out []capture.LiveConfig
	for _, c := range list {
		if filter != "" {
			c.Filter = filter
		}
		if c.Filter != "" {
			if err := capture.CheckFilter(c.Filter); err != nil {
				return nil, err
			}
		}
		out = append(out, capture.LiveConfig{Interface: c.Interface, Backend: c.Backend, Filter: c.Filter, Snaplen: c.Snaplen, BufferBytes: int(c.Buffer),
			Rings: c.Rings, Direction: strings.TrimSuffix(c.Direction, "both"), Promiscuous: c.Promiscuous == nil || *c.Promiscuous})
	}
	return out, nil
}

// configured is what the configuration says of an interface.
func configured(cfg *config.Config, name string) config.Capture {
	for _, known := range cfg.Capture {
		if known.Interface == name {
			return known
		}
	}
	return config.Capture{Interface: name}
}

// names are the interfaces to watch.
func names(live []capture.LiveConfig) []string {
	var out []string
	for _, c := range live {
		out = append(out, c.Interface)
	}
	return out
}

// filterOf is the one filter, if there is one.
func filterOf(live []capture.LiveConfig) string {
	for _, c := range live[1:] {
		if c.Filter != live[0].Filter {
			return "by interface"
		}
	}
	return live[0].Filter
}
