package sensor

import (
	"context"
	"io"

	"spaniel/detect"
	"spaniel/event"
)

// Frames is a source of frames already in memory, for tests of rules and of
// the path itself. It implements capture.Source.
type Frames struct {
	frames []event.Frame
	next   int
}

// NewFrames returns a source that gives the frames, numbered from 1.
func NewFrames(frames []event.Frame) *Frames { return &Frames{frames: frames} }

// Next gives the next frame, io.EOF after the last.
func (f *Frames) Next(fr *event.Frame) error {
	if f.next == len(f.frames) {
		return io.EOF
	}
	*fr = f.frames[f.next]
	f.next++
	fr.Number = uint64(f.next)
	return nil
}

// Close does nothing.
func (f *Frames) Close() error { return nil }

// Replayer returns what the tests inside rules are run by: Replay with each
// test's set.
func Replayer(cfg Config) func(*detect.Set, []event.Frame) ([]*event.Alert, error) {
	return func(set *detect.Set, frames []event.Frame) ([]*event.Alert, error) {
		cfg := cfg
		cfg.Rules = set
		return Replay(cfg, frames)
	}
}

// Replay runs frames through the whole path and returns the alerts: what the
// tests inside rules are judged by.
func Replay(cfg Config, frames []event.Frame) (alerts []*event.Alert, err error) {
	s, err := New(cfg, func(it *event.Item) event.CallFate {
		if it.Kind == event.KindAlert {
			alerts = append(alerts, it.Alert)
		}
		return event.CallAcked
	})
	if err != nil {
		return nil, err
	}
	if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
		return nil, err
	}
	ledger := s.Ledger()
	return alerts, ledger.Check()
}
