package stream

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// The tests of this file hold one fault each that the common Go reassembler
// was measured to have.

func TestWrapWithOverlapAndShuffle(t *testing.T) {
	text := strings.Repeat("0123456789", 30)
	for cut := range uint32(len(text)) { // the wrap at every byte
		r := newRig(t, nil)
		isn := -cut
		r.open(isn-1, 9)
		r.send(true, ".", isn+150, 10, text[150:300])
		r.send(true, ".", isn+90, 10, text[90:200])
		r.send(true, ".", isn, 10, text[:40])
		r.send(true, ".", isn+20, 10, text[20:100])
		r.send(true, "F.", isn+300, 10, "")
		r.close()
		r.want(0, text+"|", "")
		r.wantNotes("")
	}
}

func TestBareFINOutOfOrderEnds(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, "F.", 106, 200, "")
	r.send(true, ".", 103, 200, "def")
	r.send(true, ".", 100, 200, "abc")
	r.send(false, "F.", 200, 107, "")
	r.want(0, "abcdef|", "|")
	r.wantEnded("fin")
	r.close()
}

func TestConflictInQueueKeepsTheFirst(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 103, 200, "OLD")
	r.send(true, ".", 103, 200, "NEW")
	r.send(true, ".", 100, 200, "abc")
	r.close()
	r.want(0, "abcOLD", "")
	r.wantNotes(noteOverlap)
	if !r.flows[0].Flags.Has(event.FlagOverlapDiff) {
		t.Error("flow is not marked overlap_diff")
	}
}

func TestOldRSTAndFINDoNotEnd(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abcdef")
	r.send(true, "R", 103, 0, "")
	r.send(true, "F.", 102, 200, "")
	r.send(true, "R", 1<<31+100, 0, "")
	r.send(true, ".", 106, 200, "ghi")
	r.close()
	r.want(0, "abcdefghi", "")
	r.wantNotes("rst_suspect fin_suspect rst_suspect")
	r.wantEnded("end")
}

func TestTupleReuseWithoutFIN(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "one")
	r.send(false, ".", 200, 103, "ONE")
	r.open(70000, 80000)
	r.send(true, ".", 70001, 80001, "two")
	r.send(false, ".", 80001, 70004, "TWO")
	r.close()
	r.want(0, "one", "ONE")
	r.want(1, "two", "TWO")
	r.wantEnded("reused", "end")
	if a, b := r.flows[0], r.flows[1]; a.ID == b.ID || b.FirstFrame != 6 || b.Packets != [2]uint64{3, 2} || a.Packets != [2]uint64{4, 2} {
		t.Errorf("flows %+v and %+v", a, b)
	}
}

func TestSYNSentAgainWithAnotherISN(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 500, 0, "")
	r.send(true, "S", 900, 0, "")
	r.send(false, "S.", 199, 901, "")
	r.send(true, ".", 901, 200, "real")
	r.close()
	r.want(0, "real", "")
	r.wantNotes("")

	r = newRig(t, nil) // the peer answers the first: the second was a stray
	r.send(true, "S", 500, 0, "")
	r.send(true, "S", 900, 0, "")
	r.send(false, "S.", 199, 501, "")
	r.send(true, ".", 501, 200, "real")
	r.close()
	r.want(0, "real", "")
	r.wantEnded("end")
}

func TestMidstreamIsDelivered(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, ".", 5000, 6000, "abc")
	r.send(false, ".", 6000, 5003, "ABC")
	r.want(0, "<0>abc", "<0>ABC")
	r.close()
	if f := r.flows[0].Flags; f != event.FlagMidstream {
		t.Errorf("flags %b", f)
	}
}

// TestHoleAndManySmallSegments keeps a hole open in front of 100,000 one-byte
// segments: memory stays near the payload's size, not thousands of times it.
func TestHoleAndManySmallSegments(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.step = time.Microsecond
	const n = 100_000
	for i := range uint32(n) {
		r.send(true, ".", 101+i, 200, "x")
	}
	if r.led.Buffered != n {
		t.Errorf("%d bytes wait, want %d", r.led.Buffered, n)
	}
	if held := r.table.pool.held; held > 2*n {
		t.Errorf("%d bytes of memory for %d bytes", held, n)
	}
	r.send(true, ".", 100, 200, "-")
	r.close()
	r.want(0, "-"+strings.Repeat("x", n), "")
}

// TestDescendingBytesAreLinear measures what hostile orders of segments cost.
func TestDescendingBytesAreLinear(t *testing.T) {
	for name, order := range map[string]func(i, n int) (off, size int){
		"descending bytes":   func(i, n int) (int, int) { return n - i, 1 },
		"every other byte":   func(i, n int) (int, int) { return 2*i + 1, 1 },
		"threes alternating": func(i, n int) (int, int) { return 1 + (i*2)%n, 3 },
		"random bytes":       func(i, n int) (int, int) { return 1 + i*7919%n, 1 },
	} {
		costtest.Linear(t, name, 50_000, 0, func(n int) func() {
			r := newRig(t, nil)
			r.open(99, 199)
			p := r.packet(true, ".", 0, 200, "xyz")
			return func() {
				for i := range n {
					off, size := order(i, n)
					p.Seq, p.Payload, p.WireLen = 100+uint32(off), p.Payload[:size], size
					p.Stamp.Frame++
					r.table.Packet(&p)
				}
			}
		})
	}
}

// TestShuffledFarStreams plays longer streams, whole segments, any order.
func TestShuffledFarStreams(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 1))
	text := texts(g, 300_000)[0]
	for range 5 {
		r := newRig(t, nil)
		isn := g.Uint32()
		r.open(isn-1, 9)
		var at []int
		for i := 0; i < len(text); i += 1460 {
			at = append(at, i)
		}
		g.Shuffle(len(at), func(i, j int) { at[i], at[j] = at[j], at[i] })
		for _, i := range at {
			r.send(true, ".", isn+uint32(i), 10, text[i:min(i+1460, len(text))])
		}
		r.close()
		r.want(0, text, "")
	}
}
