package stream

import "spaniel/event"

// window holds the bytes of one direction that wait behind a hole. Positions
// count bytes of the stream in 64 bits, so nothing here wraps.
type window struct {
	ring  []*page // page number n is ring[n%len(ring)]; a power of two long
	low   uint64  // pages below this number are gone
	first uint64  // position of the first waiting byte, if n > 0
	end   uint64  // just after the last byte ever put
	n     int     // waiting bytes
	cuts  []span  // ranges the capture cut off: known never to come
	since int64   // clock when the hole before first was noticed

	policy     Policy // of the receiver
	flow       *flow
	dir        event.Direction
	prev, next *window // the table's list of windows, oldest first; or its free list
}

type span struct{ from, to uint64 }

// maxCuts bounds window.cuts; a cut not remembered becomes an ordinary gap.
const maxCuts = 64

// needs returns how much memory putting n bytes at pos may take.
func (w *window) needs(pos uint64, n int) int {
	pages := int((pos+uint64(n)-1)/pageSize - pos/pageSize + 1)
	ring := len(w.ring)
	for uint64(ring) < (pos+uint64(n)-1)/pageSize-w.low+1 {
		ring = max(8, 2*ring)
	}
	return pages*pageCost + (ring-len(w.ring))*8
}

// at returns the page holding pos, nil if there is none.
func (w *window) at(pos uint64) *page {
	n := pos / pageSize
	if n < w.low || n-w.low >= uint64(len(w.ring)) {
		return nil
	}
	return w.ring[n&uint64(len(w.ring)-1)]
}

// grow makes room for page number last.
func (w *window) grow(l *pool, last uint64) {
	size := max(8, len(w.ring))
	for uint64(size) < last-w.low+1 {
		size *= 2
	}
	if size == len(w.ring) {
		return
	}
	ring := make([]*page, size)
	for n := w.low; n < w.low+uint64(len(w.ring)); n++ {
		ring[n&uint64(size-1)] = w.ring[n&uint64(len(w.ring)-1)]
	}
	l.held += (size - len(w.ring)) * 8
	w.ring = ring
}

// put stores b at pos, which lies at or above page low, where l has room. The
// overlap policy decides where bytes wait already. It returns how many bytes
// of b were there before, and whether any of them differed; losers, scratch of
// the caller's, then is b as it would be had the policy decided otherwise.
func (w *window) put(l *pool, pos uint64, b []byte, clock int64, losers *[]byte) (overlap int, differ bool) {
	end := pos + uint64(len(b))
	w.grow(l, (end-1)/pageSize)
	c := newClaim(w, pos, end)
	c.b, c.losers = b, (*losers)[:0]
	for q := pos; q < end; {
		slot := &w.ring[q/pageSize&uint64(len(w.ring)-1)]
		if *slot == nil {
			*slot = l.get(clock)
		}
		p, i := *slot, int(q%pageSize)
		j := i + int(min(end-q, uint64(pageSize-i)))
		if old := p.set.count(i, j); old == 0 {
			c.fill(p, i, j, b[q-pos:])
		} else {
			overlap += old
			c.merge(p, i, j, q, b[q-pos:])
		}
		q += uint64(j - i)
	}
	c.finish()
	*losers = c.losers
	if w.n == 0 || pos < w.first {
		w.first = pos
	}
	w.n += len(b) - overlap
	w.end = max(w.end, end)
	return overlap, c.differ
}

// run returns the waiting bytes from pos to the end of their page or to the
// next hole; pos must be waiting.
func (w *window) run(pos uint64) []byte {
	p, i := w.at(pos), int(pos%pageSize)
	return p.data[i:p.set.clear(i)]
}

// drop forgets waiting bytes of [from, to), which lie in one page, and gives
// the page back when it holds nothing more.
func (w *window) drop(l *pool, from, to uint64) (dropped int) {
	p, i := w.at(from), int(from%pageSize)
	if p == nil {
		return 0
	}
	j := i + int(to-from)
	dropped = p.set.count(i, j)
	p.set.delRange(i, j)
	p.start.delRange(i, j)
	p.n -= dropped
	w.n -= dropped
	if p.n == 0 {
		w.ring[from/pageSize&uint64(len(w.ring)-1)] = nil
		l.put(p)
	}
	return dropped
}

// seek moves first to the next waiting byte at or after pos.
func (w *window) seek(pos uint64) {
	for w.first = pos; w.n > 0; w.first = (w.first/pageSize + 1) * pageSize {
		if p := w.at(w.first); p != nil {
			if i := p.set.next(int(w.first % pageSize)); i < pageSize {
				w.first = w.first/pageSize*pageSize + uint64(i)
				return
			}
		}
	}
}

// has reports whether the byte at pos waits.
func (w *window) has(pos uint64) bool {
	p := w.at(pos)
	return p != nil && p.set.has(int(pos%pageSize))
}
