package sensor

import (
	"spaniel/decode"
	"spaniel/decode/frame"
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
}

func newWorker(cfg *Config, dec *decode.Config, id, n int) *worker {
	w := &worker{id: id, set: cfg.Rules}
	red := cfg.Redactor.Remembering() // of all its shards, which take turns
	for p := id; p < decode.Partitions; p += n {
		w.shards[p] = newShard(cfg, dec, red, &w.ledger, cfg.Rules)
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

// begin starts an epoch judged by set.
func (w *worker) begin(set *detect.Set) {
	if set == w.set {
		return
	}
	w.set = set
	for _, s := range w.own {
		s.swap(set)
	}
	w.share()
}

// packet handles one packet if its partition is this worker's.
func (w *worker) packet(part uint8, p *frame.Packet, out *results) {
	if s := w.shards[part]; s != nil {
		s.packet(p, out)
	}
}

// end fires what is due at the epoch's end clock; behind the last frame it
// closes some of the flows instead.
func (w *worker) end(e *epoch, out *results) {
	for _, s := range w.own {
		s.out = out
		if e.to != 0 {
			s.part.CloseTo(e.to, e.clock)
		} else {
			s.part.Advance(e.clock)
		}
	}
	out.ledger = w.ledger
	if e.countRules {
		out.rules = w.countRules()
	}
}
