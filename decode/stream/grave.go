package stream

import "time"

// grave is what is remembered of an ended flow, so that its late packets do
// not begin a new one. It holds no pointers: there are many, for long.
type grave struct {
	key       key
	until     int64
	sides     [2]sent // by endpoint: lower, higher
	hash      uint32  // of key
	place     int32   // in the ring, from 1
	clientLow bool
	// reset: a RST ended it, by the lower endpoint if byLow. forged: that
	// endpoint then went on as if it had sent none.
	reset, byLow, forged bool
	gone                 bool // forgotten before its time
	held                 bool // something came behind the end, and is kept
}

// sent is what one endpoint had sent.
type sent struct {
	next, isn    uint32
	started, syn bool
}

// behind is what an endpoint sent on where it had ended, in so many packets.
type behind struct {
	b       []byte
	packets int
}

// side is the place of an endpoint.
func side(low bool) int {
	if low {
		return 0
	}
	return 1
}

func (g *grave) sent(byLow bool) *sent { return &g.sides[side(byLow)] }

// graveyard holds the flows that ended lately, no more than there may be open.
type graveyard struct {
	ring    []grave // a power of two of them
	head, n int     // the oldest, and how many there are, those forgotten too
	index   index[int32]
	behind  map[key]*[2]behind // by endpoint, of graves with held
	limit   int
	linger  int64
	held    int // bytes of all behind
}

func newGraveyard(cfg *Config) graveyard {
	return graveyard{behind: make(map[key]*[2]behind), limit: cfg.Flows, linger: int64(cfg.Linger / time.Nanosecond)}
}

// get returns the grave of k, nil without one; borrowed until another is made.
func (y *graveyard) get(k *key, hash uint32) *grave {
	if i := y.index.find(hash, func(i int32) bool { return y.ring[i-1].key.is(k) }); i != 0 {
		return &y.ring[i-1]
	}
	return nil
}

// find returns the grave of k, nil if there is none at clock.
func (y *graveyard) find(k *key, hash uint32, clock int64) *grave {
	if g := y.get(k, hash); g != nil && g.until > clock {
		return g
	}
	return nil
}

// add adds an empty grave at the end of the ring.
func (y *graveyard) add(hash uint32) *grave {
	if y.n == len(y.ring) {
		ring := make([]grave, max(8, 2*y.n))
		copy(ring[copy(ring, y.ring[y.head:]):], y.ring[:y.head])
		y.ring, y.head = ring, 0
		y.index.clear()
		for i := range y.n {
			if g := &ring[i]; !g.gone {
				g.place = int32(i + 1)
				y.index.add(g.hash, g.place)
			}
		}
	}
	i := (y.head + y.n) & (len(y.ring) - 1)
	y.n++
	g := &y.ring[i]
	*g = grave{hash: hash, place: int32(i + 1)}
	y.index.add(hash, g.place)
	return g
}

// entomb remembers f, which ended at clock, and forgets what is over.
func (t *Table) entomb(f *flow, clock int64) {
	y := &t.gone
	for y.n > 0 {
		if old := &y.ring[y.head]; !old.gone {
			if old.until > clock && y.n < y.limit {
				break
			}
			t.forgetGrave(old)
		}
		y.head = (y.head + 1) & (len(y.ring) - 1)
		y.n--
	}
	t.bury(&f.key, f.hash)
	g := y.add(f.hash)
	g.key, g.clientLow, g.until = f.key, f.clientLow, clock+y.linger
	g.reset, g.byLow = f.ev.Ended == endRST, f.resetByLow
	for i := range f.half {
		h := &f.half[i]
		*g.sent((i == 0) == f.clientLow) = sent{next: h.next, isn: h.isn, started: h.started, syn: h.syn}
	}
}
