package evidence

import (
	"context"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// A Call is where a call's bytes came from: its connection, and for each of
// its two messages the frames that brought the first and the last byte.
type Call struct {
	ID  event.ID
	key event.FlowKey
	// from is the connection's first frame; first says that the call is the
	// connection's first.
	from     uint64
	first    bool
	messages [2]message // by event.Direction
}

// message is one direction's part. Frame 0 is a timer: a hole was given up
// when its time was over, and only start and end say when.
type message struct {
	seen        bool
	first, last uint64
	start, end  int64
}

// Find decodes src until it has n calls that want chooses, and returns them in
// the order they ended in. want may not keep the call.
func Find(ctx context.Context, cfg *decode.Config, src capture.Source, n int, want func(*event.Call) bool) (found []Call, err error) {
	var led event.Ledger
	var parts [decode.Partitions]*decode.Partition
	for i := range parts {
		parts[i] = decode.NewPartition(cfg, &led, decode.Output{Call: func(c *event.Call) {
			if len(found) < n && want(c) {
				found = append(found, place(c))
			}
		}})
	}
	clock := int64(0)
	err = sensor.Packets(ctx, cfg.Frame, src, func(f *event.Frame, fate event.FrameFate, p *frame.Packet, _ []uint64) bool {
		clock = f.Clock
		if fate == event.FrameStream {
			parts[p.Partition(cfg.Seed)].Packet(p)
		}
		return len(found) < n
	})
	for i := range parts {
		parts[i].Close(clock)
	}
	return found, err
}

func place(c *event.Call) Call {
	return Call{ID: c.ID, key: c.Flow.FlowKey, from: c.Flow.FirstFrame, first: c.Depth == 1, messages: [2]message{part(&c.Req.Message), part(&c.Resp.Message)}}
}

func part(m *event.Message) message {
	return message{seen: m.Seen, first: m.FirstFrame, last: m.LastFrame, start: m.Start, end: m.End}
}
