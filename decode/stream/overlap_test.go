package stream

import (
	"testing"

	"spaniel/event"
)

func TestOverlapPolicyOfLinux(t *testing.T) {
	for _, c := range []struct {
		name, first, second string
		at1, at2            uint32
		want                string
	}{
		{"same start, equal length: first", "AAA", "BBB", 2, 2, "__AAA"},
		{"same start, new longer: new", "AAA", "BBBB", 2, 2, "__BBBB"},
		{"same start, new shorter: old", "AAA", "BB", 2, 2, "__AAA"},
		{"new starts earlier: new for its part", "AAA", "BBB", 3, 2, "__BBBA"},
		{"new starts earlier and covers: new", "AA", "BBBB", 3, 2, "__BBBB"},
		{"new starts later: old for its part", "AAA", "BBB", 2, 3, "__AAAB"},
		{"new within old: old", "AAAA", "BB", 2, 3, "__AAAA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			r.send(true, ".", 100+c.at1, 200, c.first)
			r.send(true, ".", 100+c.at2, 200, c.second)
			r.send(true, ".", 100, 200, "__")
			r.close()
			r.want(0, c.want, "")
			r.wantNotes(noteOverlap)
		})
	}
}

func TestDeliveredStaysAndConflictIsTold(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "GET /good")
	r.send(true, ".", 105, 200, "evil HTTP")
	r.want(0, "GET /good HTTP", "")
	r.wantNotes(noteOverlap)
	r.send(false, ".", 200, 114, "") // acknowledged: no host can take other bytes now
	r.send(true, ".", 100, 200, "PUT")
	r.wantNotes(noteOverlap)
	r.close()
}

func TestRetransmissionsAreSilent(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	for range 3 {
		r.send(true, ".", 100, 200, "abcdef")
		r.send(true, ".", 102, 200, "cdefgh"[:4])
	}
	r.close()
	r.want(0, "abcdef", "")
	r.wantNotes("")
	if r.led.Stream[event.ByteOverlap] != 24 {
		t.Errorf("ledger %+v", r.led)
	}
}

// A keep-alive probe repeats the last byte as 0, or an acknowledged one as
// anything. Any other byte in its place may be the one the server takes.
func TestKeepAliveHidesNoConflict(t *testing.T) {
	for _, c := range []struct {
		name, byte string
		acked      bool
		want       string
	}{
		{"equal", "c", false, ""},
		{"zero", "\x00", false, ""},
		{"other, acknowledged", "x", true, ""},
		{"other", "x", false, noteOverlap},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			r.send(true, ".", 100, 200, "abc")
			if c.acked {
				r.send(false, ".", 200, 103, "")
			}
			r.send(true, ".", 102, 200, c.byte)
			r.close()
			r.want(0, "abc", "")
			r.wantNotes(c.want)
		})
	}
}
