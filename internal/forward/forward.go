// Package forward moves records from the spool to the sinks: one goroutine
// per sink and log, each with its own cursor, so that no sink waits for
// another. It filters, retries for as long as it takes, sets aside what can
// never be delivered, and counts. It knows no destination and sees no packet.
package forward

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/spool"
)

// Config of the forwarder. Its zero value is the default.
type Config struct {
	// DeadLetters is the directory of the dead-letter files, one per sink and
	// log; it must exist.
	DeadLetters string
	// DeadLetterMax bounds each of those files; default 64 MiB. Beyond it a
	// dead letter is counted and logged, not kept.
	DeadLetterMax int64
	// Drain is how long a stop may take to deliver what is spooled; default 5 s.
	Drain time.Duration
	// BackoffMin and BackoffMax bound the pause before a retry; default 500 ms
	// and 30 s. Pauses double, with jitter, and there is no giving up.
	BackoffMin, BackoffMax time.Duration
}

func (c Config) complete() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&c.Drain, 5*time.Second)
	def(&c.BackoffMin, 500*time.Millisecond)
	def(&c.BackoffMax, 30*time.Second)
	if c.DeadLetterMax <= 0 {
		c.DeadLetterMax = 64 << 20
	}
	return c
}

// A Sink is one configured destination.
type Sink struct {
	// Name is the sink's name in the configuration: letters, digits, - and _.
	Name string
	// Open makes a Writer. It is called once for each of the two logs that
	// Kinds touches, and must not dial.
	Open func() (sinks.Writer, error)
	// Kinds are delivered; empty means alerts alone.
	Kinds []event.Kind
	// Filter chooses among the alerts.
	Filter Filter
	// Limits of the batches.
	Limits spool.Limits
	// Timeout of one attempt; default 30 s.
	Timeout time.Duration
}

// A Forwarder moves records to all sinks.
type Forwarder struct {
	cfg   Config
	lanes []*lane
}

// Cursors gives the cursor of a sink in one log: a *spool.Spool or a
// *spool.Reader does.
type Cursors interface {
	NewCursor(sink string, w spool.Which, limits spool.Limits) (*spool.Cursor, error)
}

// New returns a Forwarder. It opens the cursors and makes the Writers, and
// starts nothing.
func New(sp Cursors, cfg Config, list []Sink, log *zap.Logger) (*Forwarder, error) {
	f := &Forwarder{cfg: cfg.complete()}
	for i := range list {
		for _, w := range []spool.Which{spool.Alerts, spool.Calls} {
			if !list[i].touches(w) {
				continue
			}
			l, err := newLane(sp, f.cfg, list[i], w, log)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("sink %s: %w", list[i].Name, err), f.closeWriters())
			}
			f.lanes = append(f.lanes, l)
		}
	}
	return f, nil
}

// touches reports whether any wanted kind lives in the log.
func (s *Sink) touches(w spool.Which) bool {
	if len(s.Kinds) == 0 {
		return w == spool.Alerts
	}
	for _, k := range s.Kinds {
		if spool.Of(k) == w {
			return true
		}
	}
	return false
}

// Run delivers until ctx ends, then goes on for at most Config.Drain to
// deliver what is on disk by then: sync the spool before ending ctx. It closes
// the Writers. What is not delivered stays spooled, so a stop loses nothing.
func (f *Forwarder) Run(ctx context.Context) error {
	hard, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() {
		t := time.NewTimer(f.cfg.Drain)
		defer t.Stop()
		select {
		case <-t.C:
			stop()
		case <-hard.Done():
		}
	})()
	var wg sync.WaitGroup
	for _, l := range f.lanes {
		wg.Go(func() { l.run(ctx, hard) })
	}
	wg.Wait()
	return f.closeWriters()
}

func (f *Forwarder) closeWriters() error {
	var errs []error
	for _, l := range f.lanes {
		if err := l.close(); err != nil {
			errs = append(errs, fmt.Errorf("closing sink %s: %w", l.sink.Name, err))
		}
	}
	return errors.Join(errs...)
}

// Stats returns a snapshot of every sink and log; any goroutine may call it.
func (f *Forwarder) Stats() []Stats {
	out := make([]Stats, len(f.lanes))
	for i, l := range f.lanes {
		out[i] = l.snapshot()
	}
	return out
}
