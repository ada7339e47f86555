package window

import (
	"math"
	"unsafe"
)

// A Plan is what a table's windows measure.
type Plan struct {
	// Over is the length of the windows in ns.
	Over int64
	// Keep is how long after its last call a key's State is kept, ns; at
	// least Over.
	Keep       int64
	Aggregates []Aggregate
	// Tumbling windows begin anew at each multiple of Over.
	Tumbling bool
	// Lasting says that a window is worth keeping when its calls have left it.
	Lasting bool
}

// edge is the clock behind which the window begins.
func (p *Plan) edge(clock int64) int64 {
	if p.Tumbling {
		return floor(clock, p.Over) - 1
	}
	return clock - p.Over
}

// A Table holds the windows of one rule by key. It belongs to one goroutine.
type Table[S any] struct {
	plan    Plan
	pool    *Pool
	id      uint64 // among the tables of the pool
	byKey   map[string]*Window[S]
	recent  [recent]*Window[S] // by the memory of their keys
	entries int
	// paneCost is what a pane of a summary counts for, in entries.
	paneCost int
	ranks    [ranks]list[S]
	weights  [8]list[S] // of heavy windows: 64 entries, 128, … MaxEntries
	origins  map[uint64]*list[S]
	oldest   int64 // no window was untouched for longer than since then
	scratch  []float64
}

// NewTable returns an empty table that shares the pool's caps.
func NewTable[S any](plan Plan, pool *Pool) *Table[S] {
	plan.Keep = max(plan.Keep, plan.Over)
	t := &Table[S]{plan: plan, pool: pool, id: uint64(len(pool.tables)), byKey: map[string]*Window[S]{}, paneCost: plan.cost(), oldest: math.MinInt64, origins: map[uint64]*list[S]{}}
	for i := range t.weights {
		t.weights[i].kind = byWeight
	}
	pool.tables = append(pool.tables, t)
	return t
}

// Add puts a call into the key's window and returns it, slid to e.Clock. The
// table keeps e.Values. A clock that went back counts as standing still.
// Windows of one origin, a number that stands for the network a call came
// from, have a bounded share where there is no room for all; 0 is none.
func (t *Table[S]) Add(key string, origin uint64, e Entry) *Window[S] {
	w := t.Touch(key, origin, e.Clock)
	e.Clock = t.pool.clock
	w.push(e)
	t.pool.shrink(e.Clock, w)
	return w
}

// Touch returns the key's window without adding a call to it.
func (t *Table[S]) Touch(key string, origin uint64, clock int64) *Window[S] {
	t.pool.clock = max(t.pool.clock, clock)
	t.Expire(t.pool.clock)
	w := t.find(key)
	if w == nil {
		w = &Window[S]{Key: key, table: t, origin: origin, touches: t.pool.came(key, t.id)}
		w.newTrackers()
		t.byKey[key] = w
		t.pool.keys++
		if origin != 0 {
			t.originList(origin).append(w)
		}
	}
	w.touches++
	w.touch(t.pool.clock)
	w.slide(t.pool.clock)
	t.pool.shrink(t.pool.clock, w)
	return w
}

// recent is how many windows are found without a look at all of their key.
const recent = 512

// find returns the key's window, nil if there is none. Callers give equal keys in
// the same memory when they can.
func (t *Table[S]) find(key string) *Window[S] {
	if key == "" {
		return t.byKey[key]
	}
	data := unsafe.StringData(key)
	at := &t.recent[uintptr(unsafe.Pointer(data))>>4*0x9e3779b1>>8%recent]
	if w := *at; w != nil && !w.gone && len(w.Key) == len(key) && unsafe.StringData(w.Key) == data {
		return w
	}
	w := t.byKey[key]
	if w != nil {
		*at = w
	}
	return w
}

func (t *Table[S]) originList(origin uint64) *list[S] {
	l := t.origins[origin]
	if l == nil {
		l = &list[S]{kind: byOrigin}
		t.origins[origin] = l
	}
	return l
}

// Expire forgets the keys whose last call is longer ago than Plan.Keep. What
// a window says never depends on when, or whether, this is called.
func (t *Table[S]) Expire(clock int64) {
	if clock-t.plan.Keep < t.oldest {
		return
	}
	t.oldest = clock
	for i := range t.ranks {
		l := &t.ranks[i]
		for l.head != nil && l.head.last <= clock-t.plan.Keep {
			t.forget(l.head)
		}
		if l.head != nil {
			t.oldest = min(t.oldest, l.head.last)
		}
	}
}

// Close forgets everything and leaves the pool.
func (t *Table[S]) Close() {
	for _, w := range t.byKey {
		t.forget(w)
	}
	for i, o := range t.pool.tables {
		if o == payer(t) {
			t.pool.tables = append(t.pool.tables[:i], t.pool.tables[i+1:]...)
			break
		}
	}
}

func (t *Table[S]) size() int { return len(t.byKey) }

func (t *Table[S]) weight() int { return t.entries }
