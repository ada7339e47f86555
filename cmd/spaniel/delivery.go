package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"spaniel/event"
	"spaniel/internal/admin"
	"spaniel/internal/config"
	"spaniel/internal/forward"
	"spaniel/sinks"
	"spaniel/sinks/spool"
	"spaniel/sinks/store"
)

// A delivery brings what is in the spool to the sinks, of which the embedded
// store is one.
type delivery struct {
	store   *store.Store // nil when queries go to ClickHouse
	forward *forward.Forwarder
	names   []string
	// observers are the sinks that ask for observations.
	observers []string
	queries   *admin.QueryServer // nil when there is no store, or no socket

	mu   sync.Mutex
	idle map[string]time.Time // when a sink last had nothing waiting
}

// openDelivery opens the store and the sinks, and starts nothing. What it opened
// before it failed is closed by close.
func openDelivery(a *app, cfg *config.Config, cursors forward.Cursors, log *zap.Logger) (*delivery, error) {
	d := &delivery{idle: map[string]time.Time{}}
	list, err := d.sinks(a, cfg, a.out)
	if err != nil {
		return d, err
	}
	dead := filepath.Join(spoolDir(cfg), "dead")
	if err := os.MkdirAll(dead, 0o700); err != nil {
		return d, fmt.Errorf("making the place of dead letters: %w", err)
	}
	for _, l := range list {
		d.names = append(d.names, l.Name)
		if slices.Contains(l.Kinds, event.KindObservation) {
			d.observers = append(d.observers, l.Name)
		}
	}
	if len(list) == 0 {
		log.Warn("no sink is configured and store.url is not a file: what is found goes nowhere")
	}
	if d.forward, err = forward.New(cursors, forward.Config{DeadLetters: dead}, list, log); err != nil {
		return d, err
	}
	if d.store == nil {
		return d, nil
	}
	if d.queries, err = admin.NewQueryServer(admin.SocketPath(d.store.Path()), d.store); err != nil {
		log.Warn("spaniel query will not work while the sensor runs", zap.Error(err)) // capture matters more
	}
	return d, nil
}

func (d *delivery) sinks(a *app, cfg *config.Config, out io.Writer) (list []forward.Sink, err error) {
	path, remote := a.storeFile(cfg)
	if remote == "" {
		if d.store, err = store.Open(path, storeConfig(cfg, false)); err != nil {
			return nil, err
		}
		list = append(list, forward.Sink{Name: "store", Open: func() (sinks.Writer, error) { return store.Shared{Store: d.store}, nil },
			Kinds: event.Kinds(), Limits: spool.Limits{Records: saveRecords, Bytes: saveBytes, Linger: 500 * time.Millisecond}})
	}
	more, err := configuredSinks(cfg, out)
	return append(list, more...), err
}

// start starts what runs until its context ends.
func (d *delivery) start(start func(func(context.Context) error)) {
	start(d.forward.Run)
	if d.queries != nil {
		start(d.queries.Run)
	}
}

func (d *delivery) close() error {
	if d == nil || d.store == nil {
		return nil
	}
	return d.store.Close()
}

// noteIdle remembers when each sink last had nothing waiting.
func (d *delivery) noteIdle(now time.Time) {
	lag := map[string]uint64{}
	for _, st := range d.forward.Stats() {
		lag[st.Sink] += st.Lag
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, n := range lag {
		if _, known := d.idle[name]; n == 0 || !known {
			d.idle[name] = now
		}
	}
}

// counts joins the two logs of each sink.
func (d *delivery) counts(now time.Time) []admin.SinkCount {
	var out []admin.SinkCount
	place := map[string]int{}
	for _, st := range d.forward.Stats() {
		i, ok := place[st.Sink]
		if !ok {
			i = len(out)
			place[st.Sink] = i
			out = append(out, admin.SinkCount{Name: st.Sink, Healthy: true})
		}
		addSink(&out[i], &st)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range out {
		if since, ok := d.idle[out[i].Name]; ok && out[i].QueueRecords > 0 {
			out[i].LagSeconds = now.Sub(since).Seconds()
		}
	}
	return out
}

// addSink adds how a sink stands with one log.
func addSink(c *admin.SinkCount, st *forward.Stats) {
	c.Delivered += st.Delivered
	c.Retries += st.Retried
	c.DeadLettered += st.DeadLettered
	c.DeadSent += st.Letters[forward.LetterSent]
	c.DeadRefused += st.Letters[forward.LetterRefused]
	c.DeadLost += st.DeadLost
	c.Dropped += st.Lost
	c.Filtered += st.Filtered
	c.Held += st.Held
	c.Shortened += st.Shortened
	c.QueueRecords += st.Lag
	c.QueueBytes += uint64(st.LagBytes)
	if st.Note != "" {
		c.Note = st.Note
	}
	if st.Failing {
		c.Healthy, c.Problem = false, st.LastError
	}
}

// openAPI takes the address for metrics and health; nil where there is none.
func openAPI(cfg *config.Config, snapshot func() admin.Snapshot) (*admin.Server, error) {
	if cfg.API.Listen == "off" {
		return nil, nil
	}
	reg, err := admin.Registry(version, snapshot)
	if err != nil {
		return nil, fmt.Errorf("making the metrics: %w", err)
	}
	return admin.New(cfg.API.Listen, reg, snapshot)
}

// apiAddress is where a server listens, for people.
func apiAddress(s *admin.Server) string {
	if s == nil {
		return "off"
	}
	return s.Address()
}

// A background runs functions until it is ended, and gathers what went wrong.
type background struct {
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
}

// newBackground begins one that outlives ctx.
func newBackground(ctx context.Context) *background {
	b := &background{}
	b.ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	return b
}

func (b *background) start(f func(context.Context) error) {
	b.wg.Go(func() {
		if err := f(b.ctx); err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.errs = append(b.errs, err)
		}
	})
}

// end ends all, and returns when they have.
func (b *background) end() error {
	b.stop()
	b.wg.Wait()
	return errors.Join(b.errs...)
}
