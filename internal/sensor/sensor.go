// Package sensor wires the stages: it reads frames from a capture source,
// shares them out to the partitions that own their flows, and brings what
// they find into one order, judged, redacted and ready to be kept. It decides
// nothing about packets, calls or rules itself; the stages do, and they know
// nothing of each other.
package sensor

import (
	"context"
	"sync"
	"sync/atomic"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/detect/learned"
	"spaniel/event"
)

// A Sensor turns one capture into items. Use New, then Run once.
type Sensor struct {
	cfg     Config
	ordered *ordered
	workers []*worker
	rules   atomic.Pointer[detect.Set] // for epochs still to be cut
}

// New returns a sensor that hands every item to emit: from one goroutine at a
// time, in the capture's one order, borrowed until emit returns. For a call,
// emit says what became of it; for other kinds its answer is not counted.
func New(cfg Config, emit func(*event.Item) event.CallFate) (*Sensor, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Sensor{cfg: cfg}
	s.ordered = newOrdered(&s.cfg, emit)
	for i := range cfg.Workers {
		s.workers = append(s.workers, newWorker(&s.cfg, &s.cfg.Decode, i, cfg.Workers))
	}
	s.rules.Store(cfg.Rules)
	return s, nil
}

// SetRules lets set judge from the next epoch on; no epoch is judged by a
// mixture. It may be called from any goroutine.
func (s *Sensor) SetRules(set *detect.Set) { s.rules.Store(set) }

// Ledger returns the counts as of the last whole epoch. It may be called from
// any goroutine; after Run they are final and Ledger().Check() must be nil.
func (s *Sensor) Ledger() event.Ledger { return s.ordered.ledger() }

// Epochs counts the epochs that are finished: live it grows at least every 40 ms
// or so, unless something is stuck. It may be called from any goroutine.
func (s *Sensor) Epochs() uint64 { return s.ordered.epochs.Load() }

// Learned counts what was learned, as of the last whole epoch. It may be called
// from any goroutine.
func (s *Sensor) Learned() learned.Counts {
	s.ordered.mu.Lock()
	defer s.ordered.mu.Unlock()
	return s.ordered.facts
}

// Run reads src to its end, or until ctx is done, then closes every flow and
// window, so that what was begun is handed on. It returns the source's fault
// (a *capture.Fault when the input was broken), or nil at the end of input or
// when ctx ended it. It does not close src.
//
// A source with a Stop method, a live one, is stopped when ctx ends and then
// read to its end: what the kernel has caught already is not thrown away.
func (s *Sensor) Run(ctx context.Context, src capture.Source) error {
	if live, ok := src.(interface{ Stop() }); ok {
		release := context.AfterFunc(ctx, live.Stop)
		defer release()
		ctx = context.WithoutCancel(ctx)
	}
	if s.cfg.Back != nil {
		defer s.cfg.Back.Leave()
	}
	s.begin(0)
	if len(s.workers) == 1 {
		return s.inline(ctx, src)
	}
	return s.parallel(ctx, src)
}

// begin tells who asked for it that a goroutine begins.
func (s *Sensor) begin(who int) {
	if s.cfg.Begin != nil {
		s.cfg.Begin(who)
	}
}

// inline runs everything in the caller's goroutine, without a channel and
// without copying payloads.
func (s *Sensor) inline(ctx context.Context, src capture.Source) error {
	e := newEpoch(1)
	w := s.workers[0]
	w.hand = func(upto event.Order) { s.ordered.portion(e, upto) }
	r := newReader(&s.cfg, src, s.tell)
	for {
		e.reset()
		e.set = s.rules.Load()
		r.begin(e)
		w.begin(e)
		err := r.fill(ctx, e, w.packet)
		w.end(e)
		s.ordered.take(e)
		if r.over {
			return err
		}
	}
}

// parallel gives every epoch to all workers and takes the epochs back in
// their order.
func (s *Sensor) parallel(ctx context.Context, src capture.Source) error {
	depth := s.cfg.inFlight()
	free := make(chan *epoch, depth)
	for range depth {
		free <- newEpoch(len(s.workers))
	}
	finished := make(chan *epoch, depth)
	var running sync.WaitGroup
	kept := newBacklog(s.cfg.Backlog)
	inboxes := make([]chan *epoch, len(s.workers))
	for i, w := range s.workers {
		inboxes[i] = make(chan *epoch, depth)
		running.Go(func() {
			s.begin(i + 1)
			w.run(inboxes[i], kept)
		})
	}
	running.Go(func() {
		for e := range finished {
			kept.took(s.gather(e))
			e.reset()
			free <- e
		}
	})
	err := s.read(ctx, src, free, finished, inboxes)
	for _, in := range inboxes {
		close(in)
	}
	close(finished)
	running.Wait()
	return err
}

// read cuts epochs until the capture ends.
func (s *Sensor) read(ctx context.Context, src capture.Source, free <-chan *epoch, finished chan<- *epoch, inboxes []chan *epoch) error {
	r := newReader(&s.cfg, src, s.tell)
	for e := range free {
		e.set, e.number = s.rules.Load(), r.epochs
		r.begin(e)
		err := r.fill(ctx, e, e.hold)
		e.seal()
		for _, in := range inboxes {
			in <- e
		}
		finished <- e
		if r.over {
			return err
		}
	}
	return nil
}
