package sensor

import (
	"context"
	"errors"
	"io"
	"time"

	"spaniel/capture"
	"spaniel/decode/frame"
	"spaniel/detect"
	"spaniel/event"
)

// A reader is the front of the path: it numbers frames, keeps the packet
// clock, decodes headers down to the flow, and fills epochs. It belongs to
// one goroutine.
type reader struct {
	cfg     *Config
	src     capture.Source
	dec     *frame.Decoder
	ledger  event.Ledger
	clock   event.Clock
	frame   event.Frame
	packet  frame.Packet
	epoch   *epoch // under way, for anomalies
	epochs  int
	over    bool // the capture ends with the epoch under way
	ord     uint32
	sampler *sampler // nil where all is read
	bypass  bypass
	// judge judges what lone frames say; set is whose rules it has.
	judge *detect.Judge
	set   *detect.Set
}

func newReader(cfg *Config, src capture.Source, tell func(event.Kind, event.NoteRecord) bool) *reader {
	r := &reader{cfg: cfg, src: src, sampler: newSampler(cfg, tell), bypass: bypass{seed: cfg.Decode.Seed, flows: map[uint64]*bypassed{}}}
	headers := cfg.Decode.Frame
	headers.Defrag.KeepFrames = cfg.Seen != nil || cfg.Back != nil
	r.dec = frame.New(headers, &r.ledger, r.anomaly)
	r.dec.Fact = r.fact
	return r
}

// fact files who claims an address, in the frame's place.
func (r *reader) fact(f event.Fact) {
	f.Order = event.Order{Clock: r.frame.Clock, OfFrame: true, Seq: r.frame.Number, Ord: r.ord}
	r.ord++
	r.epoch.reader.fact(r.cfg, r.judged(), &f)
}

// judged is the judge of the epoch under way.
func (r *reader) judged() *detect.Judge {
	if r.set != r.epoch.set {
		r.set = r.epoch.set
		r.judge = detect.NewJudge(r.set, r.cfg.detectConfig(r.cfg.Redactor.Remembering()))
	}
	return r.judge
}

// anomaly files what header decoding found odd, in the frame's place.
func (r *reader) anomaly(a event.Anomaly) {
	a.Order = event.Order{Clock: r.frame.Clock, OfFrame: true, Seq: r.frame.Number, Ord: r.ord}
	r.ord++
	r.ledger.Anomalies++
	r.epoch.reader.anomaly(r.cfg, r.judged(), &a)
}

// begin makes e the epoch under way, and decides what of its frames is read.
func (r *reader) begin(e *epoch) {
	r.epoch = e
	if r.cfg.Back != nil {
		r.cfg.Back.Serve()
	}
	e.share(r.sampler)
	for _, w := range e.results {
		if e.passing {
			r.bypass.learn(w.passes, r.clock.Now())
		}
		w.passes = w.passes[:0]
	}
	r.dec.Skim = nil
	if e.passing || e.rate < 1 {
		r.dec.Skim = r.skim
	}
}

// fill reads frames into e, which was begun, until it is full, the line is idle, or
// the capture ends, which sets r.over. It calls packet with each packet and its
// partition; the packet is borrowed.
func (r *reader) fill(ctx context.Context, e *epoch, packet func(part uint8, p *frame.Packet)) (err error) {
	if b := &r.bypass; len(b.flows) > 0 && (!e.passing || time.Duration(r.clock.Now()-b.swept) >= lookIn) {
		b.sweep(r.clock.Now(), r.frame.Number, !e.passing, packet)
	}
	for e.frames < r.cfg.EpochFrames && e.load < r.cfg.EpochBytes && !r.over {
		if ctx.Err() != nil {
			r.over = true
			break
		}
		switch err = r.src.Next(&r.frame); {
		case err == nil:
			e.load += len(r.frame.Data)
			r.one(e, packet)
		case errors.Is(err, capture.ErrTimeout):
			err = nil
			if r.cfg.Now != nil && !r.cfg.Recorded {
				r.clock.Idle(r.cfg.Now())
			}
			e.frames = max(e.frames, r.cfg.EpochFrames) // an idle line: judge what there is
		default:
			r.over = true
			if errors.Is(err, io.EOF) {
				err = nil
			}
		}
	}
	if r.over {
		r.bypass.sweep(r.clock.Now(), r.frame.Number, true, packet)
		r.dec.Flush()
		if r.sampler != nil {
			r.sampler.stop()
		}
	}
	r.epochs++
	e.countRules = r.over || r.epochs%statsEvery == 0
	if e.countRules && r.judge != nil {
		e.reader.rules = map[string]detect.RuleStats{}
		addRules(e.reader.rules, r.judge.Stats())
	}
	e.clock, e.last = r.clock.Now(), r.over
	e.reader.ledger = r.ledger
	return err
}

func (r *reader) one(e *epoch, packet func(part uint8, p *frame.Packet)) {
	e.frames++
	r.ord = 0
	r.frame.Clock = r.clock.Tick(r.frame.Time)
	if r.cfg.Filter != nil && !r.cfg.Filter(&r.frame) {
		r.ledger.FramesIn++
		r.ledger.FrameBytes += uint64(len(r.frame.Data))
		r.ledger.Frames[event.FrameFiltered]++
		return
	}
	fate := r.dec.Decode(&r.frame, &r.packet)
	if r.cfg.Back != nil {
		r.cfg.Back.Keep(&r.frame, fate, r.packet.Flow(r.cfg.Decode.Seed), r.dec.Parts())
	}
	if r.cfg.Seen != nil {
		r.cfg.Seen(&r.frame, fate, r.dec.Parts())
	}
	if fate != event.FrameStream {
		return
	}
	if len(r.bypass.flows) > 0 {
		r.bypass.read(r.packet.Flow(r.cfg.Decode.Seed), &r.packet, r.frame.Number, packet)
	}
	packet(r.packet.Partition(r.cfg.Decode.Seed), &r.packet)
}

// skim is the fate of a segment that under load need not be read, or not be read
// now; FrameStream of the others.
func (r *reader) skim(p *frame.Packet) event.FrameFate {
	id := p.Flow(r.cfg.Decode.Seed)
	switch s := r.sampler; {
	case !s.keeps(frame.LotOf(id)):
		s.sampling.packets++
		s.sampling.bytes += uint64(len(p.Payload))
		return event.FrameShed
	case s.bypass && r.bypass.passes(id, p):
		s.passing.packets++
		s.passing.bytes += uint64(len(p.Payload))
		return event.FrameBypassed
	}
	return event.FrameStream
}
