package defrag

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"spaniel/event"
)

func key(v6 bool, id uint32) Key {
	if v6 {
		return Key{Src: netip.MustParseAddr("2001:db8::7"), Dst: netip.MustParseAddr("2001:db8::5"), ID: id}
	}
	return Key{Src: netip.MustParseAddr("198.51.100.7"), Dst: netip.MustParseAddr("10.0.0.5"), ID: id, Proto: 6}
}

// cutUp returns fragments of data: sometimes overlapping (a quarter of the
// cuts, consistently, when overlap is set), sometimes repeated, shuffled.
func cutUp(rng *rand.Rand, k Key, data []byte, overlap bool) []Fragment {
	var out []Fragment
	for at := 0; at < len(data); {
		n := min(8*(1+rng.IntN(20)), len(data)-at)
		from := at
		if overlap && at > 0 && rng.IntN(4) == 0 {
			from -= 8 * (1 + rng.IntN(min(at/8, 5)))
		}
		out = append(out, Fragment{Key: k, Offset: from, More: at+n < len(data), Before: 20, Next: 6, TTL: 64, Data: data[from : at+n]})
		at += n
	}
	if rng.IntN(3) == 0 {
		out = append(out, out[rng.IntN(len(out))])
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// The 20,000 random consistent fragmentations that blind ip4defrag: here every
// one comes back whole, with the right bytes.
func TestConsistentFragmentationsComeBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, tc := range []struct{ v6, overlap bool }{{false, true}, {false, false}, {true, false}} {
		r := New(Config{MaxFragments: 200}, new(event.Ledger), nil, func(n int) { t.Fatalf("%d frames dropped", n) })
		for i := range 20000 {
			data := make([]byte, 1+rng.IntN(1500))
			for j := range data {
				data[j] = byte(rng.Uint32())
			}
			done := 0
			var d Datagram
			frags := cutUp(rng, key(tc.v6, uint32(i)), data, tc.overlap)
			for j := range frags {
				// What comes after completion begins a datagram of its own;
				// that is not this test's.
				if done == 0 && r.Add(&frags[j], &d) == Complete {
					done++
					if !bytes.Equal(d.Data, data) || d.Next != 6 {
						t.Fatalf("%+v: datagram %d differs", tc, i)
					}
				}
			}
			if done != 1 {
				t.Fatalf("%+v: datagram %d of %d fragments came back %d times", tc, i, len(frags), done)
			}
		}
		if n, mem := r.Pending(); n != 0 || mem != 0 {
			t.Errorf("%+v: %d datagrams and %d bytes stay", tc, n, mem)
		}
	}
}

// script turns bytes into fragments of few small datagrams, so that they meet
// in every way; it is the fuzz target's language too. Each step takes four bytes.
func script(b []byte, v6 bool) []Fragment {
	var out []Fragment
	for ; len(b) >= 4; b = b[4:] {
		f := Fragment{Key: key(v6, uint32(b[0]>>6)), Offset: int(b[1]&15) * 8, More: b[1]&16 == 0, Before: 20, Next: 6 + b[0]&1, TTL: 64}
		n := int(b[2]) % 57
		if b[2] >= 0xf0 { // far out
			f.Offset, n = 65528-8*int(b[2]&3), 8*int(b[3]&3)
		} else if f.More && b[3]&3 != 3 {
			n &^= 7
		}
		for i := range n {
			c := byte(f.Offset + i)
			if b[3]&0x70 == 0x70 && i == int(b[3]&15) { // now and then another byte
				c ^= 0xff
			}
			f.Data = append(f.Data, c)
		}
		f.Stamp = event.Stamp{Time: 1, Clock: 1, Frame: uint64(len(out) + 1)}
		out = append(out, f)
	}
	return out
}

// againstModel plays fragments to a Reassembler and to models, and checks the
// fates, bytes, anomalies and the accounting of frames.
func againstModel(t *testing.T, frags []Fragment, v6 bool) (completed int) {
	t.Helper()
	var note string
	lost := 0
	r := New(Config{MaxFragments: 1 << 20}, new(event.Ledger), func(a event.Anomaly) { note = a.Name }, func(n int) { lost += n })
	models := map[Key]*model{}
	held, told, wantLost := map[Key]int{}, map[Key]string{}, 0
	for i := range frags {
		f := &frags[i]
		m := models[f.Key]
		if m == nil {
			m = newModel(v6)
			models[f.Key] = m
		}
		note = ""
		var d Datagram
		got, want := r.Add(f, &d), m.add(f)
		if want.fate != Dropped && strings.Contains(told[f.Key], want.note) {
			want.note = "" // once a datagram
		}
		told[f.Key] += want.note
		if got != want.fate || note != want.note {
			t.Fatalf("fragment %d (%d+%d more=%v): fate %d note %q, want %d %q", i, f.Offset, len(f.Data), f.More, got, note, want.fate, want.note)
		}
		switch got {
		case Held:
			held[f.Key]++
			continue
		case Complete:
			completed++
			if !bytes.Equal(d.Data, want.data) || d.Next != want.next {
				t.Fatalf("fragment %d completes %x (next %d), want %x (next %d)", i, d.Data, d.Next, want.data, want.next)
			}
		case Dropped:
			if want.alone {
				continue
			}
			wantLost += held[f.Key]
		}
		delete(models, f.Key)
		delete(held, f.Key)
		delete(told, f.Key)
	}
	if lost != wantLost {
		t.Fatalf("%d frames told dropped, want %d", lost, wantLost)
	}
	r.Flush()
	for _, n := range held {
		wantLost += n
	}
	if n, mem := r.Pending(); n != 0 || mem != 0 || lost != wantLost {
		t.Fatalf("after the end: %d datagrams, %d bytes, %d frames lost of %d", n, mem, lost, wantLost)
	}
	return completed
}

func TestRandomScriptsEqualTheModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, v6 := range []bool{false, true} {
		completed := 0
		for range 20000 {
			b := make([]byte, 4*(1+rng.IntN(30)))
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
			completed += againstModel(t, script(b, v6), v6)
		}
		if completed < 1000 {
			t.Errorf("v6=%v: only %d datagrams came whole: the scripts test too little", v6, completed)
		}
	}
}

func FuzzDefrag(f *testing.F) {
	f.Add([]byte{0, 0, 16, 0, 0, 18, 8, 0}, false)
	f.Add([]byte{0, 0, 16, 0, 0, 17, 8, 0x73}, true)
	f.Fuzz(func(t *testing.T, b []byte, v6 bool) {
		againstModel(t, script(b[:min(len(b), 400)], v6), v6)
	})
}
