package http1

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"spaniel/event"
)

// push is one delivery to a connection.
type push struct {
	dir  event.Direction
	data string
	gap  uint64 // with data empty: a hole; unknown is 1<<63
	end  bool
	time int64
}

const unknown = 1 << 63

func req(s string) push                     { return push{dir: event.ToServer, data: s} }
func res(s string) push                     { return push{dir: event.ToClient, data: s} }
func hole(d event.Direction, n uint64) push { return push{dir: d, gap: n} }
func fin(d event.Direction) push            { return push{dir: d, end: true} }

// rig runs pushes through a connection and keeps a rendering of each call.
type rig struct {
	calls []string
	led   event.Ledger
	flow  event.Flow
	conn  *Conn
	bytes uint64
	body  uint64
}

func newRig(cfg *Config) *rig {
	r := &rig{}
	r.conn = NewConn(cfg, nil, &r.flow, &r.led, func(c *event.Call, at event.Stamp) {
		r.body += c.Req.BodyBytes + c.Resp.BodyBytes
		r.calls = append(r.calls, render(c))
	})
	return r
}

// run delivers each push cut at size bytes, 0 for whole, then closes.
func (r *rig) run(size int, pushes ...push) *rig {
	at := event.Stamp{}
	for _, p := range pushes {
		at.Frame++
		at.Time, at.Clock = at.Time+p.time, at.Clock+p.time
		switch {
		case p.end:
			r.conn.End(p.dir, at)
		case p.gap == unknown:
			r.conn.Gap(p.dir, 0, at)
		case p.gap > 0:
			r.conn.Gap(p.dir, p.gap, at)
		}
		for b := []byte(p.data); len(b) > 0; {
			n := len(b)
			if size > 0 {
				n = min(n, size)
			}
			piece := append([]byte(nil), b[:n]...)
			r.conn.Data(p.dir, piece, at)
			clear(piece) // borrowed bytes end at return
			r.bytes += uint64(n)
			b = b[n:]
		}
	}
	r.conn.Close(at)
	return r
}

// render shows what matters of a call in one line.
func render(c *event.Call) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", c.Depth)
	if c.Req.Seen {
		fmt.Fprintf(&b, " %s %s host=%s", c.Req.Method, c.Req.Target, c.Req.Host)
	}
	message(&b, &c.Req.Message)
	fmt.Fprintf(&b, " -> %d", c.Resp.Status)
	message(&b, &c.Resp.Message)
	if f := c.Flags.Append(nil); len(f) > 0 {
		fmt.Fprintf(&b, " flags=%s", strings.Join(f, ","))
	}
	if len(c.Anomalies) > 0 {
		fmt.Fprintf(&b, " anomalies=%s", strings.Join(c.Anomalies, ","))
	}
	return b.String()
}

func message(b *strings.Builder, m *event.Message) {
	if m.BodyBytes > 0 || len(m.Raw) > 0 {
		fmt.Fprintf(b, " body=%d", m.BodyBytes)
		if len(m.Raw) < 40 {
			fmt.Fprintf(b, ":%q", m.Raw)
		}
	}
	for _, h := range m.Trailers {
		fmt.Fprintf(b, " trailer=%s:%s", h.Name, h.Value)
	}
}

// accounted checks that each byte was counted once.
func (r *rig) accounted(t testing.TB) {
	t.Helper()
	if got := r.led.HeadBytes + r.led.BodyBytes + r.led.SkippedBytes; got != r.bytes {
		t.Errorf("head %d + body %d + skipped %d = %d, delivered %d", r.led.HeadBytes, r.led.BodyBytes, r.led.SkippedBytes, got, r.bytes)
	}
	if r.led.CallsMade != uint64(len(r.calls)) {
		t.Errorf("%d calls made, %d emitted", r.led.CallsMade, len(r.calls))
	}
	if n := r.conn.len(); n != 0 || r.conn.raw != 0 || r.conn.pool.kept != 0 {
		t.Errorf("%d calls and %d body bytes left after Close", n, r.conn.raw)
	}
}

// sorted sorts a comma-separated list.
func sorted(list string) string {
	words := strings.Split(list, ",")
	sort.Strings(words)
	return strings.Join(words, ",")
}
