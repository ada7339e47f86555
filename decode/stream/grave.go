package stream

import "time"

// grave is what is remembered of an ended flow, so that its late packets do
// not begin a new one.
type grave struct {
	sides     [2]sent // by endpoint: lower, higher
	clientLow bool
	// reset: a RST ended it, by the lower endpoint if byLow. forged: that
	// endpoint then went on as if it had sent none.
	reset, byLow, forged bool
	until                int64
}

// sent is what one endpoint had sent.
type sent struct {
	next, isn    uint32
	started, syn bool
	// after is what it sent from next on since then, in so many packets.
	after   []byte
	packets int
}

func (g *grave) sent(byLow bool) *sent {
	if byLow {
		return &g.sides[0]
	}
	return &g.sides[1]
}

// graveyard holds the flows that ended lately, no more than there may be open.
type graveyard struct {
	graves map[key]*grave
	queue  []key // in the order they came; a key may be gone, or here again
	head   int
	limit  int
	linger int64
	held   int // bytes of all after
}

func newGraveyard(cfg *Config) graveyard {
	return graveyard{graves: make(map[key]*grave), limit: cfg.Flows, linger: int64(cfg.Linger / time.Nanosecond)}
}

// find returns the grave of k, nil if there is none at clock.
func (y *graveyard) find(k key, clock int64) *grave {
	if len(y.graves) == 0 {
		return nil
	}
	g := y.graves[k]
	if g == nil || g.until <= clock {
		return nil
	}
	return g
}

// entomb remembers f, which ended at clock, and forgets what is over.
func (t *Table) entomb(f *flow, clock int64) {
	y := &t.gone
	g := &grave{clientLow: f.clientLow, reset: f.ev.Ended == endRST, byLow: f.resetByLow, until: clock + y.linger}
	for i := range f.half {
		h := &f.half[i]
		byLow := (i == 0) == f.clientLow
		*g.sent(byLow) = sent{next: h.next, isn: h.isn, started: h.started, syn: h.syn}
	}
	for y.head < len(y.queue) {
		k := y.queue[y.head]
		if old := y.graves[k]; old != nil && old.until > clock && len(y.queue)-y.head < y.limit {
			break
		}
		t.bury(k)
		y.head++
	}
	if y.head > len(y.queue)/2 {
		y.queue = append(y.queue[:0], y.queue[y.head:]...)
		y.head = 0
	}
	t.bury(f.key)
	y.graves[f.key] = g
	y.queue = append(y.queue, f.key)
}
