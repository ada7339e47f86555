package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/forward"
	"spaniel/internal/reload"
	"spaniel/internal/sensor"
	"spaniel/sinks"
	"spaniel/sinks/redact"
	"spaniel/sinks/spool"
	"spaniel/sinks/store"
)

// A service is a running sensor with its forwarder: packets go to the spool,
// and from there to the sinks, of which the embedded store is one.
type service struct {
	cfg       *config.Config
	log       *zap.Logger
	live      feed
	ifaces    []string
	sensor    *sensor.Sensor
	store     *store.Store // nil when queries go to ClickHouse
	spool     *spool.Spool
	forward   *forward.Forwarder
	sinkNames []string
	observed  bool               // a sink asks for observations
	http      *admin.Server      // nil when off
	queries   *admin.QueryServer // nil when there is no store, or no socket

	rules *reload.Reloader
	// reread reads the configuration again, configFile is its file, "" without.
	reread     func() (*config.Config, string, error)
	configFile string
	enc        *sinks.Encoder
	buf        []byte
	level      zap.AtomicLevel // of log
	manager    *manager
	abandon    func(error) // ends a process that is stuck
	shed       bool        // the last record was; one line a spell is enough

	mu     sync.Mutex
	raised *alertSet
	alerts map[string]uint64 // by rule, updates apart
	seen   [admin.NumSeen]uint64
	idle   map[string]time.Time // when a sink last had nothing waiting
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
	s := &service{cfg: cfg, reread: a.config, configFile: file, log: log, level: level, ifaces: plan.names(), enc: sinks.NewEncoder(), raised: newAlertSet(), alerts: map[string]uint64{}, idle: map[string]time.Time{}}
	s.abandon = s.exitStuck
	keepPrivate()
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
	if err := s.openDelivery(a); err != nil {
		return s, err
	}
	if err := s.openDoors(); err != nil {
		return s, err
	}
	sc := s.sensorConfig(set, redact.New(key, redactOption(cfg)))
	kept, facts := openKeeper(learnedFile(cfg), sc.Learned, log)
	sc.Facts, sc.Keep = facts, kept.keep
	if sc.Begin, err = s.pin(); err != nil {
		return s, err
	}
	sc.Observations = s.observed
	sc.Recorded, sc.Filter = plan.recorded(), plan.frames()
	if s.sensor, err = sensor.New(sc, s.emit); err != nil {
		return s, err
	}
	s.rules = s.newReloader(set)
	return s, nil
}

// pressure is what sampling goes by, nil where all is to be read.
func (s *service) pressure() func() float64 {
	if s.live == nil || !s.cfg.Limits.Sampling.Auto() {
		return nil
	}
	return s.live.Fill
}

func (s *service) sensorConfig(set *detect.Set, red *redact.Redactor) sensor.Config {
	name := s.cfg.Sensor.Name
	if name == "" {
		if host, err := os.Hostname(); err == nil {
			name = host
		} else {
			name = "sensor"
		}
	}
	workers := s.cfg.Limits.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	dec := decodeConfig(s.cfg)
	dec.Seed = rand.Uint64() // nobody can aim at a partition
	return sensor.Config{Name: name, Zone: s.cfg.Sensor.Zone, Version: version, Workers: workers, Backlog: backlog(s.cfg), Portion: portion(s.cfg), EpochBytes: epochBytes(s.cfg), Decode: dec, Limits: detectLimits(s.cfg), Learned: learnedLimits(s.cfg),
		Rules: set, Redactor: red, Now: func() int64 { return time.Now().UnixNano() }, Ifaces: s.ifaces, Sampling: float64(s.cfg.Limits.Sampling), Pressure: s.pressure()}
}

// openDelivery opens the store, the spool and the sinks.
func (s *service) openDelivery(a *app) (err error) {
	path, remote := a.storeFile(s.cfg)
	var list []forward.Sink
	if remote == "" {
		if s.store, err = store.Open(path, storeConfig(s.cfg, false)); err != nil {
			return err
		}
		list = append(list, forward.Sink{Name: "store", Open: func() (sinks.Writer, error) { return store.Shared{Store: s.store}, nil },
			Kinds: event.Kinds(), Limits: spool.Limits{Records: saveRecords, Bytes: saveBytes, Linger: 500 * time.Millisecond}})
	}
	more, err := configuredSinks(s.cfg, a.out)
	if err != nil {
		return err
	}
	list = append(list, more...)
	dir := spoolDir(s.cfg)
	if s.spool, err = spool.Open(dir, spool.Config{Max: int64(s.cfg.Spool.Max)}); err != nil {
		return err
	}
	dead := filepath.Join(dir, "dead")
	if err := os.MkdirAll(dead, 0o700); err != nil {
		return fmt.Errorf("making the place of dead letters: %w", err)
	}
	for _, l := range list {
		s.sinkNames = append(s.sinkNames, l.Name)
		s.observed = s.observed || slices.Contains(l.Kinds, event.KindObservation)
	}
	if len(list) == 0 {
		s.log.Warn("no sink is configured and store.url is not a file: what is found goes nowhere")
	}
	s.forward, err = forward.New(s.spool, forward.Config{DeadLetters: dead}, list, s.log)
	return err
}

// openDoors takes the addresses for metrics and queries.
func (s *service) openDoors() error {
	if s.cfg.API.Listen != "off" {
		reg, err := admin.Registry(version, s.snapshot)
		if err != nil {
			return fmt.Errorf("making the metrics: %w", err)
		}
		if s.http, err = admin.New(s.cfg.API.Listen, reg, s.snapshot); err != nil {
			return err
		}
	}
	if s.store == nil {
		return nil
	}
	var err error
	if s.queries, err = admin.NewQueryServer(admin.SocketPath(s.store.Path()), s.store); err != nil {
		s.log.Warn("spaniel query will not work while the sensor runs", zap.Error(err)) // capture matters more
	}
	return nil
}

func (s *service) address() string {
	if s.http == nil {
		return "off"
	}
	return s.http.Address()
}

// emit puts one item into the spool; one goroutine calls it.
func (s *service) emit(it *event.Item) event.CallFate {
	stampDay(it, time.Now())
	s.buf = s.enc.Append(s.buf[:0], it)
	_, err := s.spool.Append(it.Kind, s.buf)
	s.tally(it)
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
		if _, update := s.raised.add(it.Alert); !update {
			s.alerts[it.Alert.Rule.ID]++
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
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// run captures until ctx ends or the capture fails, then flushes: the sensor
// closes its flows, the spool goes to disk, and the sinks get what they take
// within a few seconds; the rest waits on disk for the next start.
func (s *service) run(ctx context.Context, hup <-chan os.Signal) error {
	side, stopSide := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	start := func(f func(context.Context) error) {
		wg.Go(func() {
			if err := f(side); err != nil {
				errs <- err
			}
		})
	}
	start(s.forward.Run)
	start(s.keepSyncing)
	s.live.OnChange(s.interfaceChanged)
	start(func(context.Context) error { return s.watchDrops(ctx) })
	start(func(context.Context) error { return s.keepProgress(ctx) })
	start(s.watchWorkers)
	start(s.watchRules)
	start(func(ctx context.Context) error { return s.keepRules(ctx, hup) })
	if s.http != nil {
		start(s.http.Run)
	}
	if s.queries != nil {
		start(s.queries.Run)
	}
	stopLive := context.AfterFunc(ctx, s.live.Stop)
	err := s.sensor.Run(ctx, s.live)
	stopLive()
	if err = errors.Join(err, s.spool.Sync()); err == nil {
		err = s.keepLastProgress()
	}
	stopSide()
	wg.Wait()
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	return err
}
