package stream

import (
	"testing"
)

func TestKeepAliveAndProbes(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 102, 200, "\x00") // a keep-alive probe with a byte
	r.send(true, ".", 102, 200, "")
	r.send(false, ".", 199, 103, "\x00")
	r.send(true, ".", 103, 200, "d") // zero window probe: taken if there is room
	r.send(true, ".", 103, 200, "d")
	r.close()
	r.want(0, "abcd", "")
	r.wantNotes("")

	r = newRig(t, nil) // on a connection never seen
	r.send(true, ".", 102, 200, "\x00")
	r.send(true, ".", 103, 200, "abc")
	r.close()
	r.want(0, "<0>abc", "")
}

func TestUrgentByteIsTakenOut(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	p := r.packet(true, "U.", 100, 200, "se!lect")
	p.Urgent = 3
	r.push(&p)
	r.close()
	r.want(0, "select", "")
	r.wantNotes(noteUrgent)
}

func TestOldTimestampIsIgnored(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	send := func(ts, seq uint32, data string) {
		p := r.packet(true, ".", seq, 200, data)
		p.HasTS, p.TSVal = true, ts
		r.push(&p)
	}
	send(1000, 100, "abc")
	send(900, 103, "BAD")
	send(900, 100, "abc") // a late copy of the first is nothing new
	send(1001, 103, "def")
	r.close()
	r.want(0, "abcdef", "")
	r.wantNotes(noteTimestamp)
}
