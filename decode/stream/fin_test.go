package stream

import (
	"testing"

	"spaniel/event"
)

func TestFINBySequence(t *testing.T) {
	t.Run("with the last data", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 103, 200, "def")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abcdef|", "")
	})
	t.Run("data after it", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, ".", 103, 200, "def")
		r.close()
		r.want(0, "abc|", "")
		r.wantNotes(noteAfterFIN)
		if r.led.Stream[event.ByteBeyond] != 3 {
			t.Errorf("ledger %+v", r.led)
		}
	})
	t.Run("too early, data in its place", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 103, 200, "")
		r.send(true, ".", 100, 200, "abcdef")
		r.send(true, "F.", 106, 200, "")
		r.close()
		r.want(0, "abcdef|", "")
		r.wantNotes(noteFIN)
	})
	t.Run("on a waiting byte", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 103, 200, "def")
		r.send(true, "F.", 104, 200, "")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abcdef", "")
		r.wantNotes(noteFIN)
	})
	t.Run("sent again", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, "F.", 103, 200, "")
		r.close()
		r.want(0, "abc|", "")
		r.wantNotes("")
	})
	t.Run("one side goes on", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(false, ".", 200, 104, "ABC")
		r.send(false, "F.", 203, 104, "DEF")
		r.wantEnded("fin")
		r.want(0, "abc|", "ABCDEF|")
		r.send(true, ".", 104, 207, "") // the last acknowledgement makes no flow
		r.close()
		r.wantEnded("fin")
	})
	t.Run("with SYN", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "SF", 99, 0, "")
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abc", "")
	})
	t.Run("lost bytes before it, acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, "F.", 110, 200, "")
		r.send(false, ".", 200, 111, "")
		r.want(0, "abc<7>|", "")
		r.close()
	})
}
