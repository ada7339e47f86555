package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/reload"
	"spaniel/internal/sensor"
	"spaniel/sinks"
	"spaniel/sinks/redact"
	"spaniel/sinks/spool"
)

// A service is a running sensor: packets go to the spool, and from there, unless
// another process forwards, to the sinks.
type service struct {
	cfg      *config.Config
	log      *zap.Logger
	live     feed
	ifaces   []string
	sensor   *sensor.Sensor
	spool    *spool.Spool
	valve    *spool.Valve        // of spool
	delivery *delivery           // nil where another process forwards
	http     *admin.Server       // nil when off, and there
	teller   *admin.SensorServer // there alone

	rules *reload.Reloader
	// rulesSeen is what the files of rules were before they were loaded first.
	rulesSeen string
	// reread reads the configuration again, configFile is its file, "" without.
	reread     func() (*config.Config, string, error)
	configFile string
	enc        *sinks.Encoder
	buf        []byte
	level      zap.AtomicLevel // of log
	manager    *manager
	pressed    pressed     // for keepSyncing
	abandon    func(error) // ends a process that is stuck
	faults     *quarantine
	packets    *alertPackets // nil where none are kept
	shed       bool          // the last record was; one line a spell is enough

	mu     sync.Mutex
	raised *alertSet
	alerts map[string]uint64 // by rule, updates apart
	seen   [admin.NumSeen]uint64
}

// exitStuck brings to disk what was found and ends the process.
func (s *service) exitStuck(err error) {
	synced := make(chan error, 1)
	go func() { synced <- s.spool.Sync() }()
	select {
	case serr := <-synced:
		err = errors.Join(err, serr)
	case <-time.After(5 * time.Second): // the disk may be what is stuck
	}
	s.log.Error("ended", zap.Error(err))
	os.Exit(exitFailure)
}

// newService opens everything and starts nothing. What it opened before it
// failed is closed by close.
func (a *app) newService(cfg *config.Config, file string, plan *feedPlan, log *zap.Logger, level zap.AtomicLevel) (*service, error) {
	s := &service{cfg: cfg, reread: a.config, configFile: file, log: log, level: level, ifaces: plan.names(), enc: sinks.NewEncoder(), raised: newAlertSet(), alerts: map[string]uint64{}}
	s.abandon = s.exitStuck
	keepPrivate()
	s.rulesSeen = reload.Look(s.watchedRules())
	set, err := loadRules(cfg, nil)
	if err != nil {
		return s, err
	}
	if s.live, err = s.openFeed(plan); err != nil {
		return s, err
	}
	key, err := loadKey(cfg)
	if err != nil {
		return s, fmt.Errorf("the key of the hashes that hide secrets: %w", err)
	}
	if err := s.openSpool(a); err != nil {
		return s, err
	}
	sc := s.sensorConfig(set, redact.New(key, redactOption(cfg)))
	if s.faults, err = newQuarantine(cfg, log); err != nil {
		return s, err
	}
	sc.Panic = s.faults.take
	if s.packets, err = newAlertPackets(cfg, s.ifaces, log); err != nil {
		return s, err
	}
	if s.packets != nil {
		s.packets.tell = s.fact
		sc.Back = s.packets.ring
	}
	kept, facts := openKeeper(learnedFile(cfg), sc.Learned, log)
	sc.Facts, sc.Keep = facts, kept.keep
	if sc.Begin, err = s.pin(); err != nil {
		return s, err
	}
	sc.Observations = s.observations()
	sc.Recorded, sc.Filter = plan.recorded(), plan.frames()
	if s.sensor, err = sensor.New(sc, s.emit); err != nil {
		return s, err
	}
	s.rules = s.newReloader(set)
	return s, nil
}

// observations reports whether those are made: where a sink asks for them, and
// where the configuration says that one of another process does.
func (s *service) observations() bool {
	return s.cfg.Spool.Observations || s.delivery != nil && len(s.delivery.observers) > 0
}

// pressure is what sampling goes by, nil where all is to be read.
func (s *service) pressure() func() float64 {
	live, fills := s.live.(filling)
	if !fills || !s.cfg.Limits.Sampling.Auto() {
		return nil
	}
	return live.Fill
}

// sensorName is what records call the sensor: the machine's name where none is
// configured.
func sensorName(cfg *config.Config) string {
	if cfg.Sensor.Name != "" {
		return cfg.Sensor.Name
	}
	if host, err := os.Hostname(); err == nil {
		return host
	}
	return "sensor"
}

func (s *service) sensorConfig(set *detect.Set, red *redact.Redactor) sensor.Config {
	name := sensorName(s.cfg)
	workers := s.cfg.Limits.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	dec := decodeConfig(s.cfg)
	dec.Seed = rand.Uint64() // nobody can aim at a partition
	return sensor.Config{Name: name, Zone: s.cfg.Sensor.Zone, Version: version, Workers: workers, Backlog: backlog(s.cfg), Portion: portion(s.cfg), EpochBytes: epochBytes(s.cfg), Decode: dec, Limits: detectLimits(s.cfg), Learned: learnedLimits(s.cfg),
		Rules: set, Redactor: red, Now: func() int64 { return time.Now().UnixNano() }, Ifaces: s.ifaces, Sampling: float64(s.cfg.Limits.Sampling), Pressure: s.pressure()}
}

// openSpool opens the spool, what reads it, and the doors: those of the sinks and
// for metrics, or the one for the process that has them.
func (s *service) openSpool(a *app) (err error) {
	dir, cfg := spoolDir(s.cfg), spool.Config{Max: int64(s.cfg.Spool.Max)}
	if !s.cfg.Process.Forward {
		if s.spool, err = spool.OpenWriter(dir, cfg); err != nil {
			return err
		}
		s.valve = spool.NewValve(s.spool)
		s.teller, err = admin.NewSensorServer(admin.SensorPath(dir), s.snapshot)
		return err
	}
	if s.spool, err = spool.Open(dir, cfg); err != nil {
		return err
	}
	s.valve = spool.NewValve(s.spool)
	if s.delivery, err = openDelivery(a, s.cfg, s.spool, s.log); err != nil {
		return err
	}
	s.http, err = openAPI(s.cfg, s.snapshot)
	return err
}

// sinkNames are the sinks of this process.
func (s *service) sinkNames() []string {
	if s.delivery == nil {
		return nil
	}
	return s.delivery.names
}

// emit puts one item into the spool; one goroutine calls it.
func (s *service) emit(it *event.Item) event.CallFate {
	stampDay(it, time.Now())
	s.tally(it)
	kept := s.valve.Pass(it)
	if kept == nil {
		return event.CallShed
	}
	s.buf = s.enc.Append(s.buf[:0], kept)
	_, err := s.spool.Append(kept.Kind, s.buf)
	if err == nil {
		s.shed = false
		return event.CallAcked
	}
	if !s.shed {
		s.log.Error("records do not fit into the spool and are dropped, counted", zap.Error(err))
	}
	s.shed = true
	if errors.Is(err, spool.ErrShed) {
		return event.CallShed
	}
	return event.CallFailed
}

// tally counts for the metrics.
func (s *service) tally(it *event.Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch it.Kind {
	case event.KindAlert:
		before, update := s.raised.add(it.Alert)
		if !update {
			s.alerts[it.Alert.Rule.ID]++
		}
		if s.packets.wants(it.Alert, before.severity) {
			if q, ok := s.sensor.Query(it.Alert); ok {
				s.packets.take(it.Alert, q)
			}
		}
	case event.KindCall:
		s.seen[admin.SeenOf(it.Call.Flags)]++
	}
}

// sayLost names what the spool took and could not bring to disk before the
// stop: a full disk loses it, and no sink will ever count it.
func (s *service) sayLost() {
	for _, w := range []spool.Which{spool.Alerts, spool.Calls} {
		if st := s.spool.Stats(w); st.Next > st.Durable+1 {
			s.log.Error("records never reached the disk and are lost", zap.Stringer("spool", w), zap.Uint64("records", st.Next-1-st.Durable))
		}
	}
}

// close frees what newService opened, in the order from packets to sinks.
func (s *service) close() error {
	var errs []error
	if s.live != nil {
		errs = append(errs, s.live.Close())
	}
	if s.spool != nil {
		errs = append(errs, s.spool.Close())
		s.sayLost()
	}
	return errors.Join(append(errs, s.delivery.close())...)
}

// run captures until ctx ends or the capture fails, then flushes: the sensor
// closes its flows, the spool goes to disk, and the sinks get what they take
// within a few seconds; the rest waits on disk for the next start.
func (s *service) run(ctx context.Context, hup <-chan os.Signal) error {
	b := newBackground(ctx)
	if s.delivery != nil {
		s.delivery.start(b.start)
	}
	b.start(s.keepSyncing)
	if live, changes := s.live.(changing); changes {
		live.OnChange(s.interfaceChanged)
	}
	b.start(func(context.Context) error { return s.watchDrops(ctx) })
	b.start(func(context.Context) error { return s.keepProgress(ctx) })
	b.start(s.faults.run)
	if s.packets != nil {
		b.start(s.packets.run)
	}
	b.start(s.watchWorkers)
	b.start(s.watchRules)
	b.start(func(ctx context.Context) error { return s.keepRules(ctx, hup) })
	if s.http != nil {
		b.start(s.http.Run)
	}
	if s.teller != nil {
		b.start(s.teller.Run)
	}
	stopLive := context.AfterFunc(ctx, s.live.Stop)
	err := s.sensor.Run(ctx, s.live)
	stopLive()
	if err = errors.Join(err, s.spool.Sync()); err == nil {
		err = s.keepLastProgress()
	}
	return errors.Join(err, b.end())
}
