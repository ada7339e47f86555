package window

import "math"

// A Pool bounds what several tables hold together: entries (calls in windows)
// and keys. Who pays at a cap:
//
// For too many keys, the table with most of them gives up a window: one of
// the newcomer's own origin, if that holds more than its share of the table;
// else an empty one; else of those that were touched least often the one
// untouched for longest. So a flood of new keys pushes out the flood, not the
// slow client that came before it. A key that comes again after its window
// was given up is known again by a sketch of how often keys come, and ranks
// where it would have.
//
// For too many entries, the table with most of them takes the older half from
// one of its heaviest windows.
type Pool struct {
	// MaxEntries and MaxKeys are the caps.
	MaxEntries, MaxKeys int
	// Evicted counts the windows given up, Shed those that lost their older half.
	Evicted, Shed uint64

	entries, keys int
	tables        []payer
	often         *frequency // made when the first window is given up
	clock         int64      // the latest that any table was told
}

// NewPool returns a pool with the given caps, which are at least 1.
func NewPool(maxEntries, maxKeys int) *Pool {
	return &Pool{MaxEntries: max(1, maxEntries), MaxKeys: max(1, maxKeys), clock: math.MinInt64}
}

// Entries and Keys return what is held now.
func (p *Pool) Entries() int { return p.entries }

// Keys returns the number of windows held now.
func (p *Pool) Keys() int { return p.keys }

// payer is a table as the pool sees it.
type payer interface {
	size() int
	weight() int
	evict(clock int64, spare any) bool
	shed() bool
	Expire(clock int64)
}

// shrink makes the caps hold again; the window in use, spare, is never given
// up. What is over anyway goes first, in every table: else what is given up
// would depend on when the caller last called Expire.
func (p *Pool) shrink(clock int64, spare any) {
	if p.entries <= p.MaxEntries && p.keys <= p.MaxKeys {
		return
	}
	for _, t := range p.tables {
		t.Expire(clock)
	}
	for p.entries > p.MaxEntries {
		t := p.most(payer.weight)
		if t.shed() {
			p.Shed++
		} else if !t.evict(clock, spare) {
			break
		}
	}
	for p.keys > p.MaxKeys {
		if !p.most(payer.size).evict(clock, spare) {
			break
		}
	}
}

// givenUp notes how often the key of a window came that is given up.
func (p *Pool) givenUp(key string, table uint64, often int) {
	p.Evicted++
	if p.often == nil {
		p.often = newFrequency(p.MaxKeys)
	}
	p.often.keep(hashText(key, table), often)
}

// came is how often a key without a window came, as far as is known.
func (p *Pool) came(key string, table uint64) int {
	if p.often == nil {
		return 0
	}
	return p.often.of(hashText(key, table))
}

func (p *Pool) most(of func(payer) int) payer {
	most := p.tables[0]
	for _, t := range p.tables[1:] {
		if of(t) > of(most) {
			most = t
		}
	}
	return most
}
