package http1

import "spaniel/event"

// Conn parses one connection. Its methods are those of a stream receiver and
// are called from one goroutine. It holds its waiting calls and at most one
// unfinished head a direction, both capped.
type Conn struct {
	pool *Pool
	flow *event.Flow
	led  *event.Ledger
	emit func(*event.Call, event.Stamp)
	// Lost, if set, is told of n bytes of a direction that begin no message,
	// the first of them at from, when it is clear that no more follow.
	Lost func(d event.Direction, n uint64, from, at event.Stamp)

	reading reading
	half    [2]half
	queue
	part part
	shown
	rivals
	replied
	depth uint32
	// hole: bytes from the server were lost where a response may have been.
	hole bool
	// unsure: bytes from the client were lost where a whole request may have
	// been, and no answer shows that it had one of its own.
	unsure bool
	turn   bool // the last response began when that was so
	// strays are responses since the last request that answer none we saw.
	strays int
	// shifted: answers were lost, and it is not known to which of the requests
	// that wait; those after them wait in doubt too.
	shifted bool
	// pipelined: the client was seen to send a request before the answer to
	// the one before it.
	pipelined bool
	// spoke: bytes of the server came, or were lost, since the last request
	// began.
	spoke bool
	// skipped: answers may have been lost as a whole, so that what is paired from
	// then on is paired by what clients do, not by counting. skippedRequests:
	// requests may have been, which concerns those behind.
	skipped, skippedRequests bool
	// during is the direction whose bytes are read now, nobody between.
	during    event.Direction
	lastFrame uint64 // the frame that ended the last request
	service   string
	upgraded  bool
	interim   uint64
	after     After
}

// nobody is no direction.
const nobody = event.Direction(255)

// NewConn returns a parser for the flow fl that counts into led, lets x expand
// its calls and hands each to emit, which borrows it until it returns. Conns
// that are to share memory come from a Pool.
func NewConn(cfg *Config, x event.Expander, fl *event.Flow, led *event.Ledger, emit func(*event.Call, event.Stamp)) *Conn {
	return NewPool(cfg, x, led).Conn(fl, emit)
}

// Data takes the next bytes of a direction; b is borrowed.
func (c *Conn) Data(d event.Direction, b []byte, at event.Stamp) {
	c.settle(at)
	h := &c.half[d]
	c.after = After{}
	h.heard = h.heard || len(b) > 0
	c.during = d
	c.spoke = c.spoke || d == event.ToClient
	h.arrive(uint64(len(b)))
	h.take(b, at)
	c.flush(at)
	c.during = nobody
	c.account()
}

// Gap says that n bytes before the next Data were never seen; 0 is an unknown
// number.
func (c *Conn) Gap(d event.Direction, n uint64, at event.Stamp) {
	c.settle(at)
	c.spoke = c.spoke || d == event.ToClient
	c.half[d].arrive(n)
	c.half[d].gap(n, at)
	c.flush(at)
	c.account()
}

// End says that a direction ended in order: no more bytes, none lost.
func (c *Conn) End(d event.Direction, at event.Stamp) {
	c.half[d].finish(true, at)
	c.flush(at)
	c.account()
}

// Close gives up what is unfinished and emits all calls that wait.
func (c *Conn) Close(at event.Stamp) {
	c.half[event.ToServer].finish(false, at)
	c.half[event.ToClient].finish(false, at)
	c.flush(at)
	for c.len() > 0 {
		c.pop(at)
	}
	c.dropRivals()
	c.account()
}

// Upgraded reports whether the connection left HTTP/1: after a 101 response
// service is the lower-case Upgrade token, after CONNECT it is "connect".
// Bytes that follow are counted as skipped.
func (c *Conn) Upgraded() (service string, ok bool) { return c.service, c.upgraded }

// Left reports whether the connection left HTTP/1.
func (c *Conn) Left() bool { return c.upgraded }

// After is what the connection was given that belongs to the protocol after
// it. All of it was counted as skipped.
type After struct {
	// Held are bytes of the client that came before it was clear that HTTP/1
	// ends; Beyond more were not kept.
	Held   []byte
	Beyond uint64
	// Tail is how many of the bytes last given to Data came after HTTP/1.
	Tail int
}

// After returns what the last Data left over when HTTP/1 ended in it.
func (c *Conn) After() After { return c.after }

// Depth returns the number of the last call.
func (c *Conn) Depth() uint32 { return c.depth }

// Count makes the next call number depth+1: calls within a tunnel follow
// those that made it.
func (c *Conn) Count(depth uint32) { c.depth = depth }

// Interim returns how many 1xx responses were passed over.
func (c *Conn) Interim() uint64 { return c.interim }

// upgrade ends HTTP/1 on both directions.
func (c *Conn) upgrade(service string, at event.Stamp) {
	c.service, c.upgraded = service, true
	for d := range c.half {
		h := &c.half[d]
		if h.state == stEnded {
			continue
		}
		if h.state == stHold {
			c.after = After{Held: append([]byte(nil), h.buf...), Beyond: h.held - uint64(len(h.buf))}
		}
		if h.drop(); h.busy {
			h.done(false, at)
		}
		h.state = stOff
	}
}
