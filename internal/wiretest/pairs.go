package wiretest

import (
	"net/netip"
	"time"

	"spaniel/event"
)

// A Pair is one request with its response, for Pairs. Only Request is needed.
type Pair struct {
	// Client is an address, 198.51.100.7 by default; or address:port, which
	// then is a connection of its own.
	Client string
	// Server is address:port, 10.0.0.5:80 by default.
	Server string
	// After is the time since the previous pair's request (since start for
	// the first); 100 ms by default, negative for none.
	After time.Duration
	// Took is the time to the response's first byte, 5 ms by default.
	Took time.Duration
	// Request is as Request takes it.
	Request string
	// Status (0 is 200, negative is no response at all), Headers and Body as
	// Response takes them.
	Status  int
	Headers []string
	Body    string
}

// Pairs makes frames of requests and responses. Pairs of one client and
// server share a connection; a connection is closed after the last pair.
// A connection that is busy when its next pair is due waits for it.
func Pairs(seed uint64, start int64, pairs []Pair) []event.Frame {
	b := New(seed, start)
	conns := map[[2]netip.AddrPort]*pairConn{}
	var order []*pairConn
	due, port, last := start, uint16(40000), start
	for _, p := range pairs {
		due += int64(gap(p.After, 100*time.Millisecond))
		client, server, fresh := p.addresses()
		if fresh {
			client = netip.AddrPortFrom(client.Addr(), 0)
		}
		key := [2]netip.AddrPort{client, server}
		pc := conns[key]
		if pc == nil {
			if fresh {
				port++
				client = netip.AddrPortFrom(client.Addr(), port)
			}
			pc = &pairConn{Conn: b.Conn(client, server)}
			conns[key] = pc
			order = append(order, pc)
			b.At(due)
			pc.Open()
			pc.free = b.Now()
		}
		b.At(max(due, pc.free))
		pc.Client(Request(p.Request))
		if p.Status >= 0 {
			b.Wait(gap(p.Took, 5*time.Millisecond))
			pc.Server(Response(p.Status, p.Body, p.Headers...))
		}
		pc.free = b.Now()
		last = max(last, pc.free)
	}
	b.At(last + int64(time.Millisecond))
	for _, pc := range order {
		pc.Fin()
	}
	return b.Frames()
}

// pairConn is a connection that is busy until free.
type pairConn struct {
	*Conn
	free int64
}

// gap reads a duration of a Pair: 0 is the default, negative is none.
func gap(d, standard time.Duration) time.Duration {
	switch {
	case d == 0:
		return standard
	case d < 0:
		return 0
	}
	return d
}

// addresses returns client and server; fresh when the client's port is ours
// to choose. A bad address is a mistake in a test and panics.
func (p *Pair) addresses() (client, server netip.AddrPort, fresh bool) {
	text := p.Client
	if text == "" {
		text = "198.51.100.7"
	}
	server = netip.MustParseAddrPort("10.0.0.5:80")
	if p.Server != "" {
		server = netip.MustParseAddrPort(p.Server)
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.AddrPortFrom(addr, 0), server, true
	}
	return netip.MustParseAddrPort(text), server, false
}
