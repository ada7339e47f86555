package stream

import (
	"unsafe"

	"spaniel/event"
)

// makeRoom ends a flow when the table is full.
func (t *Table) makeRoom(at event.Stamp) {
	for t.flows.n >= t.cfg.Flows {
		t.GiveUpFlow(at)
	}
}

// GiveUpFlow ends a flow: the oldest of those that never got beyond a SYN, so
// that a flood of them harms nobody else; else one that was idle since it was
// last looked at. The second chance costs a step a packet at most, since only a
// packet earns it. One must be open.
func (t *Table) GiveUpFlow(at event.Stamp) {
	f := t.fresh.head
	if f == nil {
		f = t.idlest()
	}
	t.Stats.Evicted++
	f.ev.Flags |= event.FlagCapped
	t.close(f, endEvicted, false, at)
}

// GiveUpHole closes the oldest hole that bytes wait behind. There must be one.
func (t *Table) GiveUpHole(at event.Stamp) {
	v := t.waiting.head
	t.Stats.HolesCapped++
	v.flow.ev.Flags |= event.FlagCapped
	t.flush(v.flow, v.dir, lossCapped, at)
}

// Full is how many flows there may be, and how many bytes may wait.
func (t *Table) Full() (flows, waiting int) { return t.cfg.Flows, t.cfg.Buffer }

// Open is how many flows there are.
func (t *Table) Open() int { return t.flows.n }

// Waiting is how much memory is taken by what waits behind holes.
func (t *Table) Waiting() int {
	if t.waiting.head == nil {
		return 0
	}
	return t.pool.held - t.keeping*pageCost
}

// Costs of what is not given up but leaves by itself: a half-open connection,
// and one that ended and is remembered, each with its places in maps.
const (
	halfOpenCost = 256
	graveCost    = 384
)

// Kept is how many bytes are taken besides, of which nothing can be given up.
func (t *Table) Kept() int {
	n := t.keeping*pageCost + t.half.index.n*halfOpenCost + t.gone.index.n*graveCost
	if t.waiting.head == nil {
		n = t.pool.held - t.keeping*pageCost + n
	}
	return n
}

// FlowCost is what a flow takes in a table, without what its receiver takes.
const FlowCost = int(unsafe.Sizeof(flow{})) + 256

func (t *Table) idlest() *flow {
	for {
		f := t.old.head
		if f.clock <= f.queued {
			return f
		}
		f.queued = f.clock
		t.old.remove(f)
		t.old.push(f)
	}
}
