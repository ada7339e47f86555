package evidence

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"spaniel/capture"
	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// Between returns the numbers of the frames, sorted, of the connections between
// two ends that had a packet at or between two times, in ns: each of them whole,
// with its handshake and its end. Port 0 is any. It is for what rests on no call:
// a TLS handshake, a scan, a connection that was reset.
func Between(ctx context.Context, cfg frame.Config, src capture.Source, a, b netip.AddrPort, from, to int64) ([]uint64, error) {
	s := span{a: a, b: b, from: from, to: to, open: map[ends]*whole{}}
	var frags fragments
	err := sensor.Packets(ctx, cfg, src, func(f *event.Frame, fate event.FrameFate, p *frame.Packet, parts []uint64) bool {
		parts = frags.of(f.Number, fate, parts)
		if fate == event.FrameStream || fate == event.FrameDuplicate {
			s.take(f, p, parts)
		}
		return s.held <= maxPackets
	})
	if s.held > maxPackets {
		return nil, ErrTooLong
	}
	if fault := (*capture.Fault)(nil); err != nil && !errors.As(err, &fault) {
		return nil, err
	}
	for _, w := range s.open {
		s.end(w)
	}
	slices.Sort(s.frames)
	return slices.Compact(s.frames), nil
}

// span is what Between looks for and has found.
type span struct {
	a, b     netip.AddrPort
	from, to int64
	open     map[ends]*whole
	frames   []uint64
	held     int // numbers in frames and in open
}

// whole is a connection as far as it was read.
type whole struct {
	frames []uint64
	spoke  bool // something else than SYNs came
	hit    bool // a packet within the times
}

func (s *span) take(f *event.Frame, p *frame.Packet, parts []uint64) {
	if !(is(s.a, p.Src) && is(s.b, p.Dst) || is(s.a, p.Dst) && is(s.b, p.Src)) {
		return
	}
	k := endsOf(p.Src, p.Dst, p.VNI)
	w := s.open[k]
	opens := p.Has(frame.SYN) && !p.Has(frame.ACK)
	if w == nil || opens && w.spoke {
		if w != nil {
			s.end(w)
		}
		w = new(whole)
		s.open[k] = w
	}
	w.spoke = w.spoke || !opens
	w.hit = w.hit || f.Time >= s.from && f.Time <= s.to
	w.frames = append(append(w.frames, f.Number), parts...)
	s.held += 1 + len(parts)
}

// end keeps a connection that is over, or forgets it.
func (s *span) end(w *whole) {
	if w.hit {
		s.frames = append(s.frames, w.frames...)
		return
	}
	s.held -= len(w.frames)
}

// is reports whether an end is the one that is meant.
func is(want, got netip.AddrPort) bool {
	return want.Addr() == got.Addr() && (want.Port() == 0 || want.Port() == got.Port())
}
