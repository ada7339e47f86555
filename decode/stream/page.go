package stream

import "math/bits"

// Waiting bytes lie in pages addressed by stream position, with a bit for
// each byte present. Putting a segment costs its length and nothing else,
// whatever the order, number and size of segments before it: the quadratic
// trap of sorted segment lists has no place to be.
const (
	pageSize = 2048 // holds any segment of an Ethernet in one page or two
	pageCost = pageSize + 2*pageSize/8 + 24
)

type page struct {
	set   bitmap // byte is present
	start bitmap // byte is the first of its segment
	n     int    // bits in set
	since int64  // clock when the page was begun
	next  *page  // free list
	data  [pageSize]byte
}

type bitmap [pageSize / 64]uint64

func (m *bitmap) has(i int) bool { return m[i/64]>>(i%64)&1 != 0 }
func (m *bitmap) add(i int)      { m[i/64] |= 1 << (i % 64) }
func (m *bitmap) del(i int)      { m[i/64] &^= 1 << (i % 64) }

// mask returns the bits of word w that lie in [i, j).
func mask(w, i, j int) uint64 {
	lo, hi := max(i-w*64, 0), min(j-w*64, 64)
	return ^uint64(0) << lo & (^uint64(0) >> (64 - hi))
}

func (m *bitmap) addRange(i, j int) {
	for w := i / 64; w*64 < j; w++ {
		m[w] |= mask(w, i, j)
	}
}

func (m *bitmap) delRange(i, j int) {
	for w := i / 64; w*64 < j; w++ {
		m[w] &^= mask(w, i, j)
	}
}

func (m *bitmap) count(i, j int) (n int) {
	for w := i / 64; w*64 < j; w++ {
		n += bits.OnesCount64(m[w] & mask(w, i, j))
	}
	return n
}

// next returns the first i' >= i whose bit is set, pageSize if there is none.
func (m *bitmap) next(i int) int {
	for w := i / 64; w < len(m); w++ {
		if b := m[w] & mask(w, i, pageSize); b != 0 {
			return w*64 + bits.TrailingZeros64(b)
		}
	}
	return pageSize
}

// clear returns the first i' >= i whose bit is not set, pageSize if there is none.
func (m *bitmap) clear(i int) int {
	for w := i / 64; w < len(m); w++ {
		if b := ^m[w] & mask(w, i, pageSize); b != 0 {
			return w*64 + bits.TrailingZeros64(b)
		}
	}
	return pageSize
}

// pool hands out pages and keeps those given back; held is what is in use.
type pool struct {
	free  *page
	held  int // bytes in use: pages and rings
	limit int
}

func (l *pool) get(since int64) *page {
	p := l.free
	if p == nil {
		p = new(page)
	} else {
		l.free, p.next = p.next, nil
		p.set, p.start, p.n = bitmap{}, bitmap{}, 0
	}
	p.since = since
	l.held += pageCost
	return p
}

func (l *pool) put(p *page) {
	p.next, l.free = l.free, p
	l.held -= pageCost
}
