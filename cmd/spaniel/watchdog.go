package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"time"

	"go.uber.org/zap"
)

// stuckAfter is how long the sensor may finish nothing: on an idle line it
// finishes an empty epoch every 10 to 40 ms.
const stuckAfter = 20 * time.Second

// maxStacks is how much of what all goroutines do goes into the log.
const maxStacks = 256 << 10

// errStuck ends a process in which nothing moves any more: whoever started it
// starts it again, and the spool has what was found.
type errStuck struct{ since time.Duration }

func (e errStuck) Error() string {
	return fmt.Sprintf("a worker is stuck: nothing was finished for %s; the log says where", e.since.Round(time.Second))
}

// A pulse tells how long a counter has not moved.
type pulse struct {
	beats uint64
	moved time.Time
}

func (p *pulse) still(beats uint64, now time.Time) time.Duration {
	if beats != p.beats || p.moved.IsZero() {
		p.beats, p.moved = beats, now
	}
	return now.Sub(p.moved)
}

// watchWorkers tells the manager that all is well while epochs are finished, and
// gives up where they are not.
func (s *service) watchWorkers(ctx context.Context) error {
	every := time.Second
	if s.manager != nil && s.manager.every > 0 {
		every = min(every, s.manager.every)
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var p pulse
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			still := p.still(s.sensor.Epochs(), now)
			if still < every*5 {
				s.manager.tell("WATCHDOG=1")
			}
			if still >= stuckAfter {
				s.giveUp(still)
			}
		}
	}
}

// giveUp says what every goroutine does, and ends the process: one that is stuck
// cannot be ended from outside.
func (s *service) giveUp(still time.Duration) {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a buffer takes everything
	s.log.Error("a worker is stuck; the process ends, to be started again", zap.Duration("since", still), zap.String("goroutines", string(b.Bytes()[:min(b.Len(), maxStacks)])))
	s.abandon(errStuck{still})
}
