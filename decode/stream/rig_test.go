package stream

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"spaniel/decode/frame"
	"spaniel/event"
)

var (
	clientAddr = netip.MustParseAddrPort("10.0.0.1:40000")
	serverAddr = netip.MustParseAddrPort("10.0.0.2:80")
)

// rig is a table whose every callback is written down.
type rig struct {
	t         testing.TB
	table     *Table
	led       event.Ledger
	conns     []*conn
	flows     []event.Flow
	anomalies []event.Anomaly
	losses    []event.Loss
	clock     int64
	step      time.Duration // between packets
	frame     uint64
	useless   [2]uint64 // of each connection
}

// conn is a flow's receiver: it joins what is delivered between gaps.
type conn struct {
	led  *event.Ledger
	flow *event.Flow
	got  [2]strings.Builder
	data int
	// others are what came for places of other bytes, in words; told and tells
	// where that was and what.
	others []string
	told   []int
	tells  []string
	unseen [2]uint64 // last said, by direction
	// useless is what it says, passed what it was told, by direction.
	useless, passed [2]uint64
}

func (c *conn) Useless(d event.Direction) uint64                  { return c.useless[d] }
func (c *conn) Passed(d event.Direction, n uint64, _ event.Stamp) { c.passed[d] += n }

func (c *conn) Data(d event.Direction, b []byte, _ event.Stamp) {
	c.got[d].Write(b)
	c.led.SkippedBytes += uint64(len(b))
	c.data++
}
func (c *conn) Gap(d event.Direction, n uint64, _ event.Stamp)    { fmt.Fprintf(&c.got[d], "<%d>", n) }
func (c *conn) Unseen(d event.Direction, n uint64, _ event.Stamp) { c.unseen[d] = n }

func (c *conn) Other(d event.Direction, off int64, b []byte, _ event.Stamp) {
	c.others = append(c.others, fmt.Sprintf("%+d %s", off, b))
	c.told, c.tells = append(c.told, c.got[d].Len()+int(off)), append(c.tells, string(b))
}
func (c *conn) End(d event.Direction, _ event.Stamp) { c.got[d].WriteString("|") }
func (c *conn) Close(event.Stamp)                    {}

func newRig(t testing.TB, change func(*Config)) *rig {
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	r := &rig{t: t, clock: int64(1e18), step: time.Millisecond}
	r.table = NewTable(cfg, &r.led,
		func(f *event.Flow) Receiver {
			c := &conn{led: &r.led, flow: f, useless: r.useless}
			r.conns = append(r.conns, c)
			return c
		},
		func(f *event.Flow, _ event.Stamp) { r.flows = append(r.flows, *f) },
		func(a event.Anomaly) { r.anomalies = append(r.anomalies, a) },
		func(l event.Loss) { r.losses = append(r.losses, l) })
	return r
}

// flags by tcpdump's letters.
func flags(s string) (f uint8) {
	for _, c := range s {
		f |= map[rune]uint8{'F': frame.FIN, 'S': frame.SYN, 'R': frame.RST, 'P': frame.PSH, '.': frame.ACK, 'U': frame.URG}[c]
	}
	return f
}

// send sends one packet of the flow between the two addresses.
func (r *rig) send(fromClient bool, fl string, seq, ack uint32, data string) {
	r.t.Helper()
	p := r.packet(fromClient, fl, seq, ack, data)
	r.push(&p)
}

func (r *rig) packet(fromClient bool, fl string, seq, ack uint32, data string) frame.Packet {
	r.frame++
	r.clock += int64(r.step)
	p := frame.Packet{Stamp: event.Stamp{Time: r.clock, Clock: r.clock, Frame: r.frame}, Src: clientAddr, Dst: serverAddr,
		Seq: seq, Ack: ack, Flags: flags(fl), Payload: []byte(data), WireLen: len(data), WScale: -1, Window: 0xffff}
	if p.Has(frame.SYN) {
		p.WScale = 14
	}
	if !fromClient {
		p.Src, p.Dst = p.Dst, p.Src
	}
	return p
}

func (r *rig) push(p *frame.Packet) {
	r.t.Helper()
	r.table.Packet(p)
	r.check()
}

func (r *rig) check() {
	r.t.Helper()
	if err := r.led.Check(); err != nil {
		r.t.Fatalf("after frame %d: %v", r.frame, err)
	}
	if t := r.table; t.flows.n > t.cfg.Flows || len(t.timers) != t.flows.n || t.fresh.n+t.old.n != t.flows.n || t.gone.index.n > t.cfg.Flows {
		r.t.Fatalf("after frame %d: %d flows, %d timers, %d+%d listed, %d graves", r.frame, t.flows.n, len(t.timers), t.fresh.n, t.old.n, t.gone.index.n)
	}
	if h, l := r.table.pool.held, r.table.pool.limit; h > l {
		r.t.Fatalf("after frame %d: %d bytes held, limit %d", r.frame, h, l)
	}
}

func (r *rig) wait(d time.Duration) { r.clock += int64(d) }

// open sends a handshake.
func (r *rig) open(cisn, sisn uint32) {
	r.send(true, "S", cisn, 0, "")
	r.send(false, "S.", sisn, cisn+1, "")
	r.send(true, ".", cisn+1, sisn+1, "")
}

// close ends the capture.
func (r *rig) close() {
	r.t.Helper()
	r.table.Close(r.clock)
	r.check()
	if r.led.Buffered != 0 || r.table.pool.held != 0 || r.led.Flows != r.led.FlowsEnded || len(r.table.timers) != 0 {
		r.t.Fatalf("left over: %d bytes buffered, %d held, %d of %d flows ended, %d timers", r.led.Buffered, r.table.pool.held,
			r.led.FlowsEnded, r.led.Flows, len(r.table.timers))
	}
}

// want compares what conn number i got.
func (r *rig) want(i int, toServer, toClient string) {
	r.t.Helper()
	if i >= len(r.conns) {
		r.t.Fatalf("%d connections had bytes, want at least %d", len(r.conns), i+1)
	}
	for d, want := range []string{toServer, toClient} {
		if got := r.conns[i].got[d].String(); got != want {
			r.t.Errorf("conn %d %s:\n got %.300q\nwant %.300q", i, event.Direction(d), got, want)
		}
	}
}

// notes joins the names of the anomalies.
func (r *rig) notes() string {
	var s []string
	for _, a := range r.anomalies {
		s = append(s, a.Name)
	}
	return strings.Join(s, " ")
}

func (r *rig) wantNotes(want string) {
	r.t.Helper()
	if got := r.notes(); got != want {
		r.t.Errorf("anomalies: got %q, want %q", got, want)
	}
}

func (r *rig) wantEnded(want ...string) {
	r.t.Helper()
	var got []string
	for _, f := range r.flows {
		got = append(got, f.Ended)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		r.t.Errorf("flows ended %q, want %q", got, want)
	}
}

func netipPort(port uint16) netip.AddrPort { return netip.AddrPortFrom(clientAddr.Addr(), port) }
