package stream

import (
	"testing"
	"time"

	"spaniel/event"
)

func TestAckOfAHoleClosesIt(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 106, 200, "ghi")
	r.send(true, ".", 112, 200, "mno")
	r.send(false, ".", 200, 103, "") // before the hole
	r.send(false, ".", 200, 105, "") // within it
	r.want(0, "abc", "")
	r.send(false, ".", 200, 109, "") // beyond the first
	r.want(0, "abc<3>ghi", "")
	r.send(false, ".", 200, 115, "")
	r.want(0, "abc<3>ghi<3>mno", "")
	r.send(true, ".", 103, 200, "def") // too late
	r.close()
	r.want(0, "abc<3>ghi<3>mno", "")
	if r.led.Gaps != 2 || r.led.GapBytes != 6 || r.flows[0].Gaps[0] != 6 || len(r.losses) != 2 {
		t.Errorf("ledger %+v losses %+v", r.led, r.losses)
	}
}

func TestAckOfUnseenDataClosesTheHoleBehindIt(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 106, "ABC") // something we missed was answered
	r.want(0, "abc", "ABC")
	r.send(true, ".", 106, 203, "ghi")
	r.want(0, "abc<3>ghi", "ABC")
	r.send(false, ".", 203, 1<<31+100, "") // a lie
	r.send(true, ".", 112, 203, "mno")
	r.want(0, "abc<3>ghi", "ABC")
	r.close()
	r.want(0, "abc<3>ghi<3>mno", "ABC")
}

// TestUnseenIsSaid: what the peer says next may answer bytes it acknowledges
// and we never saw; an acknowledged FIN is none.
func TestUnseenIsSaid(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 103, "A")
	r.send(false, ".", 201, 104, "B")
	if n := r.conns[0].unseen[0]; n != 0 {
		t.Errorf("%d bytes are unseen where none or a FIN is", n)
	}
	r.send(false, ".", 202, 113, "C")
	if n := r.conns[0].unseen[0]; n != 10 {
		t.Errorf("%d bytes are unseen, want 10", n)
	}
	r.close()
}

func TestLostTailIsToldAtTheEnd(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 113, "ok")
	r.close()
	r.want(0, "abc<10>", "ok")
}

func TestOneSided(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 106, 200, "ghi")
	r.wait(10 * time.Second) // nobody will acknowledge or fill the hole
	r.send(true, "F.", 109, 200, "jkl")
	r.want(0, "abc<3>ghijkl|", "")
	r.close()
	if f := r.flows[0].Flags; f != event.FlagOneSided|event.FlagGap {
		t.Errorf("flags %v", f.Append(nil))
	}
}

func TestTruncatedPackets(t *testing.T) {
	cut := func(r *rig, fl string, seq uint32, data string, wire int) {
		p := r.packet(true, fl, seq, 200, data)
		p.WireLen = wire
		r.push(&p)
	}
	t.Run("in order", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 100, "abc", 10)
		cut(r, "F.", 110, "def", 5)
		r.close()
		r.want(0, "abc<7>def<2>|", "")
		if f := r.flows[0]; !f.Flags.Has(event.FlagTruncated) || f.Gaps[0] != 9 || len(r.losses) != 1 ||
			r.losses[0].Reason != lossTruncated || r.losses[0].Packets != 2 || r.losses[0].Bytes != 9 {
			t.Errorf("flow %+v losses %+v", f, r.losses)
		}
	})
	t.Run("out of order", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 110, "def", 5)
		cut(r, ".", 115, "ghi", 3)
		cut(r, ".", 100, "abc", 10)
		r.want(0, "abc<7>def<2>ghi", "")
		r.close()
	})
	t.Run("filled by another", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 105, "fghij", 5)
		cut(r, ".", 100, "abc", 10)
		r.close()
		r.want(0, "abc<2>fghij", "")
	})
	t.Run("headers only", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 100, "", 10)
		cut(r, ".", 110, "", 10)
		r.close()
		r.want(0, "<10><10>", "")
	})
}
