package stream

import (
	"strings"
	"testing"

	"spaniel/event"
)

func TestWindowFullClosesTheHole(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	seg := strings.Repeat("x", 1024)
	for i := range uint32(1100) {
		r.send(true, ".", 200+i*1024, 200, seg)
	}
	r.close()
	r.want(0, "<100>"+strings.Repeat(seg, 1100), "")
	if r.table.Stats.HolesCapped != 1 || r.losses[0].Reason != lossCapped || r.losses[0].Bytes != 100 {
		t.Errorf("stats %+v losses %+v", r.table.Stats, r.losses)
	}
}

func TestBufferFullClosesTheOldestHole(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Buffer = 20 * pageCost })
	seg := strings.Repeat("x", 1400)
	for i := range uint16(30) {
		for k, seq := range []uint32{1000, 3000} {
			p := r.packet(true, ".", seq, 1, seg)
			p.Src = netipPort(40000 + i)
			if k == 0 {
				p.Flags = flags("S")
				p.Payload, p.WireLen = nil, 0
			}
			r.push(&p)
		}
	}
	if r.table.Stats.HolesCapped == 0 {
		t.Error("no hole was closed")
	}
	r.close()
	for i, c := range r.conns {
		if got := c.got[0].String(); got != "<1999>"+seg {
			t.Errorf("conn %d: %.40q", i, got)
		}
	}
	if r.led.Stream[event.ByteDelivered] != 30*1400 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestNoRoomAtAll(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Buffer = 1 })
	r.open(99, 199)
	r.send(true, ".", 103, 200, "def")
	r.send(true, ".", 100, 200, "abc")
	r.close()
	r.want(0, "abc", "")
	if r.led.Stream[event.ByteCapped] != 3 || r.losses[0].Reason != lossCapped || !r.flows[0].Flags.Has(event.FlagCapped) {
		t.Errorf("ledger %+v losses %+v", r.led, r.losses)
	}
}

func TestEvictionPrefersUnanswered(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Flows = 10 })
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	for i := range uint32(10_000) {
		p := r.packet(true, "S", i, 0, "x") // a payload makes a flow at once
		p.Src = netipPort(uint16(i%30_000 + 1))
		r.push(&p)
	}
	r.send(true, ".", 103, 200, "def")
	r.close()
	r.want(0, "abcdef", "")
	if r.table.Stats.Evicted == 0 || r.flows[0].Ended != endEvicted || !r.flows[0].Flags.Has(event.FlagCapped) {
		t.Errorf("stats %+v", r.table.Stats)
	}
}

func TestEvictionOfTheIdlest(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Flows = 3 })
	data := func(port uint16, seq uint32) {
		p := r.packet(true, ".", seq, 1, "x")
		p.Src = netipPort(port)
		r.push(&p)
	}
	data(1, 1)
	data(2, 1)
	data(3, 1)
	data(1, 2)
	data(4, 1)
	if r.flows[0].Client.Port() != 2 || len(r.flows) != 1 {
		t.Errorf("evicted %+v", r.flows)
	}
	r.close()
}
