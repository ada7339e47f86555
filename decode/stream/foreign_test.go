package stream

import (
	"strings"
	"testing"

	"spaniel/event"
)

// TestForeignAcknowledgements: a segment that its receiver drops, for it
// acknowledges nothing or what was never sent, brings no byte; the one that
// follows in its place does.
func TestForeignAcknowledgements(t *testing.T) {
	for _, c := range []struct {
		name, flags string
		ack         uint32
		want, notes string
	}{
		{"as it should be", ".", 200, "evil", noteOverlap},
		{"no ACK flag", "P", 200, "good", noteNoACK},
		{"no ACK flag, urgent", "U", 200, "good", noteNoACK},
		{"no flag at all", "", 200, "good", noteNoACK},
		{"no ACK flag, with FIN", "F", 200, "good", noteNoACK + " " + noteFIN},
		{"far beyond", ".", 200 + 1<<30, "good", noteBadACK},
		{"far beyond, with FIN", "F.", 200 + 1<<30, "good", noteBadACK + " " + noteFIN},
		{"some beyond: the mirror may be late", ".", 200 + 1<<19, "evil", noteOverlap},
		{"old", ".", 1<<32 - 4800, "evil", noteOverlap},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			r.send(true, c.flags, 100, c.ack, "evil")
			r.send(true, ".", 100, 200, "good")
			r.send(false, ".", 200, 104, "")
			r.close()
			if got := r.conns[0].got[event.ToServer].String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			r.wantNotes(c.notes)
			fate := event.ByteBeyond
			if c.want == "evil" {
				fate = event.ByteOverlap
			}
			if r.led.Stream[fate] != 4 {
				t.Errorf("ledger %+v", r.led)
			}
		})
	}
}

// TestForeignBytes puts a byte of nobody's before each of a request's.
func TestForeignBytes(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	good := "GET /?id=1'+UNION+SELECT HTTP/1.1"
	for i := range uint32(len(good)) {
		r.send(true, "P", 100+i, 200, "x")
		r.send(true, "P.", 100+i, 200, good[i:i+1])
		r.send(false, ".", 200, 101+i, "")
	}
	r.close()
	r.want(0, good, "")
	if n := uint64(len(good)); r.led.Stream[event.ByteBeyond] != n || len(r.anomalies) != len(good) {
		t.Errorf("ledger %+v, %d anomalies", r.led, len(r.anomalies))
	}
}

func TestForeignMidstream(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, ".", 100, 200, "good") // ahead of the server's first byte: unknown
	r.send(false, ".", 5<<20, 104, "answer")
	r.send(true, "P", 104, 5<<20+6, "evil")
	r.send(true, ".", 104, 5<<20+6, "more")
	r.close()
	r.want(0, "<0>goodmore", "<0>answer")
	r.wantNotes(noteNoACK)
}

func TestLoneSegmentsWithoutACK(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "P", 100, 0, "made by ")
	r.send(true, "P", 108, 0, "hand")
	r.close()
	r.want(0, "<0>made by hand", "")
	r.wantNotes(noteNoACK)
}

// TestAcknowledgementsOfLostBytes: where the mirror may have lost what is
// acknowledged, what comes is read.
func TestAcknowledgementsOfLostBytes(t *testing.T) {
	t.Run("the server said that it has more", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103+3<<20, "")
		r.send(false, ".", 200, 203+3<<20, "ABC")
		r.close()
		if got := r.conns[0].got[event.ToClient].String(); got != "ABC" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a hole is open", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(false, ".", 300, 100, "behind")
		r.send(true, ".", 100, 300+2<<20, "abc")
		r.close()
		if got := r.conns[0].got[event.ToServer].String(); !strings.HasPrefix(got, "abc") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("the other side is not captured", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(true, ".", 103, 200+9<<20, "def")
		r.close()
		if got := r.conns[0].got[event.ToServer].String(); got != "abcdef" {
			t.Errorf("got %q", got)
		}
		r.wantNotes("")
	})
}
