package decode

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"spaniel/decode/frame"
	"spaniel/event"
)

// snippets are what the fuzzer builds streams from.
var snippets = []string{
	"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "G", "ET / HTT", "P/1.1\r\n", "\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x00\x05", "SSH-2.0-x\r\n", "220 a SMTP\r\n", "220", "\x00\x00", "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
	"GET /w HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "P", "HTTP/", "0123456789",
	"POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n", "GET /f HTTP/1.1\r\nHost: h\r\nHost: i\r\nX: a\r\n b\r\n\r\n",
	"HTTP/1.1 200 Up\r\n\r\n", "\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03", "\x15\x03\x01\x00\x02\x01\x00", "\x05\x01\x00", "garbage\r\n",
}

// FuzzPartition plays packets made of snippets, in and out of order: after
// each the ledger balances, and where timers are advanced changes nothing.
func FuzzPartition(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 2, 0})
	for i := range uint64(8) {
		g := rand.New(rand.NewPCG(i, 8))
		b := make([]byte, 90)
		for j := range b {
			b[j] = byte(g.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 900 {
			return
		}
		if a, b := snip(t, script, false), snip(t, script, true); a != b {
			t.Fatalf("timers advanced elsewhere:\n%s\nwant\n%s", b, a)
		}
	})
}

func snip(t *testing.T, script []byte, advance bool) string {
	cfg := DefaultConfig()
	var led event.Ledger
	out := ""
	p := NewPartition(&cfg, &led, Output{
		Call: func(c *event.Call) {
			led.Calls[event.CallAcked]++
			out += fmt.Sprintf("%+v %s %s%s\n", c.Order, c.ID, describe(c), second(c))
			for a := c.Alt; a != nil; a = a.Alt { // only what is marked has one, and it is no other call
				if !slices.Contains(c.Anomalies, a.Why) || a.ID != c.ID || a.Flow != c.Flow || a.Order != c.Order {
					t.Fatalf("second reading %q of a call with %v", a.Why, c.Anomalies)
				}
			}
		},
		Flow:    func(o event.Order, f *event.Flow) { out += fmt.Sprintf("%+v %+v\n", o, *f) },
		Anomaly: func(a *event.Anomaly) { out += fmt.Sprintf("%+v\n", *a) },
		Fact:    func(f *event.Fact) { out += fmt.Sprintf("%+v\n", *f) },
		Loss:    func(l *event.Loss) { out += fmt.Sprintf("%+v\n", *l) },
	})
	seq := [2]uint32{1000, 2000}
	clock := int64(1e18)
	for n := uint64(1); len(script) >= 3; script, n = script[3:], n+1 {
		d, s := int(script[0]&1), snippets[int(script[1])%len(snippets)]
		clock += int64(script[0]>>4) * 1e8
		pkt := frame.Packet{Src: addr("10.0.0.1:999"), Dst: addr("10.0.0.2:80"), Seq: seq[d], Ack: seq[d^1], Flags: frame.ACK,
			Payload: []byte(s), WireLen: len(s), Stamp: event.Stamp{Time: clock, Clock: clock, Frame: n}}
		if d == 1 {
			pkt.Src, pkt.Dst = pkt.Dst, pkt.Src
		}
		var again []byte
		switch script[2] % 16 {
		case 0: // lost
			seq[d] += uint32(len(s))
			continue
		case 1:
			pkt.Seq += uint32(len(s)) // early; its place is filled by what comes next
		case 2:
			pkt.Flags |= frame.FIN
		case 3:
			pkt.Flags |= frame.RST
		case 4:
			pkt.Flags, pkt.Payload, pkt.WireLen = frame.SYN, nil, 0
			pkt.Seq--
		case 5:
			pkt.Payload = pkt.Payload[:len(s)/2]
			seq[d] += uint32(len(s))
		case 6, 7: // sent again below, with other bytes
			seq[d] += uint32(len(s))
			again = append([]byte(nil), s...)
			for i := int(script[2]>>4) % len(again); i < len(again); i += 5 {
				again[i] ^= 3
			}
		default:
			seq[d] += uint32(len(s))
		}
		if advance {
			p.Advance(clock)
		}
		p.Packet(&pkt)
		if again != nil {
			pkt.Payload = again
			p.Packet(&pkt)
		}
		if err := led.Check(); err != nil {
			t.Fatal(err)
		}
	}
	p.Close(clock)
	if err := led.Check(); err != nil {
		t.Fatal(err)
	}
	return out + fmt.Sprintf("%+v", led)
}
