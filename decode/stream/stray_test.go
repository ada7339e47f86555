package stream

import (
	"fmt"
	"testing"
	"time"

	"spaniel/event"
)

func TestFarSegments(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 100+5<<20, 200, "stray")
	r.send(true, ".", 103, 200, "def")
	r.want(0, "abcdef", "")
	r.send(true, ".", 100+9<<20, 200, "one")
	r.wantNotes(noteBeyond)
	r.send(true, ".", 103+9<<20, 200, "two") // goes on: the mirror lost nine megabytes
	r.want(0, fmt.Sprintf("abcdef<%d>onetwo", 9<<20-6), "")
	r.close()
	if !r.flows[0].Flags.Has(event.FlagCapped | event.FlagGap) {
		t.Error("no mark on the flow")
	}
}

func TestFarSegmentAlone(t *testing.T) {
	t.Run("acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100+9<<20, 200, "one")
		r.send(false, ".", 200, 103+9<<20, "")
		r.want(0, fmt.Sprintf("<%d>one", 9<<20), "")
		r.close()
	})
	t.Run("nothing came instead", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, ".", 103+9<<20, 200, "one")
		r.wait(6 * time.Second)
		r.table.Advance(r.clock)
		r.want(0, fmt.Sprintf("abc<%d>one", 9<<20), "")
		r.close()
	})
	t.Run("the stream went on without it", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, ".", 103+9<<20, 200, "one")
		r.send(true, "F.", 103, 200, "def")
		r.close()
		r.want(0, "abcdef|", "")
		r.wantNotes(noteBeyond)
	})
}

func TestFarSegmentAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 100+9<<20, "")
	r.send(true, ".", 100+9<<20, 200, "one")
	r.close()
	r.want(0, fmt.Sprintf("abc<%d>one", 9<<20-3), "")
}
