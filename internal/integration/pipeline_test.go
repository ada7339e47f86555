//go:build integration

package integration

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"spaniel/event"
	"spaniel/internal/forward"
	"spaniel/sinks"
	"spaniel/sinks/all"
	"spaniel/sinks/spool"
)

// A pipeline is what stands behind the sensor: a spool on disk and a forwarder
// with one sink, as configured, whose batches are smaller than usual so that a
// fault falls between many.
type pipeline struct {
	t    *testing.T
	sp   *spool.Spool
	enc  *sinks.Encoder
	fw   *forward.Forwarder
	stop context.CancelFunc
	done chan error
}

// newPipeline starts a pipeline on the spool at dir and stops it with the test.
func newPipeline(t *testing.T, dir string, c all.Config, records int) *pipeline {
	t.Helper()
	s, err := c.Sink(nil)
	if err != nil {
		t.Fatal(err)
	}
	sp, err := spool.Open(dir, spool.Config{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := forward.Config{DeadLetters: dir, BackoffMin: 20 * time.Millisecond, BackoffMax: time.Second}
	fw, err := forward.New(sp, cfg, []forward.Sink{{Name: s.Name, Open: s.Open, Kinds: s.Kinds,
		Limits: spool.Limits{Records: records, Linger: 20 * time.Millisecond}, Timeout: 3 * time.Second}}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &pipeline{t: t, sp: sp, enc: sinks.NewEncoder(), fw: fw, stop: stop, done: make(chan error, 1)}
	go func() { p.done <- fw.Run(ctx) }()
	t.Cleanup(p.close)
	return p
}

// close delivers what is spooled and stops; a second close does nothing.
func (p *pipeline) close() {
	if p.stop == nil {
		return
	}
	p.stop()
	p.stop = nil
	if err := <-p.done; err != nil {
		p.t.Errorf("forwarding: %v", err)
	}
	if err := p.sp.Close(); err != nil {
		p.t.Errorf("closing the spool: %v", err)
	}
}

// put spools the items, durably.
func (p *pipeline) put(items []event.Item) {
	p.t.Helper()
	var payload []byte
	for i := range items {
		payload = p.enc.Append(payload[:0], &items[i])
		if _, err := p.sp.Append(items[i].Kind, payload); err != nil {
			p.t.Fatal(err)
		}
		if i%10_000 == 9_999 { // half of what the spool's buffer takes
			p.sync()
		}
	}
	p.sync()
}

func (p *pipeline) sync() {
	p.t.Helper()
	if err := p.sp.Sync(); err != nil {
		p.t.Fatal(err)
	}
}

// failing spools more while the destination is away and waits until delivery
// fails.
func (p *pipeline) failing(how string, more []event.Item) {
	p.t.Helper()
	before := p.total()
	p.put(more)
	s := p.await("a failure is noticed", patience, func(s forward.Stats) bool { return s.Retried > before.Retried })
	p.t.Logf("%s with %d delivered: %s", how, before.Delivered, s.LastError)
}

// total adds up the sink's counters over both logs.
func (p *pipeline) total() (sum forward.Stats) {
	for _, s := range p.fw.Stats() {
		sum.Delivered += s.Delivered
		sum.Filtered += s.Filtered
		sum.Retried += s.Retried
		sum.DeadLettered += s.DeadLettered
		sum.Shortened += s.Shortened
		sum.DeadLost += s.DeadLost
		for i, n := range s.Letters {
			sum.Letters[i] += n
		}
		sum.Lost += s.Lost
		sum.Lag += s.Lag
		sum.Failing = sum.Failing || s.Failing
		if s.LastError != "" {
			sum.LastError = s.LastError
		}
		if s.Note != "" {
			sum.Note = s.Note
		}
	}
	return sum
}

// await waits until the counters are as wished.
func (p *pipeline) await(what string, limit time.Duration, wished func(forward.Stats) bool) forward.Stats {
	p.t.Helper()
	for until := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		s := p.total()
		if wished(s) {
			return s
		}
		if time.Now().After(until) {
			p.t.Fatalf("%s: not after %v: %+v", what, limit, s)
		}
	}
}

// delivered waits until n records are delivered, and none in another way.
func (p *pipeline) delivered(n int, limit time.Duration) forward.Stats {
	p.t.Helper()
	s := p.await(fmt.Sprintf("%d delivered", n), limit, func(s forward.Stats) bool { return s.Delivered >= uint64(n) })
	if s.DeadLettered != 0 || s.Lost != 0 {
		p.t.Errorf("records went astray: %+v", s)
	}
	return s
}

func spoolDir(t *testing.T) string { return filepath.Join(t.TempDir(), "spool") }
