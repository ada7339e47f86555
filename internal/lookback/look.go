package lookback

import (
	"cmp"
	"slices"

	"spaniel/event"
)

// A Query asks for the frames of one connection up to a place of the capture's
// order.
type Query struct {
	// Flow is what Keep was told of it.
	Flow uint64
	// First is the number of its first frame, 0 if that is not known: then frames
	// of an earlier connection of the same ends may be among those found.
	First uint64
	// Packets is how many segments it had up to then, 0 if that is not known.
	Packets uint64
	// Upto is the place.
	Upto event.Order
}

// upto reports whether a frame lies before the place.
func (q *Query) upto(b record) bool {
	if c := cmp.Compare(int64(b.u64(atClock)), q.Upto.Clock); c != 0 {
		return c < 0
	}
	return q.Upto.OfFrame && b.number() <= q.Upto.Seq // timers come before the frames of their time
}

// Found is what there was of a connection, until the next Look.
type Found struct {
	// Gone is how many of its packets had been overwritten; with Unsure there may
	// be more, or some.
	Gone   uint64
	Unsure bool
	// Beyond is how many of its frames, the oldest, were too many to be copied.
	Beyond uint64

	q     Query
	begun bool
	buf   []byte   // records, the newest first
	pos   uint64   // of the record to be looked at next
	parts []uint64 // numbers of the fragments to be looked for, sorted
	loose bool     // it is fragments that are looked for
	// segments were found, whether or not they were copied; first is among them,
	// lost says that records which led on were overwritten.
	segments    uint64
	first, lost bool
}

// Bounds of what Serve does at a time: some tens of microseconds.
const (
	stepRecords = 512
	stepBytes   = 128 << 10
	maxWanted   = 4096 // fragments of one connection; of more the newest are found
)

// Look asks the owner, and returns what it found once it has served.
func (r *Ring) Look(q Query) *Found {
	f := &r.found
	*f = Found{q: q, buf: f.buf[:0], parts: f.parts[:0]}
	r.asked.Store(true)
	select {
	case <-r.served:
	case <-r.left: // the owner serves no more
		if !r.asked.Load() {
			<-r.served // it had done so before
			break
		}
		for !r.step() {
		}
		r.asked.Store(false)
	}
	return f
}

// Serve does a part of what was asked for, if anything was.
func (r *Ring) Serve() {
	if r.asked.Load() && r.step() {
		r.asked.Store(false)
		r.served <- struct{}{}
	}
}

// Leave says that no more frames come. It may be called once.
func (r *Ring) Leave() { close(r.left) }

// step does a part of the work, and reports whether all is done. It goes from the
// newest record to the oldest, so that what is copied is what the ring loses last.
func (r *Ring) step() bool {
	f := &r.found
	if !f.begun {
		f.begun, f.pos = true, r.last[f.q.Flow>>r.shift]
	}
	before := len(f.buf)
	for range stepRecords {
		switch {
		case len(f.buf)-before > stepBytes:
			return false
		case r.holds(f.pos):
			b := r.at(f.pos)
			f.pos = b.u64(atBefore)
			if f.loose {
				f.fragment(b)
			} else {
				f.packet(b)
			}
		case f.loose:
			f.end()
			return true
		default: // the connection's records are through
			f.lost = f.pos != 0
			slices.Sort(f.parts)
			f.parts = slices.Compact(f.parts)
			if f.loose, f.pos = true, r.pieces; len(f.parts) == 0 {
				f.pos = 0
			}
		}
	}
	return false
}

// packet takes a record that may be one of the connection.
func (f *Found) packet(b record) {
	switch {
	case b.number() < f.q.First:
		f.pos = 0 // and so are all before it
	case b.u64(atFlow) == f.q.Flow && f.q.upto(b):
		if b.kind() == segment {
			f.segments++
		}
		f.first = f.first || b.number() == f.q.First
		f.take(b)
	}
}

// fragment takes a record of a fragment that may be wanted.
func (f *Found) fragment(b record) {
	if at, ok := slices.BinarySearch(f.parts, b.number()); ok {
		f.parts = slices.Delete(f.parts, at, at+1)
		f.take(b)
		slices.Sort(f.parts)
	}
	if len(f.parts) == 0 || b.number() < f.parts[0] {
		f.pos = 0
	}
}

// take copies a record, and puts down the fragments that belong to it.
func (f *Found) take(b record) {
	if f.Beyond > 0 || len(b) > cap(f.buf)-len(f.buf) { // without a hole: one that is smaller does not count
		f.Beyond++
		return
	}
	f.buf = append(f.buf, b...)
	for i := range b.parts() {
		switch n := b.part(i); {
		case n == b.number():
		case len(f.parts) == maxWanted:
			f.Beyond++
		default:
			f.parts = append(f.parts, n)
		}
	}
}

// end says what is missing.
func (f *Found) end() {
	switch {
	case f.first: // there was nothing before
	case f.q.First == 0:
		f.Unsure = f.lost
	default:
		f.Gone, f.Unsure = max(1, f.q.Packets-min(f.q.Packets, f.segments)), f.q.Packets == 0
	}
	f.Gone += uint64(len(f.parts))
}

// Frames are the frames in their order; their bytes are good until the next Look.
func (f *Found) Frames() []event.Frame {
	var list []event.Frame
	for rest := record(f.buf); len(rest) > 0; {
		b := rest[:rest.size()]
		list, rest = append(list, b.frame()), rest[len(b):]
	}
	slices.SortFunc(list, func(a, b event.Frame) int { return cmp.Compare(a.Number, b.Number) })
	return list
}
