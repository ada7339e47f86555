package stream

import (
	"strings"
	"testing"

	"spaniel/event"
)

// TestFINThatTheServerIgnored: its acknowledgement of what lies behind a FIN
// shows that the stream did not end there.
func TestFINThatTheServerIgnored(t *testing.T) {
	t.Run("acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, "F.", 103, 200, "")
		r.send(true, ".", 103, 200, "def")
		r.send(true, ".", 106, 200, "ghi")
		r.send(false, ".", 200, 109, "ABC")
		r.send(true, "F.", 109, 203, "jkl")
		r.send(false, "F.", 203, 113, "")
		r.close()
		r.want(0, "abc|defghijkl|", "ABC|")
		r.wantNotes(noteAfterFIN + " " + noteAfterFIN + " " + noteFIN)
		r.wantEnded("fin")
	})
	t.Run("the FIN is acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, ".", 103, 200, "def")
		r.send(false, ".", 200, 104, "")
		r.close()
		r.want(0, "abc|", "")
		r.wantNotes(noteAfterFIN)
		if r.led.Stream[event.ByteBeyond] != 3 {
			t.Errorf("ledger %+v", r.led)
		}
	})
	t.Run("more than is kept", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		data := strings.Repeat("x", maxAfter)
		r.send(true, ".", 103, 200, data)
		r.send(true, ".", 103+maxAfter, 200, "lost")
		r.send(false, ".", 200, 107+maxAfter, "")
		r.send(true, ".", 107+maxAfter, 200, "more")
		r.close()
		r.want(0, "abc|"+data+"<4>more", "")
	})
	t.Run("a FIN without the ACK flag", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F", 100, 200, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
		r.wantNotes(noteFIN)
	})
}
