package evidence

import (
	"context"
	"errors"
	"math"
	"slices"

	"spaniel/capture"
	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// Frames returns the numbers of the frames that hold the calls, sorted. A call
// is in the packets of its connection that bring a byte of its request or its
// response, in whatever order and however often until it was over, and in
// those without payload between the first and the last of them; the first call
// of a connection also has all that came before it, the handshake above all. A
// packet that came in fragments is in the frames of all of them.
//
// Where a hole hid where a message begins, more than its packets may be
// returned, never fewer.
func Frames(ctx context.Context, cfg frame.Config, src capture.Source, calls []Call) ([]uint64, error) {
	all := connections(calls)
	last, until := uint64(0), int64(math.MinInt64)
	for _, list := range all {
		for _, c := range list {
			last, until = max(last, c.to), max(until, c.until)
		}
	}
	n := 0
	var whole fragments
	err := sensor.Packets(ctx, cfg, src, func(f *event.Frame, fate event.FrameFate, p *frame.Packet, parts []uint64) bool {
		parts = whole.of(f.Number, fate, parts)
		if fate == event.FrameStream || fate == event.FrameDuplicate {
			for _, c := range all[endsOf(p.Src, p.Dst, p.VNI)] {
				if c.holds(f, fate, p) {
					c.note(f, p, parts)
					n++
				}
			}
		}
		return n <= maxPackets && (f.Number <= last || f.Time-lead <= until)
	})
	if n > maxPackets {
		return nil, ErrTooLong
	}
	if fault := (*capture.Fault)(nil); err != nil && !errors.As(err, &fault) { // the calls lie before a fault
		return nil, err
	}
	var frames []uint64
	for _, list := range all {
		for _, c := range list {
			for _, call := range c.calls {
				frames = c.pick(call, frames)
			}
		}
	}
	slices.Sort(frames)
	return slices.Compact(frames), nil
}

// pick appends the frames of one call.
func (c *connection) pick(call *Call, frames []uint64) []uint64 {
	var want [2]reach
	begin, end := uint64(math.MaxUint64), uint64(0)
	for d := range want {
		if m := &call.messages[d]; m.seen {
			want[d] = c.reach(event.Direction(d), m, call.first)
			begin, end = min(begin, want[d].first), max(end, want[d].last)
		}
	}
	if call.first {
		begin = 0
	}
	for i := range c.packets {
		s := &c.packets[i]
		w := &want[s.dir]
		if s.data() && s.frame <= end && s.start < w.hi && s.end > w.lo || !s.data() && s.frame >= begin && s.frame <= end {
			frames = append(append(frames, s.frame), s.parts...)
		}
	}
	return frames
}

// reach is where in its direction's stream a message lies, at most, and the
// frames between which it was read.
type reach struct {
	lo, hi      uint64
	first, last uint64
}

func (c *connection) reach(d event.Direction, m *message, first bool) reach {
	r := reach{first: m.first, last: m.last}
	if r.first == 0 {
		r.first = c.before(m.start)
	}
	if r.last == 0 {
		r.last = c.before(m.end)
	}
	if !first {
		r.lo = c.beginning(d, r.first)
	}
	for i := range c.packets {
		if s := &c.packets[i]; s.dir == d && s.data() && s.frame <= r.last && s.end > r.lo {
			r.hi = max(r.hi, s.end)
		}
	}
	return r
}

// before returns the last frame that is not after a time.
func (c *connection) before(t int64) (frame uint64) {
	for i := range c.packets {
		if c.packets[i].time <= t {
			frame = c.packets[i].frame
		}
	}
	return frame
}

// beginning returns where the bytes begin that were read when frame came: at
// its own payload, or, if its acknowledgement or a timer gave up a hole, behind
// that hole.
func (c *connection) beginning(d event.Direction, frame uint64) uint64 {
	var waiting []*sighting
	for i := range c.packets {
		s := &c.packets[i]
		if s.dir != d || !s.data() || s.frame > frame {
			continue
		}
		if s.frame == frame {
			return s.start
		}
		waiting = append(waiting, s)
	}
	slices.SortStableFunc(waiting, func(a, b *sighting) int { return int(int64(a.start - b.start)) })
	lo, end := uint64(0), uint64(0)
	for _, s := range waiting {
		if s.start > end {
			lo = s.start
		}
		end = max(end, s.end)
	}
	return lo
}
