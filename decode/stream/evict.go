package stream

import "spaniel/event"

// makeRoom ends a flow when the table is full: the oldest of those that never
// got beyond a SYN, so that a flood of them harms nobody else; else one that
// was idle since it was last looked at. The second chance costs a step a
// packet at most, since only a packet earns it.
func (t *Table) makeRoom(at event.Stamp) {
	for len(t.flows) >= t.cfg.Flows {
		f := t.fresh.head
		if f == nil {
			f = t.idlest()
		}
		t.Stats.Evicted++
		f.ev.Flags |= event.FlagCapped
		t.close(f, endEvicted, false, at)
	}
}

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
