package decode

import (
	"bytes"

	"spaniel/event"
)

// reversal is the state of a flow whose accepting end sends the requests:
// backward proxies and shells that call home do that.
type reversal struct {
	flip   event.Direction // what a direction is changed by for the parser
	mixed  bool            // because the table took the ends for each other
	mirror *event.Flow     // made at the first call of such a flow
}

// reverses reports whether b, a flow's first bytes of a known protocol, are an
// HTTP request of the end that accepted the connection. Where the flow's start
// was not seen, the table has judged already who is who.
func (c *conn) reverses(p *protocol, d event.Direction, b []byte) bool {
	return d == event.ToClient && p.service == "http" && !c.sniff.gaps && !c.flow.Flags.Has(event.FlagMidstream) &&
		!bytes.HasPrefix(bytes.TrimLeft(b, "\r\n"), []byte("HTTP/"))
}

// orient tells the ends of a flow apart by a request or response that d brought,
// where only the ports have done so.
func (c *conn) orient(d event.Direction, request bool) {
	if !c.flow.RolesGuessed {
		return
	}
	c.flow.RolesGuessed = false
	if request == (d == event.ToClient) {
		c.mixed = true
		c.turn(1)
	}
}

// turn says in which direction of the table's requests go: flip 0 is to the end
// it calls the server.
func (c *conn) turn(flip event.Direction) { c.flip, c.flow.Reversed = flip, flip != 0 }

// correct gives the record of a flow whose ends were taken for each other the
// right ones, once nobody counts in it any more.
func (c *conn) correct() {
	if c.mixed {
		c.mixed = false
		*c.flow = *c.reversal.of(c.flow)
	}
}

// of returns f with its ends changed; it is good until the next call.
func (r *reversal) of(f *event.Flow) *event.Flow {
	if r.mirror == nil {
		r.mirror = new(event.Flow)
	}
	m := r.mirror
	*m = *f
	m.Client, m.Server, m.Reversed = f.Server, f.Client, false
	for i := range f.Packets {
		m.Packets[i], m.Bytes[i], m.Gaps[i] = f.Packets[i^1], f.Bytes[i^1], f.Gaps[i^1]
	}
	return m
}
