package stream

import (
	"testing"

	"spaniel/event"
)

func TestRSTBySequence(t *testing.T) {
	for _, c := range []struct {
		name   string
		client bool
		fl     string
		seq    uint32
		ended  string
		notes  string
	}{
		{"exact", true, "R", 103, "rst", ""},
		{"exact from server", false, "R.", 200, "rst", ""},
		{"old", true, "R", 100, "end", noteRST},
		{"in window", true, "R", 150, "end", noteRST},
		{"far", true, "R", 103 + 1<<30, "end", noteRST},
		{"SYN's number", true, "R", 99, "end", noteRST},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			r.send(true, ".", 100, 200, "abc")
			r.send(c.client, c.fl, c.seq, 103, "")
			r.close()
			r.want(0, "abc", "")
			r.wantEnded(c.ended)
			r.wantNotes(c.notes)
		})
	}
}

func TestRSTWithDataIsNoData(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, "R", 103, 200, "bye")
	r.close()
	r.want(0, "abc", "")
	if r.led.Stream[event.ByteBeyond] != 3 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestRSTBySomebodyOnlyAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	r.send(false, ".", 200, 103, "ABC")
	r.send(true, "R", 100, 0, "")
	r.wantEnded()
	r.send(true, "R", 103, 0, "")
	r.wantEnded("rst")
	r.send(false, ".", 203, 103, "DEF") // was on its way
	r.close()
	r.wantEnded("rst")
	r.wantNotes(noteRST)
}

func TestDataAfterRSTThatNobodyBelieved(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, "R", 103, 200, "")
	r.send(true, ".", 103, 200, "def")
	r.send(false, ".", 200, 106, "ok")
	r.close()
	r.want(0, "abc", "")
	r.want(1, "<0>def", "<0>ok")
	r.wantEnded("rst", "end")

	r = newRig(t, nil) // a forged RST in a download
	r.open(99, 199)
	r.send(false, ".", 200, 100, "abc")
	r.send(true, "R", 100, 0, "")
	r.send(true, ".", 100, 203, "")
	r.send(false, ".", 203, 100, "def")
	r.close()
	r.want(1, "", "<0>def")
}

func TestRefusedConnection(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(false, "R.", 0, 55, "") // acknowledges nothing that was sent
	r.wantEnded()
	r.send(false, "R.", 0, 100, "")
	r.wantEnded("rst")
	r.close()
	r.wantNotes(noteRST)

	r = newRig(t, nil) // with payload in the SYN
	r.send(true, "S", 99, 0, "abc")
	r.send(false, "R.", 0, 103, "")
	r.close()
	r.wantEnded("rst")
	r.wantNotes("")
	if len(r.conns) != 0 || r.led.Stream[event.ByteBeyond] != 3 {
		t.Errorf("ledger %+v", r.led)
	}
}
