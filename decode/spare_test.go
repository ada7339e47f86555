package decode

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"spaniel/decode/frame"
	"spaniel/event"
)

// TestUsedConnectionsAreAsNew lets conversations of every kind follow each
// other in one partition, where each gets what the ones before left behind,
// and compares all that is said of the last with what is said of it alone.
func TestUsedConnectionsAreAsNew(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "HEAD / HTTP/1.0\r\n\r\n", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nonly a part", "GET /cut HTTP/1.1\r\nHo", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\nuntil the close", "HTTP/1.1 100 Continue\r\n\r\n", "SSH-2.0-x\r\n", "\x16\x03\x01\x00\x05hello", "220 mail ESMTP\r\n", "\x00\x01nothing we know", "\r\n",
	})
	steps := rapid.Custom(func(t *rapid.T) step {
		return step{client: rapid.Bool().Draw(t, "client"), text: piece.Draw(t, "text"), lost: rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1, 40}).Draw(t, "lost"),
			again: rapid.IntRange(0, 9).Draw(t, "again") == 0, flags: rapid.SampledFrom([]uint8{0, 0, 0, 0, 0, frame.FIN, frame.RST, frame.URG}).Draw(t, "flags")}
	})
	rapid.Check(t, func(t *rapid.T) {
		midstream := rapid.SliceOfN(rapid.Bool(), 1, 6).Draw(t, "midstream")
		all := make([][]step, len(midstream))
		for i := range all {
			all[i] = rapid.SliceOfN(steps, 1, 8).Draw(t, "steps")
		}
		last := len(all) - 1
		var used, fresh player
		used.begin()
		for i := range all {
			used.out = nil
			used.play(i, all[i], midstream[i])
			used.part.Advance(int64(i+1) * conversation) // it ends for want of packets, if by nothing else
		}
		fresh.begin()
		fresh.play(last, all[last], midstream[last])
		fresh.part.Advance(int64(last+1) * conversation)
		if got, want := fmt.Sprintf("%q", used.out), fmt.Sprintf("%q", fresh.out); got != want {
			t.Fatalf("after others: %s\nalone: %s", got, want)
		}
	})
}

// conversation is the time between the beginnings of two, in ns: longer than
// any timer.
const conversation = int64(1e13)

// step is a segment: its payload, behind lost bytes that were not seen, perhaps
// sent again with other bytes.
type step struct {
	client bool
	text   string
	lost   int
	again  bool
	flags  uint8
}

// player plays conversations to a partition and notes what comes of them.
type player struct {
	led  event.Ledger
	part *Partition
	out  []string
}

func (p *player) begin() {
	note := func(s string, args ...any) { p.out = append(p.out, fmt.Sprintf(s, args...)) }
	p.part = NewPartition(&Config{Sensor: "x"}, &p.led, Output{
		Call: func(c *event.Call) {
			p.led.Calls[event.CallAcked]++
			note("call %+v %s %s %d %+v %+v %v %v %v", c.Order, c.ID, c.Proto, c.Depth, c.Req, c.Resp, c.Flags, c.Anomalies, c.Alt != nil)
		},
		Flow:    func(o event.Order, f *event.Flow) { note("flow %+v %+v", o, *f) },
		Anomaly: func(a *event.Anomaly) { note("anomaly %+v", *a) },
		Fact:    func(f *event.Fact) { note("fact %+v", *f) },
		Loss:    func(l *event.Loss) { note("loss %+v", *l) },
	})
}

// play plays conversation number n, on an address and at a time of its own.
func (p *player) play(n int, steps []step, midstream bool) {
	ends := [2]netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 40000), netip.MustParseAddrPort("10.9.9.9:80")}
	seq := [2]uint32{1000, 5000}
	clock := int64(n)*conversation + 1e9
	number := uint64(n) * 1000
	send := func(d int, flags uint8, text string) {
		clock += 1e6
		number++
		pkt := frame.Packet{Stamp: event.Stamp{Time: clock, Clock: clock, Frame: number}, Src: ends[d], Dst: ends[1-d], Seq: seq[d], Ack: seq[1-d],
			Flags: flags, Window: 0xffff, WScale: -1, TTL: 64, Payload: []byte(text), WireLen: len(text), Urgent: 1}
		p.part.Packet(&pkt)
	}
	if !midstream {
		send(0, frame.SYN, "")
		seq[0]++
		send(1, frame.SYN|frame.ACK, "")
		seq[1]++
		send(0, frame.ACK, "")
	}
	for _, s := range steps {
		d := 1
		if s.client {
			d = 0
		}
		seq[d] += uint32(s.lost)
		if send(d, frame.ACK|s.flags, s.text); s.again {
			send(d, frame.ACK, s.text[:len(s.text)-1]+"?")
		}
		seq[d] += uint32(len(s.text))
		if s.flags&frame.FIN != 0 {
			seq[d]++
		}
	}
}
