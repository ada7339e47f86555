package tls

import (
	"crypto/tls"
	"testing"

	"spaniel/event"
)

// TestHandshakesGiveWayToOthers: of handshakes that do not end, the one begun
// first is given up, counted and reported as such; one that ends is told whole.
func TestHandshakesGiveWayToOthers(t *testing.T) {
	const limit, begun = 10_000, 3000
	var led event.Ledger
	p := NewPool(limit, &led)
	reports := map[int]*Report{}
	conn := func(i int) *Conn {
		return p.Conn(func(r *Report, _ event.Stamp) {
			if reports[i] != nil {
				t.Errorf("two reports of connection %d", i)
			}
			reports[i] = r
		})
	}
	at := event.Stamp{}
	endless := append([]byte{22, 3, 1, 0x40, 0, 1, 0, 0xff, 0xff}, make([]byte, begun)...)
	var conns []*Conn
	say := func(c *Conn, d event.Direction, b []byte) {
		at.Frame++
		p.Relieve(at)
		c.Data(d, b, at)
		if p.held > limit+len(b) {
			t.Fatalf("%d bytes are held", p.held)
		}
	}
	for i := range 20 {
		conns = append(conns, conn(i))
		say(conns[i], event.ToServer, endless)
	}
	up, down := handshake(t, &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true}, &tls.Config{})
	c := conn(20)
	conns = append(conns, c)
	say(c, event.ToServer, up[:100])
	say(c, event.ToServer, up[100:])
	say(c, event.ToClient, down)
	if r := reports[20]; r == nil || r.Capped || r.Malformed || len(r.Fields) < 5 {
		t.Errorf("the whole one: %+v", r)
	}
	given := int(led.Caps[event.CapHandshake])
	if given < 16 {
		t.Errorf("%d were given up", given)
	}
	say(conns[0], event.ToServer, endless) // counted, and nothing more
	for i := range 20 {
		if r := reports[i]; (r != nil) != (i < given) || r != nil && (!r.Capped || r.Malformed) {
			t.Errorf("connection %d: %+v", i, r)
		}
	}
	if want := uint64(21*len(endless) + len(up) + len(down)); led.SkippedBytes != want {
		t.Errorf("%d bytes counted of %d", led.SkippedBytes, want)
	}
	conns[19].Drop()
	if reports[19] != nil {
		t.Error("a connection that failed reports")
	}
	for _, c := range conns {
		c.Close(at)
	}
	if p.held != 0 || p.open.Len() != 0 {
		t.Errorf("%d bytes, %d connections left", p.held, p.open.Len())
	}
}
