package http1

import (
	"unsafe"

	"spaniel/event"
)

// holdings are what the connections of a pool hold together. Each of them is
// capped; that there may be thousands needs caps over all.
type holdings struct {
	heads  int // bytes of heads, and of lines, that have not ended
	bodies int // bytes of the bodies of calls that wait
	calls  int // calls that wait to be handed out
	texts  int // bytes of their heads
	owed   int // responses owed to calls that were
	// unended, filling and waiting list the connections with such heads, bodies
	// and calls; deep those with more than deepCalls of them.
	unended, filling, waiting, deep line
}

// deepCalls is how many calls of a connection may wait before it is the first
// to give some up: only who pipelines has more than one or two.
const deepCalls = 8

// part is what a connection holds of that, as of its last packet.
type part struct {
	heads, calls, bodies, texts     int
	listed                          bool // in some of the lines
	unended, filling, waiting, deep link
}

// account notes what the connection holds after it was given something.
func (c *Conn) account() {
	p := c.pool
	client, server := &c.half[event.ToServer], &c.half[event.ToClient]
	heads := len(client.buf) + len(client.late) + len(server.buf) + len(server.late)
	calls := c.len() - c.ghosts
	p.heads += heads - c.part.heads
	p.calls += calls - c.part.calls
	p.bodies += c.bodies - c.part.bodies
	p.texts += c.texts - c.part.texts
	c.part.heads, c.part.calls, c.part.bodies, c.part.texts = heads, calls, c.bodies, c.texts
	if heads+calls+c.bodies == 0 && !c.part.listed {
		return
	}
	p.unended.keep(c, &c.part.unended, heads > 0, client.msgs+server.msgs)
	given := uint64(int(c.depth) - calls)
	p.waiting.keep(c, &c.part.waiting, calls > 0, given)
	p.filling.keep(c, &c.part.filling, c.bodies > 0, given)
	p.deep.keep(c, &c.part.deep, calls > deepCalls, 0)
	c.part.listed = heads+calls+c.bodies > 0
}

// Relieve gives up, where the connections hold too much together, what came no
// further for longest: a head that does not end is seldom one that anyone waits
// for, nor a call one that will be answered. Who holds on to what he took takes
// nothing from others. It is called before each packet, with its stamp, when the
// timers due have fired: so it depends on packets alone what is given up, and
// when. A packet may bring more than the caps before the next call.
func (p *Pool) Relieve(at event.Stamp) {
	for p.heads > p.cfg.MaxHeads {
		p.GiveUpHeads(at)
	}
	for p.bodies > p.cfg.MaxBodies {
		p.GiveUpBody(at)
	}
	for p.calls > p.cfg.MaxCalls || p.texts > p.cfg.MaxTexts {
		p.GiveUpCall(at)
	}
}

// Held is what the connections of a pool hold together, in bytes, of what can be
// given up: heads that have not ended, bodies of calls that wait, and the calls
// with their heads.
type Held struct{ Heads, Bodies, Calls int }

// callCost is what a call takes beside its texts, and its place in a queue.
const callCost = 1536

// owedCost is what a response that is owed to a call that was emitted takes.
const owedCost = int(unsafe.Sizeof(entry{}))

// Held returns what the connections hold.
func (p *Pool) Held() Held { return Held{p.heads, p.bodies, p.calls*callCost + p.texts} }

// Full is what they may hold, of each for itself.
func (p *Pool) Full() Held {
	return Held{p.cfg.MaxHeads, p.cfg.MaxBodies, p.cfg.MaxCalls*callCost + p.cfg.MaxTexts}
}

// Kept is what they hold besides, in bytes, of which nothing can be given up.
func (p *Pool) Kept() int { return p.owed*owedCost + p.kept }

// GiveUpHeads gives up the heads of the connection that came no further with
// one for longest. One must be held.
func (p *Pool) GiveUpHeads(at event.Stamp) { p.unended.head.giveUpHeads(at) }

// GiveUpBody hands out a call with a body, likewise.
func (p *Pool) GiveUpBody(at event.Stamp) { p.filling.head.giveUpCall(event.CapBody, at) }

// GiveUpCall hands out a call, likewise; first one of who has many.
func (p *Pool) GiveUpCall(at event.Stamp) {
	c := p.deep.head
	if c == nil {
		c = p.waiting.head
	}
	c.giveUpCall(event.CapCall, at)
}

// giveUpHeads makes what it can of the heads that have not ended.
func (c *Conn) giveUpHeads(at event.Stamp) {
	c.pool.led.Caps[event.CapHead]++
	for d := range c.half {
		c.half[d].giveUp(at)
	}
	c.flush(at)
	c.account()
}

// giveUpCall hands out the oldest call as it is.
func (c *Conn) giveUpCall(why event.CapHit, at event.Stamp) {
	c.pool.led.Caps[why]++
	c.giveOut(at)
	c.flush(at)
	c.account()
}

// Drop lets go of all that the connection holds and emits nothing: it failed.
func (c *Conn) Drop() {
	p := c.pool
	p.heads -= c.part.heads
	p.calls -= c.part.calls
	p.bodies -= c.part.bodies
	p.texts -= c.part.texts
	p.unended.place(c, false, 0)
	p.filling.place(c, false, 0)
	p.waiting.place(c, false, 0)
	p.deep.place(c, false, 0)
	p.owed -= c.ghosts
	for _, r := range c.list {
		p.kept -= len(r.b)
	}
	for i := range c.len() {
		for _, t := range c.at(i).tape {
			if t != nil {
				p.kept -= len(t.body)
			}
		}
	}
	c.part, c.queue, c.rivals = part{}, queue{}, rivals{}
}

// giveUp lets go of the bytes a direction gathered of something that has not
// ended. What comes behind a head is read again from where a message begins.
func (h *half) giveUp(at event.Stamp) {
	if h.state == stDoubt && len(h.buf) > 0 {
		h.believe(at) // what they are may be gathered still
	}
	if len(h.buf)+len(h.late) == 0 {
		return
	}
	switch h.state {
	case stHead:
		h.stop()
		if h.partial(event.FlagCapped, at); h.state != stClose {
			h.lossy = true
			h.hole()
		}
	case stTrail:
		h.cap(h.call)
		h.done(false, at)
		h.lossy = true
		h.hole()
	case stSize: // if it is no chunk's, the body cannot be read any more
		h.cap(h.call)
		h.opening = false
	case stResync:
		h.drop()
		h.junk = true
	case stHold:
		h.cut = true
		if h.conn.len() > h.conn.orphans { // else its answer came before it
			h.cap(h.conn.newest().call)
		}
	}
	junk := h.junk
	h.drop()
	h.junk, h.late = junk, nil
}

// cap marks a call that lost something to a cap; nil is none.
func (h *half) cap(c *event.Call) {
	if c != nil {
		c.Mark(AnomalyHeadCap)
		c.Flags |= event.FlagCapped
	}
}
