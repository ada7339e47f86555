package http1

import (
	"testing"

	"spaniel/event"
)

// TestAfterTunnel gives bytes of what follows HTTP/1 in the same slices as it,
// and before it is clear that it ends.
func TestAfterTunnel(t *testing.T) {
	r := newRig(nil)
	r.conn.Count(7)
	r.conn.Data(up, []byte("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nearly"), event.Stamp{Frame: 1, Time: 5})
	if a := r.conn.After(); len(a.Held) > 0 || a.Tail > 0 {
		t.Errorf("before the response: %+v", a)
	}
	r.conn.Data(down, []byte("HTTP/1.1 200 OK\r\n\r\nbytes"), event.Stamp{Frame: 2, Time: 9})
	if a := r.conn.After(); string(a.Held) != "early" || a.Beyond != 0 || a.Tail != 5 {
		t.Errorf("%+v", a)
	}
	if r.led.SkippedBytes != 10 || r.conn.Depth() != 8 || len(r.calls) != 1 {
		t.Errorf("ledger %+v, depth %d, calls %q", r.led, r.conn.Depth(), r.calls)
	}
}

// TestGarbageIsALoss counts the bytes that stand in a message's place, with
// and without a message after them.
func TestGarbageIsALoss(t *testing.T) {
	for _, c := range []struct {
		name string
		dir  event.Direction
		data []push
		want uint64
		from uint64
	}{
		{"after the last request", up, []push{req(get), res(ok0), req("garbage\r\nmore"), fin(up)}, 13, 3},
		{"an unfinished line", up, []push{req(get), res(ok0), req("GAR"), req("BAGE"), fin(up)}, 7, 3},
		{"before a request", up, []push{req(get), res(ok0), req("garbage\r\n"), req(get), res(ok0)}, 9, 3},
		{"for a response", down, []push{req(get), res("garb"), res("age\r\n")}, 9, 2},
		{"behind a response", down, []push{req(get), res(ok0 + "\x00\x01\n"), fin(down)}, 3, 2},
		{"none", up, []push{req(get), res(ok0), req(get), res(ok2), fin(up), fin(down)}, 0, 0},
	} {
		for _, size := range []int{0, 1} {
			r := newRig(nil)
			var n, from uint64
			r.conn.Lost = func(d event.Direction, k uint64, at, _ event.Stamp) {
				if d != c.dir {
					t.Errorf("%s: lost in direction %v", c.name, d)
				}
				n, from = n+k, at.Frame
			}
			r.run(size, c.data...)
			if r.accounted(t); n != c.want || from != c.from {
				t.Errorf("%s: %d bytes lost from frame %d, want %d from %d", c.name, n, from, c.want, c.from)
			}
		}
	}
}
