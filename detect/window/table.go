package window

// A Plan is what a table's windows measure.
type Plan struct {
	// Over is the length of the windows in ns.
	Over int64
	// Keep is how long after its last call a key's State is kept, ns; at
	// least Over.
	Keep       int64
	Aggregates []Aggregate
}

// A Pool bounds what several tables hold together: entries (calls in windows)
// and keys. At a cap the table with most keys gives up a window: first of
// those that saw one call only, the oldest; then of the others, the oldest.
// So a flood of keys seen once pushes out the flood, not the slow client
// that came before it.
type Pool struct {
	// MaxEntries and MaxKeys are the caps.
	MaxEntries, MaxKeys int
	// Evicted counts the windows given up.
	Evicted uint64

	entries, keys int
	tables        []evictor
}

// NewPool returns a pool with the given caps, which are at least 1.
func NewPool(maxEntries, maxKeys int) *Pool {
	return &Pool{MaxEntries: max(1, maxEntries), MaxKeys: max(1, maxKeys)}
}

// Entries and Keys return what is held now.
func (p *Pool) Entries() int { return p.entries }

// Keys returns the number of windows held now.
func (p *Pool) Keys() int { return p.keys }

// evictor is a table as the pool sees it.
type evictor interface {
	size() int
	evict(spare any) bool
	Expire(clock int64)
}

// shrink gives up windows until the caps hold again; never spare, the one
// that is in use. What is over anyway goes first, in every table: else what
// is given up would depend on when the caller last called Expire.
func (p *Pool) shrink(clock int64, spare any) {
	if p.entries <= p.MaxEntries && p.keys <= p.MaxKeys {
		return
	}
	for _, t := range p.tables {
		t.Expire(clock)
	}
	for p.entries > p.MaxEntries || p.keys > p.MaxKeys {
		var largest evictor
		for _, t := range p.tables {
			if largest == nil || t.size() > largest.size() {
				largest = t
			}
		}
		if largest == nil || !largest.evict(spare) {
			return
		}
		p.Evicted++
	}
}

// A Table holds the windows of one rule by key. It belongs to one goroutine.
type Table[S any] struct {
	plan    Plan
	pool    *Pool
	byKey   map[string]*Window[S]
	once    list[S] // windows touched once, the longest untouched first
	often   list[S]
	scratch []float64
}

// NewTable returns an empty table that shares the pool's caps.
func NewTable[S any](plan Plan, pool *Pool) *Table[S] {
	plan.Keep = max(plan.Keep, plan.Over)
	t := &Table[S]{plan: plan, pool: pool, byKey: map[string]*Window[S]{}}
	pool.tables = append(pool.tables, t)
	return t
}

// Add puts a call into the key's window and returns it, slid to e.Clock. The
// table keeps e.Values. Clocks never go back.
func (t *Table[S]) Add(key string, e Entry) *Window[S] {
	t.Expire(e.Clock)
	w := t.byKey[key]
	if w == nil {
		w = &Window[S]{Key: key, table: t, run: make([]running, len(t.plan.Aggregates))}
		t.byKey[key] = w
		t.pool.keys++
	}
	w.touch(e.Clock)
	w.slide(e.Clock)
	w.push(e)
	t.pool.shrink(e.Clock, w)
	return w
}

// Expire forgets the keys whose last call is longer ago than Plan.Keep. What
// a window says never depends on when, or whether, this is called.
func (t *Table[S]) Expire(clock int64) {
	for _, l := range []*list[S]{&t.once, &t.often} {
		for l.head != nil && l.head.last <= clock-t.plan.Keep {
			t.forget(l.head)
		}
	}
}

// Close forgets everything and leaves the pool.
func (t *Table[S]) Close() {
	for _, l := range []*list[S]{&t.once, &t.often} {
		for l.head != nil {
			t.forget(l.head)
		}
	}
	for i, o := range t.pool.tables {
		if o == evictor(t) {
			t.pool.tables = append(t.pool.tables[:i], t.pool.tables[i+1:]...)
			break
		}
	}
}

func (t *Table[S]) size() int { return len(t.byKey) }

func (t *Table[S]) evict(spare any) bool {
	for _, l := range []*list[S]{&t.once, &t.often} {
		w := l.head
		if w != nil && any(w) == spare {
			w = w.next
		}
		if w != nil {
			t.forget(w)
			return true
		}
	}
	return false
}

func (t *Table[S]) forget(w *Window[S]) {
	w.home.remove(w)
	t.pool.entries -= w.n
	t.pool.keys--
	delete(t.byKey, w.Key)
}

// touch moves the window to the end of its list.
func (w *Window[S]) touch(clock int64) {
	if w.home != nil {
		w.home.remove(w)
	}
	w.last = clock
	w.touches++
	l := &w.table.once
	if w.touches > 1 {
		l = &w.table.often
	}
	l.append(w)
}

// list is a doubly linked list of windows.
type list[S any] struct {
	head, tail *Window[S]
}

func (l *list[S]) append(w *Window[S]) {
	w.home, w.prev, w.next = l, l.tail, nil
	if l.tail != nil {
		l.tail.next = w
	} else {
		l.head = w
	}
	l.tail = w
}

func (l *list[S]) remove(w *Window[S]) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		l.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		l.tail = w.prev
	}
	w.home, w.prev, w.next = nil, nil, nil
}
