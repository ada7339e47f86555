package stream

import (
	"testing"
	"time"

	"spaniel/event"
)

func TestHandshakeOddities(t *testing.T) {
	t.Run("split handshake", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, ".", 5, 100, "") // RFC 793 lets a server acknowledge first
		r.send(false, "S", 199, 0, "")
		r.send(true, "S.", 99, 200, "")
		r.send(false, ".", 200, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
		if f := r.flows[0]; f.Client != clientAddr {
			t.Errorf("client is %v", f.Client)
		}
	})
	t.Run("SYN/ACK with a wrong acknowledgement", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, "S.", 777, 55, "")
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
		r.wantNotes(noteSYN)
	})
	t.Run("SYN in an established connection", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, "S", 101, 0, "")
		r.send(true, ".", 103, 200, "def")
		r.close()
		r.want(0, "abcdef", "")
		r.wantEnded("end")
	})
	t.Run("SYN was missed", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
	})
	t.Run("SYN/ACK was missed", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 203, 103, "DEF")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABCDEF")
	})
}

func TestSYNData(t *testing.T) {
	t.Run("taken", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "abc")
		r.send(true, "S", 99, 0, "abc")
		r.send(false, "S.", 199, 103, "ABC")
		r.send(true, ".", 103, 203, "def")
		r.close()
		r.want(0, "abcdef", "ABC")
		r.wantNotes("")
	})
	t.Run("refused and sent again", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "evil")
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "good")
		r.close()
		r.want(0, "good", "")
		r.wantNotes(noteSynData)
	})
	t.Run("one-sided", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "abc")
		r.send(true, ".", 103, 200, "def")
		r.wait(6 * time.Second)
		r.table.Advance(r.clock)
		r.want(0, "abcdef", "")
		r.close()
	})
}

func TestReuseSeenFromOneSide(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(true, ".", 100, 200, "one")
	r.send(true, "S", 7000, 0, "")
	r.send(true, ".", 7001, 900, "two")
	r.close()
	r.want(0, "one", "")
	r.want(1, "two", "")
	r.wantEnded("reused", "end")
}

func TestOldConnectionAnswersTheSYN(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(false, ".", 55, 860578523, "") // of a connection before this one
	r.send(true, "R", 860578523, 0, "")   // which the client resets
	r.send(true, "S", 99, 0, "")
	r.send(false, "S.", 199, 100, "")
	r.send(true, ".", 100, 200, "abc")
	r.close()
	r.want(0, "abc", "")
	if r.led.Gaps != 0 || len(r.flows) != 1 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestLateRetransmissionMakesNoFlow(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, "F.", 100, 200, "abc")
	r.send(false, "F.", 200, 104, "ABC")
	r.send(true, "F.", 100, 200, "abc")
	r.send(true, ".", 104, 204, "")
	r.send(false, "S.", 199, 100, "")
	r.wantEnded("fin")
	if r.led.Flows != 1 || r.led.Stream[event.ByteOverlap] != 3 {
		t.Errorf("ledger %+v", r.led)
	}
	r.open(5000, 6000) // the same ports again
	r.send(true, ".", 5001, 6001, "new")
	r.close()
	r.want(1, "new", "")
}
