package tls

import (
	"container/list"

	"spaniel/event"
)

// DefaultMaxHandshake is how many bytes of handshakes the connections of a
// pool gather together: seldom any, since a hello mostly lies in one segment.
const DefaultMaxHandshake = 1 << 20

// A Pool makes connections that share a cap. Beyond it the handshake begun
// first is given up. It belongs to one goroutine, as its connections do.
type Pool struct {
	led  *event.Ledger
	max  int
	held int       // bytes, of messages that have not ended and of what others said
	open list.List // of connections that hold some, by when they began to
}

// NewPool returns a pool whose connections count into led and gather up to
// max bytes together; 0 is DefaultMaxHandshake.
func NewPool(max int, led *event.Ledger) *Pool {
	if max <= 0 {
		max = DefaultMaxHandshake
	}
	return &Pool{led: led, max: max}
}

// Conn returns a reader that calls report once, if either side said anything
// or it was given up.
func (p *Pool) Conn(report func(*Report, event.Stamp)) *Conn {
	return &Conn{pool: p, led: p.led, report: report}
}

// account notes how many bytes c holds now.
func (p *Pool) account(c *Conn) {
	n := len(c.half[0].buf) + len(c.half[1].buf) + c.kept()
	p.held += n - c.held
	c.held = n
	switch {
	case n > 0 && c.place == nil:
		c.place = p.open.PushBack(c)
	case n == 0 && c.place != nil:
		p.open.Remove(c.place)
		c.place = nil
	}
}

// Relieve gives up handshakes until the cap holds. It is called before each
// packet, with its stamp, when the timers due have fired.
func (p *Pool) Relieve(at event.Stamp) {
	for p.held > p.max {
		p.GiveUp(at)
	}
}

// Held returns how many bytes the connections hold.
func (p *Pool) Held() int { return p.held }

// Full is how many they may hold.
func (p *Pool) Full() int { return p.max }

// GiveUp gives up the handshake begun first. One must be held.
func (p *Pool) GiveUp(at event.Stamp) {
	p.led.Caps[event.CapHandshake]++
	c := p.open.Front().Value.(*Conn) //nolint:forcetypeassert // nothing else is in it
	c.capped, c.gap = true, true
	c.Close(at)
}

// Drop lets go of what the connection holds and reports nothing: it failed.
func (c *Conn) Drop() {
	c.half[0].stop()
	c.half[1].stop()
	c.client, c.server, c.leaf = nil, nil, nil
	c.pool.account(c)
}
