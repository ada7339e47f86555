package stream

import (
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

// offer makes a handshake with the given window scales, -1 for none, and the
// server's window.
func (r *rig) handshake(client, server int8, window uint16) {
	p := r.packet(true, "S", 99, 0, "")
	p.WScale = client
	r.push(&p)
	p = r.packet(false, "S.", 199, 100, "")
	p.WScale = server
	r.push(&p)
	r.send(true, ".", 100, 200, "")
	p = r.packet(false, ".", 200, 100, "")
	p.Window = window
	r.push(&p)
}

func TestOutsideTheOffer(t *testing.T) {
	t.Run("dropped", func(t *testing.T) {
		r := newRig(t, nil)
		r.handshake(-1, -1, 20_000)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, ".", 100+50_000, 200, "evil")
		r.send(true, ".", 103, 200, "def")
		p := r.packet(false, ".", 200, 106, "")
		p.Window = 20_000
		r.push(&p)
		r.wait(6 * time.Second)
		r.table.Advance(r.clock)
		r.close()
		r.want(0, "abcdef", "")
		r.wantNotes(noteBeyond)
		if r.led.Stream[event.ByteBeyond] != 4 || r.led.Gaps != 0 {
			t.Errorf("ledger %+v", r.led)
		}
	})
	t.Run("two in a row are no stream", func(t *testing.T) {
		r := newRig(t, nil)
		r.handshake(-1, -1, 20_000)
		r.send(true, ".", 100+50_000, 200, "evil")
		r.send(true, ".", 100+50_004, 200, "evil")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abc", "")
		r.wantNotes(noteBeyond + " " + noteBeyond)
	})
	t.Run("within the scaled window", func(t *testing.T) {
		r := newRig(t, nil)
		r.handshake(2, 7, 20_000)
		p := r.packet(false, ".", 200, 100, "")
		p.Window = 20_000 // times 128
		r.push(&p)
		r.send(true, ".", 100+900_000, 200, "def")
		r.send(false, ".", 200, 900_103, "")
		r.close()
		r.want(0, "<900000>def", "")
		r.wantNotes("")
	})
	t.Run("acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.handshake(-1, -1, 20_000)
		r.send(true, ".", 100+50_000, 200, "def") // the mirror lost all before, and the offers
		r.send(false, ".", 200, 50_103, "")
		r.send(true, ".", 50_103, 200, "ghi")
		r.close()
		r.want(0, "<50000>defghi", "")
		r.wantNotes("")
	})
	t.Run("the receiver is not heard any more", func(t *testing.T) {
		r := newRig(t, nil)
		r.handshake(-1, -1, 20_000)
		r.send(true, ".", 100+50_000, 200, "def")
		r.wait(6 * time.Second)
		r.send(true, ".", 50_103, 200, "ghi")
		r.close()
		r.want(0, "<50000>defghi", "")
	})
	t.Run("in order is no question", func(t *testing.T) {
		r := newRig(t, nil)
		r.handshake(-1, -1, 100)
		data := strings.Repeat("x", 1000)
		for i := range uint32(100) {
			r.send(true, ".", 100+i*1000, 200, data)
		}
		r.close()
		r.want(0, strings.Repeat(data, 100), "")
		r.wantNotes("")
	})
}
