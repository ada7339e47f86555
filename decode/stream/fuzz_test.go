package stream

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

// FuzzTCPReassembly plays a script of segments: what comes out is what the
// byte-map model reads. Three bytes are a segment: position, length, kind.
func FuzzTCPReassembly(f *testing.F) {
	f.Add(uint32(99), []byte{3, 3, 0, 0, 3, 0, 6, 0, 1})
	f.Add(uint32(0xfffffffe), []byte{3, 3, 2, 3, 3, 0, 0, 3, 0})
	f.Add(uint32(0), []byte{10, 5, 1, 12, 9, 2, 8, 3, 0, 0, 10, 0})
	f.Fuzz(func(t *testing.T, isn uint32, script []byte) {
		var ops []op
		for ; len(script) >= 3 && len(ops) < 200; script = script[3:] {
			o := op{pos: int(script[0]), n: int(script[1]), fin: script[2]&1 != 0, other: script[2]&2 != 0}
			ops = append(ops, o)
		}
		a, b := make([]byte, 512), make([]byte, 512)
		for i := range a {
			a[i], b[i] = 'a'+byte(i%26), 'A'+byte(i%7)
		}
		play(t, Policy(isn%uint32(numPolicies)), isn, [2]string{string(a), string(b)}, ops)
	})
}

// FuzzTable plays anything at all: every flag, both directions, several flows,
// the clock jumping, a buffer of few pages. The ledger balances after each
// packet, memory stays under its cap, and advancing the timers elsewhere
// changes nothing that comes out.
func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 0, 128, 18, 0, 1, 0, 0, 0, 16, 1, 1, 20, 0})
	f.Add([]byte("a flow that makes little sense, but goes on for a while, as flows do when nobody stops them"))
	for i := range uint64(8) {
		g := rand.New(rand.NewPCG(i, 3))
		b := make([]byte, 600)
		for j := range b {
			b[j] = byte(g.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 6000 {
			return
		}
		if plain, often := anything(t, script, 0), anything(t, script, 1); plain != often {
			t.Fatalf("timers advanced in other places:\n%s\nwant\n%s", often, plain)
		}
	})
}

// anything plays script and returns all that came out.
func anything(t *testing.T, script []byte, advance int) string {
	var out strings.Builder
	r := newRig(t, func(c *Config) { c.Buffer, c.Flows, c.Window = 12*pageCost, 4, 3*pageSize })
	payload := strings.Repeat("0123456789abcdef", 600)
	if len(script)%2 == 1 { // packets are missing, and so are those that were told to be of no use
		r.table.Pass = func(p Pass) { fmt.Fprintf(&out, "%+v\n", p) }
		r.useless = [2]uint64{leastPass + 999, Forever}
	}
	for ; len(script) >= 6; script = script[6:] {
		who, fl, off, size, ack, dt := script[0], script[1], script[2], script[3], script[4], script[5]
		r.wait(time.Duration(dt) * time.Duration(dt) * 20 * time.Millisecond)
		if advance > 0 {
			r.table.Advance(r.clock)
			r.check()
		}
		data := payload[off%16:][:int(size)*int(who>>5+1)]
		p := r.packet(who&1 == 0, "", uint32(off)*37-1000, uint32(ack)*37-1000, data)
		p.Flags = fl & 0x3f
		if who&2 != 0 {
			p.Src = netipPort(p.Src.Port() + uint16(who>>2&7))
		}
		if who&16 != 0 {
			p.WireLen += int(ack)
		}
		if fl&0x40 != 0 {
			p.HasTS, p.TSVal = true, uint32(dt)
		}
		if fl&0x80 != 0 { // a time that the clock did not follow
			p.Stamp.Time += int64(dt) * int64(ack) * 1e9
		}
		p.Signed = who&24 == 24
		p.Urgent, p.Window, p.WScale, p.TTL = uint16(ack), uint16(off)<<4, int8(ack%16)-1, dt&0x70
		r.push(&p)
	}
	r.close()
	for _, c := range r.conns {
		fmt.Fprintf(&out, "%q %q\n", c.got[0].String(), c.got[1].String())
	}
	fmt.Fprintf(&out, "%+v\n%+v\n%+v\n%+v\n", r.flows, r.anomalies, r.losses, r.led)
	if r.led.Stream[event.ByteDelivered]+r.led.Stream[event.ByteBeyond] > r.led.StreamIn {
		t.Fatalf("ledger %+v", r.led)
	}
	return out.String()
}
