package sensor

import (
	"math"

	"spaniel/decode"
	"spaniel/decode/frame"
	"spaniel/decode/stream"
	"spaniel/detect"
	"spaniel/event"
)

// A worker owns every n-th partition and one ledger for them. With a single
// worker it runs inside the reader's goroutine; else in one of its own.
type worker struct {
	id     int
	set    *detect.Set
	ledger event.Ledger
	shards [decode.Partitions]*shard // nil where another worker owns it
	own    []*shard
	// due: before it nothing happens in any of its shards without a packet.
	due     int64
	portion int
	out     *results // of the epoch under way
	passing bool     // packets that tell nothing are left out
	// hand passes on what was found up to a place of the order, beyond which
	// everything found will lie; what it could pass on is out no more.
	hand func(upto event.Order)
	// resume lets it go on, where it waits for that in a goroutine of its own.
	resume chan struct{}
}

func newWorker(cfg *Config, dec *decode.Config, id, n int) *worker {
	w := &worker{id: id, set: cfg.Rules, portion: cfg.Portion, resume: make(chan struct{}, 1)}
	red := cfg.Redactor.Remembering() // of all its shards, which take turns
	for p := id; p < decode.Partitions; p += n {
		w.shards[p] = newShard(cfg, dec, red, &w.ledger, cfg.Rules, w.full)
		w.own = append(w.own, w.shards[p])
		w.shards[p].part.Beside(w.own[0].part)
	}
	w.share()
	return w
}

// share lets the judges of the worker's shards, which take turns, use the same
// working memory.
func (w *worker) share() {
	for _, s := range w.own {
		s.judge.Beside(w.own[0].judge)
	}
}

// begin starts an epoch, judged by its set, into out.
func (w *worker) begin(e *epoch) {
	set, out := e.set, e.results[w.id]
	if w.out = out; w.passing != e.passing {
		w.passing = e.passing
		for _, s := range w.own {
			s.part.Passing(w.passing)
		}
	}
	for _, s := range w.own {
		s.out = out
	}
	if set == w.set {
		return
	}
	w.set = set
	for _, s := range w.own {
		s.swap(set)
	}
	w.share()
}

// packet handles one packet if its partition is this worker's. What is due
// before it, in any of the shards, comes first.
func (w *worker) packet(part uint8, p *frame.Packet) {
	s := w.shards[part]
	if s == nil {
		return
	}
	if w.due <= p.Stamp.Clock {
		w.advance(p.Stamp.Clock)
	}
	s.part.Packet(p)
	w.due = min(w.due, s.part.Due())
	w.full(event.Order{Clock: p.Stamp.Clock, OfFrame: true, Seq: p.Stamp.Frame, Ord: math.MaxUint32})
}

// advance does what is due in all shards at clock, one after the other as if
// they were one: so that what is found can be passed on at any time.
func (w *worker) advance(clock int64) {
	for {
		due, frame, first := int64(math.MaxInt64), uint64(stream.Nobody), w.own[0]
		for _, s := range w.own {
			if d, f := s.part.Next(); d < due || d == due && f < frame {
				due, frame, first = d, f, s
			}
		}
		if w.due = due; due > clock || frame == stream.Nobody {
			return
		}
		first.part.Fire(clock)
		w.full(event.Order{Clock: due, Seq: frame, Ord: math.MaxUint32})
	}
}

// full passes on what was found if that is much: all of it lies up to that
// place.
func (w *worker) full(upto event.Order) {
	if len(w.out.entries) >= w.portion {
		w.hand(upto)
	}
}

// end does what is due at the epoch's end, and closes everything behind the last
// one.
func (w *worker) end(e *epoch) {
	w.advance(e.clock)
	if e.last {
		for _, s := range w.own {
			s.part.Leave(e.clock)
		}
		w.advance(e.clock + 1)
	}
	w.out.ledger = w.ledger
	if e.countRules {
		w.out.rules = w.countRules()
	}
}
