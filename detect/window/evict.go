package window

import "math/bits"

// ranks is the number of ranks: a window's is the logarithm of how often it
// was touched.
const ranks = 16

// heavy is the number of entries from which a window can be made to give up
// its older half.
const heavy = 64

// originShare is the share of a table (one in so many) that the windows of one
// origin may hold once there is no room left.
const originShare = 16

// newcomerShare is the share of a table that the windows of the lowest rank keep
// against the others: who comes late must have a chance to rise.
const newcomerShare = 16

// touch puts the window at the ends of its lists.
func (w *Window[S]) touch(clock int64) {
	w.last = clock
	t := w.table
	t.ranks[min(bits.Len(uint(w.touches))-1, ranks-1)].move(w, byRank)
	if o := w.links[byOrigin].home; o != nil {
		o.move(w, byOrigin)
	}
}

// weigh puts the window among those of its number of entries.
func (w *Window[S]) weigh() {
	n := bits.Len(uint(w.n)) - bits.Len(uint(heavy))
	var l *list[S]
	if n >= 0 {
		l = &w.table.weights[n]
	}
	if l != w.links[byWeight].home {
		l.move(w, byWeight)
	}
}

// evict gives up one window, but not spare.
func (t *Table[S]) evict(clock int64, spare any) bool {
	w := t.overShare(spare)
	if w == nil {
		w = t.empty(clock, spare)
	}
	if w == nil {
		w = t.lowest(spare)
	}
	if w == nil {
		return false
	}
	t.pool.givenUp(w.Key, t.id, w.touches)
	t.forget(w)
	return true
}

// overShare is a window of the newcomer's origin, if that holds too many: of
// the few longest untouched the lowest in rank.
func (t *Table[S]) overShare(newcomer any) *Window[S] {
	n, ok := newcomer.(*Window[S])
	if !ok || n.table != t {
		return nil
	}
	l := n.links[byOrigin].home
	if l == nil || l.n <= max(1, len(t.byKey)/originShare) {
		return nil
	}
	var lowest *Window[S]
	for w, i := l.head, 0; w != nil && i < 8; w, i = w.links[byOrigin].next, i+1 {
		if w != n && (lowest == nil || w.touches < lowest.touches) {
			lowest = w
		}
	}
	return lowest
}

// empty is a window whose calls have all left it.
func (t *Table[S]) empty(clock int64, spare any) *Window[S] {
	if t.plan.Lasting {
		return nil
	}
	for i := range t.ranks {
		if w := t.ranks[i].oldest(spare); w != nil && w.last <= t.plan.edge(clock) {
			return w
		}
	}
	return nil
}

// lowest is the window to give up when all are in use.
func (t *Table[S]) lowest(spare any) (found *Window[S]) {
	for i := range t.ranks {
		w := t.ranks[i].oldest(spare)
		if w == nil {
			continue
		}
		if i > 0 || t.ranks[0].n*newcomerShare >= len(t.byKey) {
			return w
		}
		found = w // unless there is one above the newcomers
	}
	return found
}

// shed takes the older half from the heaviest window, the one untouched for
// longest if there are several. Where that makes room, the window gets a
// summary of what it loses.
func (t *Table[S]) shed() bool {
	for i := len(t.weights) - 1; i >= 0; i-- {
		w := t.weights[i].head
		if w == nil {
			continue
		}
		if w.summary == nil && w.n/2 > (panes+2)*t.paneCost {
			w.summarize()
		}
		for n := w.n / 2; w.n > n; {
			w.dropEarly()
		}
		w.shrinkRing()
		w.weigh()
		return true
	}
	return false
}

// forget lets go of a window.
func (t *Table[S]) forget(w *Window[S]) {
	for i := range w.links {
		if home := w.links[i].home; home != nil {
			home.remove(w)
		}
	}
	if l := t.origins[w.origin]; l != nil && l.n == 0 {
		delete(t.origins, w.origin)
	}
	w.charge(-w.extra)
	t.pool.entries -= w.n
	t.entries -= w.n
	t.pool.keys--
	w.gone = true
	delete(t.byKey, w.Key)
}
