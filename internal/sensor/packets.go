package sensor

import (
	"context"
	"errors"
	"io"

	"spaniel/capture"
	"spaniel/decode/frame"
	"spaniel/event"
)

// Packets decodes the headers of every frame of src, as a sensor does, and
// shows each with its fate. p is borrowed, and so is parts: the frames that
// brought the fragments it completes. It ends when visit says so, when ctx is
// done, or at the end of input.
func Packets(ctx context.Context, cfg frame.Config, src capture.Source, visit func(f *event.Frame, fate event.FrameFate, p *frame.Packet, parts []uint64) bool) error {
	cfg.Defrag.KeepFrames = true
	var led event.Ledger
	var clock event.Clock
	var f event.Frame
	var p frame.Packet
	dec := frame.New(cfg, &led, nil)
	for ctx.Err() == nil {
		if err := src.Next(&f); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		f.Clock = clock.Tick(f.Time)
		if !visit(&f, dec.Decode(&f, &p), &p, dec.Parts()) {
			return nil
		}
	}
	return ctx.Err()
}
