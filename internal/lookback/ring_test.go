package lookback

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"spaniel/event"
)

// everything is a place behind all frames.
var everything = event.Order{Clock: math.MaxInt64}

// kept is a frame as it was given to a ring: the model that a ring is held to.
type kept struct {
	event.Frame
	fate  event.FrameFate
	flow  uint64
	parts []uint64
}

// script is random frames of some connections, fragments and others among them.
func script(rng *rand.Rand, frames, flows, size int) (all []kept) {
	hashes := make([]uint64, flows)
	for i := range hashes {
		hashes[i] = rng.Uint64()
		if i%3 == 2 { // of the same place in the table
			hashes[i] = hashes[i-1] ^ 1
		}
	}
	var waiting []uint64
	for n := range frames {
		k := kept{flow: hashes[rng.IntN(flows)]}
		k.Number, k.Time, k.Clock = uint64(n+1), int64(n)*10+int64(rng.IntN(30)), int64(n/3)*30
		k.Data = bytes.Repeat(binary.BigEndian.AppendUint64(nil, rng.Uint64()), 1+size/8)[:1+rng.IntN(size)]
		k.Length, k.Iface, k.Link = len(k.Data)+rng.IntN(5), rng.IntN(3), []uint16{1, 276}[rng.IntN(2)]
		switch rng.IntN(10) {
		case 0:
			k.fate = event.FrameDuplicate
		case 1:
			k.fate = event.FrameFragment
			if len(waiting) > 0 && rng.IntN(3) == 0 { // which completes a tunnel's packet that is one itself
				k.parts, waiting = append(slices.Clone(waiting), k.Number), nil
			}
			waiting = append(waiting, k.Number)
		case 2:
			k.fate = event.FrameNotTCP
		default:
			k.fate = event.FrameStream
			if len(waiting) > 2 {
				k.parts, waiting = append(slices.Clone(waiting), k.Number), nil
			}
		}
		all = append(all, k)
	}
	return all
}

// want is all that belongs to what is asked for, by walking through everything.
func want(all []kept, q *Query) (frames []uint64, segments uint64) {
	added := map[uint64]bool{}
	var add func(n uint64)
	add = func(n uint64) {
		if !added[n] {
			added[n] = true
			frames = append(frames, n)
			for _, p := range all[n-1].parts {
				add(p)
			}
		}
	}
	for i := range all {
		k := &all[i]
		if k.flow != q.Flow || k.fate != event.FrameStream && k.fate != event.FrameDuplicate || k.Number < q.First {
			continue
		}
		if k.Clock < q.Upto.Clock || k.Clock == q.Upto.Clock && q.Upto.OfFrame && k.Number <= q.Upto.Seq {
			add(k.Number)
			if k.fate == event.FrameStream {
				segments++
			}
		}
	}
	slices.Sort(frames)
	return frames, segments
}

// check holds what was found to the model: each frame is as it was given, none is
// another's, and what is not there is said.
func check(t *testing.T, all []kept, q *Query, f *Found, whole bool) {
	t.Helper()
	numbers, segments := want(all, q)
	list := f.Frames()
	there := map[uint64]bool{}
	for i := range list {
		g := &list[i]
		k := &all[g.Number-1]
		if _, ok := slices.BinarySearch(numbers, g.Number); !ok {
			t.Fatalf("frame %d is not of the connection", g.Number)
		}
		if there[g.Number] || i > 0 && list[i-1].Number > g.Number {
			t.Fatalf("frame %d is there twice, or out of order", g.Number)
		}
		there[g.Number] = true
		if !bytes.Equal(g.Data, k.Data) || g.Time != k.Time || g.Clock != k.Clock || g.Length != k.Length || g.Iface != k.Iface || g.Link != k.Link {
			t.Fatalf("frame %d is %+v, was %+v", g.Number, g, k.Frame)
		}
	}
	if whole && (len(list) != len(numbers) || f.Gone+f.Beyond != 0 || f.Unsure) {
		t.Fatalf("%d of %d frames, %d gone, %d beyond, unsure %v", len(list), len(numbers), f.Gone, f.Beyond, f.Unsure)
	}
	// Of the segments that are known, each is there, beyond, or gone.
	found, missing := uint64(0), false // from the newest: no hole
	for i := len(numbers) - 1; i >= 0; i-- {
		k := &all[numbers[i]-1]
		if k.fate == event.FrameFragment {
			continue
		}
		if !there[k.Number] {
			missing = true
		} else if missing {
			t.Fatalf("frame %d is there, a later one is not", k.Number)
		} else if k.fate == event.FrameStream {
			found++
		}
	}
	if q.First != 0 && segments > 0 && found+f.Beyond+f.Gone < segments {
		t.Fatalf("%d found, %d beyond, %d gone of %d segments", found, f.Beyond, f.Gone, segments)
	}
	if len(list) < len(numbers) && f.Gone+f.Beyond == 0 && !f.Unsure {
		t.Fatalf("%d of %d frames, and nothing is said", len(list), len(numbers))
	}
}

// queries are some about a script.
func queries(rng *rand.Rand, all []kept) (list []Query) {
	for range 6 {
		k := &all[rng.IntN(len(all))]
		q := Query{Flow: k.flow, Upto: everything}
		if rng.IntN(2) == 0 {
			for i := range all {
				if all[i].flow == k.flow && all[i].fate == event.FrameStream {
					q.First = all[i].Number
					break
				}
			}
		}
		switch rng.IntN(3) {
		case 0:
			q.Upto = event.Order{Clock: k.Clock, OfFrame: true, Seq: k.Number}
		case 1:
			q.Upto = event.Order{Clock: k.Clock, Seq: k.Number} // of a timer
		}
		if _, q.Packets = want(all, &q); q.Packets > 0 {
			list = append(list, q)
		}
	}
	return append(list, Query{Flow: rng.Uint64(), Upto: everything})
}

// TestARingAgainstAModel: what is found of a connection is exactly what there was
// of it, whether or not the ring still had all.
func TestARingAgainstAModel(t *testing.T) {
	gone, beyond, whole := 0, 0, 0
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		large := seed%2 == 1
		frames, size, flows := 2000, 1500, 1+rng.IntN(20)
		if large {
			frames, size = 3000, 4000 // more than there is room for
		}
		all := script(rng, frames, flows, size)
		r := New(Least)
		for i := range all {
			r.Keep(&all[i].Frame, all[i].fate, all[i].flow, all[i].parts)
		}
		r.Leave()
		for _, q := range queries(rng, all) {
			f := r.Look(q)
			check(t, all, &q, f, !large && len(f.buf) < cap(f.buf)/2)
			switch {
			case f.Gone > 0 || f.Unsure:
				gone++
			case f.Beyond > 0:
				beyond++
			default:
				whole++
			}
		}
	}
	if gone < 20 || beyond < 2 || whole < 30 {
		t.Errorf("%d with packets that had gone, %d with too many, %d whole: too little is tried", gone, beyond, whole)
	}
}

// TestLookWhileFramesCome: the owner serves between frames, and what it overwrites
// meanwhile is said to be gone.
func TestLookWhileFramesCome(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 2))
		all := script(rng, 12_000, 4, 1500)
		r := New(Least)
		half := len(all) / 2
		for i := range all[:half] {
			r.Keep(&all[i].Frame, all[i].fate, all[i].flow, all[i].parts)
		}
		list := queries(rng, all[:half])
		asking := make(chan struct{})
		go func() {
			defer close(asking)
			for i := range list {
				q := list[i]
				if q.Upto == everything {
					q.Upto = event.Order{Clock: all[half-1].Clock, OfFrame: true, Seq: uint64(half)}
				}
				check(t, all, &q, r.Look(q), false)
			}
		}()
		for i := half; i < len(all); i++ {
			r.Keep(&all[i].Frame, all[i].fate, all[i].flow, all[i].parts)
			if i%16 == 0 {
				r.Serve()
			}
		}
		r.Leave()
		<-asking
	}
}

// TestKeepMakesNoGarbage: neither does a ring that wraps.
func TestKeepMakesNoGarbage(t *testing.T) {
	all := script(rand.New(rand.NewPCG(1, 3)), 1000, 30, 1500)
	r := New(Least)
	if n := testing.AllocsPerRun(20, func() {
		for i := range all {
			r.Keep(&all[i].Frame, all[i].fate, all[i].flow, all[i].parts)
			r.Serve()
		}
	}); n != 0 {
		t.Errorf("%v allocations for %d frames", n, len(all))
	}
}

// TestMemory: a ring takes no more than it was given.
func TestMemory(t *testing.T) {
	for _, size := range []int{0, Least, 64<<20 + 12345} {
		r := New(size)
		if n := len(r.mem) + 8*len(r.last) + cap(r.found.buf); n > max(size, Least) || n < max(size, Least)-8 {
			t.Errorf("%d bytes of %d", n, size)
		}
	}
}

func BenchmarkKeep(b *testing.B) {
	r := New(64 << 20)
	f := event.Frame{Data: make([]byte, 620), Length: 620}
	b.SetBytes(620)
	b.ReportAllocs()
	for i := range b.N {
		f.Number++
		r.Keep(&f, event.FrameStream, uint64(i%5000)*0x9e3779b97f4a7c15, nil)
	}
}
