package http1

import "spaniel/event"

// Bounds of what a pool keeps for reuse: 32 calls, and only the first 4 of
// them with bodies over 8 KiB, which makes about 1 MiB at most.
const (
	maxFree  = 32
	fatFree  = 4
	thinBody = 8 << 10
)

// A Pool makes connections that share one free list of calls. It belongs to
// one goroutine, as all its connections do.
type Pool struct {
	cfg  Config
	x    event.Expander
	led  *event.Ledger
	free *[]*event.Call
	// conns are connections that ended, to be used again.
	conns *[]*Conn
	bufs  *[][]byte // for heads
	// second is where second readings are made; nil before the first.
	second *Pool
	kept   int // bytes of all connections that are kept for second readings
	marks  marks
	host   knownHost
	holdings
}

// NewPool returns a pool for connections that count into led and whose calls
// x expands.
func NewPool(cfg *Config, x event.Expander, led *event.Ledger) *Pool {
	p := &Pool{cfg: cfg.withDefaults(), x: x, led: led, free: new([]*event.Call), bufs: new([][]byte), conns: new([]*Conn)}
	p.marks.n = -1
	p.unended.of = func(c *Conn) *link { return &c.part.unended }
	p.filling.of = func(c *Conn) *link { return &c.part.filling }
	p.deep.of = func(c *Conn) *link { return &c.part.deep }
	p.waiting.of = func(c *Conn) *link { return &c.part.waiting }
	return p
}

// Beside lets p use the working memory of o, which belongs to the same
// goroutine: its expander, its free calls, connections and buffers. No connection
// may be open yet.
func (p *Pool) Beside(o *Pool) { p.x, p.free, p.conns, p.bufs = o.x, o.free, o.conns, o.bufs }

// Conn returns a parser for the flow fl. It hands each call to emit, which
// borrows it until it returns.
func (p *Pool) Conn(fl *event.Flow, emit func(*event.Call, event.Stamp)) *Conn {
	c := p.conn()
	c.pool, c.flow, c.led, c.emit, c.during = p, fl, p.led, emit, nobody
	for d := range c.half {
		c.half[d].conn, c.half[d].dir = c, event.Direction(d)
		if fl.Flags.Has(event.FlagMidstream) {
			c.half[d].state = stResync
		}
	}
	return c
}

// maxConns bounds the connections that are kept for reuse: 300 KiB of them.
const maxConns = 256

// conn returns an empty connection.
func (p *Pool) conn() *Conn {
	n := len(*p.conns)
	if n == 0 {
		return new(Conn)
	}
	c := (*p.conns)[n-1]
	*p.conns = (*p.conns)[:n-1]
	return c
}

// Reuse takes back a connection of this pool that was closed. Nothing may be
// asked of it any more.
func (p *Pool) Reuse(c *Conn) {
	if len(*p.conns) < maxConns {
		*c = Conn{} // in place, and all of it: nothing of it is left for the next
		*p.conns = append(*p.conns, c)
	}
}

// get returns a new call.
func (p *Pool) get() *event.Call {
	if n := len(*p.free); n > 0 {
		c := (*p.free)[n-1]
		*p.free = (*p.free)[:n-1]
		c.Reset(p.x)
		return c
	}
	c := new(event.Call)
	c.Reset(p.x)
	return c
}

// put takes a call back.
func (p *Pool) put(c *event.Call) {
	if len(*p.free) >= maxFree {
		return
	}
	if len(*p.free) >= fatFree {
		c.Req.Raw, c.Resp.Raw = thin(c.Req.Raw), thin(c.Resp.Raw)
	}
	c.Forget()
	*p.free = append(*p.free, c)
}

// buf returns an empty buffer, nil where there is none to use again.
func (p *Pool) buf() []byte {
	n := len(*p.bufs)
	if n == 0 {
		return nil
	}
	b := (*p.bufs)[n-1]
	*p.bufs = (*p.bufs)[:n-1]
	return b[:0]
}

// putBuf takes a buffer back.
func (p *Pool) putBuf(b []byte) {
	if cap(b) > 0 && cap(b) <= keepBuf && len(*p.bufs) < maxFree {
		*p.bufs = append(*p.bufs, b)
	}
}

// thin lets go of a large body's memory.
func thin(b []byte) []byte {
	if cap(b) > thinBody {
		return nil
	}
	return b
}
