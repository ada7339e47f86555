package stream

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestAnswersAreCompared gives an answer the bytes of random segments, and then
// some of them again, cut in any way. The same bytes never differ; others do
// where a whole segment of the first ones, or its beginning, came again.
func TestAnswersAreCompared(t *testing.T) {
	found, beyond := 0, 0
	for seed := range uint64(5000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		const start = 1<<32 - 300 // the lower half wraps within
		var a answer
		a.behind = true
		var all []byte
		var ends []int
		for range 1 + rnd.IntN(40) {
			b := make([]byte, 1+rnd.IntN(90))
			for i := range b {
				b[i] = byte(rnd.Uint32())
			}
			a.note(start+uint64(len(all)), b, nil)
			all = append(all, b...)
			ends = append(ends, len(all))
		}
		from := rnd.IntN(len(all))
		to := from + 1 + rnd.IntN(len(all)-from)
		again := bytes.Clone(all[from:to])
		if a.differs(start+uint64(from), again) {
			t.Fatalf("seed %d: bytes %d to %d came again, and differ", seed, from, to)
		}
		k := rnd.IntN(len(again))
		again[k] ^= byte(1 + rnd.IntN(255))
		// The segment that the byte was in.
		at, low, high, nth := from+k, 0, 0, 0
		for i, e := range ends {
			if high = e; at < e {
				nth = i
				break
			}
			low = e
		}
		known := nth < answerEchoes && low >= from && high <= to || nth == 0 && at < answerBytes
		switch got := a.differs(start+uint64(from), again); {
		case got != (known && len(again) > 1):
			t.Fatalf("seed %d: another byte %d of %d to %d, in segment %d of %d, %d to %d: differs %v", seed, at, from, to, nth, len(ends), low, high, got)
		case got:
			found++
		default:
			beyond++
		}
	}
	if found < 500 || beyond < 500 {
		t.Errorf("%d found, %d not: too few", found, beyond)
	}
}
