package window

import "spaniel/event"

// MaxEntries is how many calls one window holds. Up to it every aggregate is
// exact. Beyond it the oldest call leaves early, the window is marked capped,
// and what it measures comes from sums and sketches of pieces of its time.
const MaxEntries = 4096

// An Entry is what one call adds to one window. The window keeps Values.
type Entry struct {
	// Clock is the packet clock when the call was complete; windows slide on
	// it. Time is the call's own time, which gaps are measured between.
	Clock, Time int64
	Call        event.ID
	Values      []Value
}

// A Window is the entries of one key in the last while. State is the
// caller's, kept as long as the window is.
//
// What each call touches comes first: windows are many, and each is far from
// the processor when its call comes.
type Window[S any] struct {
	Key    string
	ring   []Entry // first is the oldest; a power of two, grows by doubling, to MaxEntries
	first  int
	n      int
	oldest int64 // clock of the oldest entry, if there is one
	gone   bool  // given up, or over
	// Capped says that calls were dropped before their time.
	Capped bool

	table   *Table[S]
	now     int64
	last    int64 // clock of the last entry
	touches int   // how often the key came, as far as is known
	links   [listKinds]link[S]
	State   S
	// run is what is kept of the aggregates, nil while nothing was asked for.
	run []running
	// trackers are of the aggregates that have one, nil if none has.
	trackers []tracker
	summary  *summary // of a window that could not hold all its calls
	extra    int      // what the summary costs, in entries
	lost     int      // calls dropped early without a summary
	early    int64    // clock of the latest call that was dropped early
	origin   uint64
}

// Fewer reports that the window surely holds fewer calls than n: then nothing
// that counts them, or their different values, reaches n.
func (w *Window[S]) Fewer(n int) bool { return w.summary == nil && w.n < n }

// Gone reports that the table holds the window no more.
func (w *Window[S]) Gone() bool { return w.gone }

// Slide moves the window on to a clock at which no call came.
func (w *Window[S]) Slide(clock int64) { w.slide(max(w.now, clock)) }

// Len returns the number of entries.
func (w *Window[S]) Len() int { return w.n }

// Entry returns the i-th entry, 0 the oldest; the window owns it.
func (w *Window[S]) Entry(i int) *Entry { return w.at(i) }

func (w *Window[S]) at(i int) *Entry { return &w.ring[(w.first+i)&(len(w.ring)-1)] }

func (w *Window[S]) push(e Entry) {
	if w.n == MaxEntries {
		if w.summary == nil {
			w.summarize()
		}
		w.dropEarly()
	}
	if w.n == len(w.ring) {
		w.resize(min(MaxEntries, max(4, 2*len(w.ring))))
	}
	if w.n++; w.n == 1 {
		w.oldest = e.Clock
	}
	kept := w.at(w.n - 1)
	*kept = e
	for i := range w.run {
		w.run[i].add(&w.table.plan.Aggregates[i], kept)
	}
	if w.summary != nil {
		w.sumUp(kept)
	}
	if w.trackers != nil {
		w.track(kept)
	}
	w.table.entries++
	w.table.pool.entries++
	w.weigh()
}

// charge counts what a summary costs like entries.
func (w *Window[S]) charge(n int) {
	w.extra += n
	w.table.entries += n
	w.table.pool.entries += n
}

func (w *Window[S]) resize(n int) {
	ring := make([]Entry, n)
	for i := 0; i < w.n; i++ {
		ring[i] = *w.at(i)
	}
	w.ring, w.first = ring, 0
}

// shrinkRing gives back memory once most of the ring is unused: the caps are
// on entries, and rings that only grow would hold far more.
func (w *Window[S]) shrinkRing() {
	if len(w.ring) > 16 && w.n < len(w.ring)/4 {
		w.resize(len(w.ring) / 2)
	}
}

// dropEarly drops the oldest entry before its time.
func (w *Window[S]) dropEarly() {
	w.early = w.oldest
	w.Capped = true
	if w.summary == nil {
		w.lost++
	}
	w.shift()
}

// shift removes the oldest entry.
func (w *Window[S]) shift() {
	e := w.at(0)
	for i := range w.run {
		w.run[i].drop(&w.table.plan.Aggregates[i], e)
	}
	*e = Entry{}
	w.first = (w.first + 1) & (len(w.ring) - 1)
	if w.n--; w.n == 0 {
		w.run = nil
	} else {
		w.oldest = w.at(0).Clock
	}
	w.table.entries--
	w.table.pool.entries--
}

func takesValue(op Op) bool { return op != Count && op != Rate && op != GapCV && op < Bucket }

// slide drops what is older than the window's length. When no call that was
// dropped early would still be inside, the window is exact again.
func (w *Window[S]) slide(clock int64) {
	w.now = clock
	edge := w.table.plan.edge(clock)
	for w.n > 0 && w.oldest <= edge {
		w.shift()
		w.shrinkRing()
	}
	switch {
	case !w.Capped:
	case w.early <= edge:
		w.charge(-w.extra)
		w.summary, w.lost, w.Capped = nil, 0, false
	case w.summary != nil:
		w.slideSummary(edge)
	}
	w.weigh()
}
