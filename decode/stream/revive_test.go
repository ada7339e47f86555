package stream

import (
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

// TestEndThatThePeerIgnored: what is sent behind the end of a flow counts once
// the other side acknowledges it, and not before.
func TestEndThatThePeerIgnored(t *testing.T) {
	ended := func(reset bool) *rig {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		if reset {
			r.send(false, "R.", 203, 103, "")
		} else {
			r.send(true, "F.", 103, 203, "")
			r.send(false, "F.", 203, 104, "")
		}
		return r
	}
	for _, reset := range []bool{true, false} {
		note := noteFIN
		if reset {
			note = noteRST
		}
		r := ended(reset)
		r.send(true, ".", 103, 203, "def")
		r.send(true, ".", 106, 203, "ghi")
		if r.led.Buffered != 6 {
			t.Errorf("%d bytes wait", r.led.Buffered)
		}
		r.send(false, ".", 203, 109, "DEF")
		r.close()
		r.want(1, "<0>defghi", "<0>DEF")
		r.wantNotes(note)
		if f := r.flows[1]; f.Packets != [2]uint64{2, 1} || f.Bytes != [2]uint64{6, 3} || !f.Flags.Has(event.FlagMidstream) {
			t.Errorf("flow %+v", f)
		}

		for name, step := range map[string]func(r *rig){
			"nobody acknowledges":    func(*rig) {},
			"the FIN alone is":       func(r *rig) { r.send(false, ".", 203, map[bool]uint32{true: 103, false: 104}[reset], "") },
			"a number from nowhere":  func(r *rig) { r.send(false, ".", 203, 1<<30, "") },
			"from far aside":         func(r *rig) { r.send(false, ".", 203+maxAside+1, 106, "") },
			"another connection":     func(r *rig) { r.open(5000, 6000) },
			"after it was forgotten": func(r *rig) { r.wait(3 * time.Minute); r.send(false, ".", 203, 106, "") },
		} {
			r := ended(reset)
			r.send(true, ".", 103, 203, "def")
			step(r)
			r.close()
			if len(r.conns) != 1 || r.led.Stream[event.ByteBeyond] != 3 {
				t.Errorf("reset=%v, %s: %d connections had bytes, ledger %v", reset, name, len(r.conns), r.led.Stream)
			}
		}
	}
}

func TestHeldBytesAreBounded(t *testing.T) {
	const buffer = 1 << 20
	r := newRig(t, func(c *Config) { c.Buffer = buffer })
	data := strings.Repeat("x", 1400)
	for i := range 10 {
		say := func(client bool, fl string, seq, ack uint32, data string) {
			p := r.packet(client, fl, seq, ack, data)
			if client {
				p.Src = netipPort(uint16(1000 + i))
			} else {
				p.Dst = netipPort(uint16(1000 + i))
			}
			r.push(&p)
		}
		say(true, "S", 99, 0, "")
		say(false, "S.", 199, 100, "")
		say(true, ".", 100, 200, "")
		say(false, "R.", 200, 100, "")
		for n := range uint32(100) {
			say(true, ".", 100+1400*n, 200, data)
		}
	}
	if h := r.table.gone.held; h > buffer/heldShare || h < buffer/heldShare-1400 {
		t.Errorf("%d bytes are held", h)
	}
	r.close()
	if n := r.led.Stream[event.ByteBeyond]; n != 10*100*1400 {
		t.Errorf("%d bytes were beyond", n)
	}
}

func TestSignedSegments(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	for _, fl := range []string{".", "R.", "F."} {
		p := r.packet(true, fl, 103, 200, "evil")
		p.Signed = true
		r.push(&p)
	}
	r.send(true, ".", 103, 200, "def")
	r.close()
	r.want(0, "abcdef", "")
	r.wantNotes(noteSigned + " " + noteRST + " " + noteSigned)

	r = newRig(t, nil) // agreed upon from the beginning
	for _, p := range []struct {
		client bool
		fl     string
		seq    uint32
		data   string
	}{{true, "S", 99, ""}, {false, "S.", 199, ""}, {true, ".", 100, "abc"}, {false, ".", 200, "ABC"}} {
		q := r.packet(p.client, p.fl, p.seq, map[bool]uint32{true: 200, false: 100}[p.client], p.data)
		q.Signed = true
		r.push(&q)
	}
	r.close()
	r.want(0, "abc", "ABC")
	r.wantNotes("")
}

func TestRSTFromElsewhere(t *testing.T) {
	r := newRig(t, nil)
	for i, fl := range []string{"S", ".", ".", "."} {
		p := r.packet(true, fl, uint32(99+i), 200, "a"[:min(i, 1)])
		p.TTL = 57
		r.push(&p)
	}
	p := r.packet(true, "R.", 103, 200, "")
	p.TTL = 64
	r.push(&p)
	r.wantEnded()
	r.send(true, ".", 103, 200, "more")
	r.wait(2 * time.Minute) // a flow that may be reset is not kept as long
	r.table.Advance(r.clock)
	r.wantEnded("idle")
	r.close()
	if !strings.Contains(r.notes(), noteRST) {
		t.Errorf("noted %s", r.notes())
	}
}

func TestTwoSYNACKs(t *testing.T) {
	for _, c := range []struct {
		ack  uint32
		want string
	}{{200, "ABC"}, {5000, "XYZ"}, {77, "ABC"}} {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, "S.", 199, 100, "")
		r.send(false, "S.", 4999, 100, "")
		r.send(true, ".", 100, c.ack, "")
		r.send(false, ".", 200, 100, "ABC")
		r.send(false, ".", 5000, 100, "XYZ")
		r.close()
		if got := r.conns[0].got[1].String(); !strings.HasPrefix(got, c.want) {
			t.Errorf("acknowledged %d: got %q, want %q first", c.ack, got, c.want)
		}
		if !strings.HasPrefix(r.notes(), noteSYN) {
			t.Errorf("noted %s", r.notes())
		}
	}
}

// An acknowledgement of bytes nobody saw closes the hole before them, if it
// comes from where the receiver is.
func TestWhoseAcknowledgementCounts(t *testing.T) {
	for _, c := range []struct {
		name string
		seq  uint32
		ttl  uint8
		want string
	}{
		{"the receiver's", 204, 57, "<3>def"},
		{"its window on the way", 204 + 30000, 57, "<3>def"},
		{"of other numbers", 204 + 1<<20, 57, "abcdef"},
		{"of old numbers", 1<<32 - 1<<20, 57, "abcdef"},
		{"from elsewhere", 204, 9, "abcdef"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			for i := range uint32(4) {
				p := r.packet(false, ".", 200+i, 100, "A")
				p.TTL = 57
				r.push(&p)
			}
			r.send(true, ".", 103, 204, "def")
			p := r.packet(false, ".", c.seq, 106, "")
			p.TTL = c.ttl
			r.push(&p)
			r.send(true, ".", 100, 204, "abc")
			r.close()
			if got := r.conns[0].got[0].String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Data that acknowledges what its receiver never sent was dropped there, as
// the SYN/ACK shows.
func TestSYNACKThatWasNotAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(true, ".", 100, 777, "evil")
	r.send(false, "S.", 199, 100, "")
	r.send(true, ".", 100, 200, "true")
	r.send(false, ".", 200, 104, "TRUE")
	r.close()
	r.want(0, "evil", "")
	r.want(1, "true", "TRUE")
	r.wantNotes(noteBadACK)
	r.wantEnded("reused", "end")

	r = newRig(t, nil) // captured late
	r.send(true, "S", 99, 0, "")
	r.send(true, ".", 100, 200, "true")
	r.send(false, "S.", 199, 100, "")
	r.send(false, ".", 200, 104, "TRUE")
	r.close()
	r.want(0, "true", "TRUE")
	r.wantNotes("")
}
