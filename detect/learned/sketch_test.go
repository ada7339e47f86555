package learned

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

// TestSketchForgetsNothing: what was added in this generation or the one before
// is there, and comes back from a file.
func TestSketchForgetsNothing(t *testing.T) {
	costtest.OneGoroutine(t)
	rapid.Check(t, func(t *rapid.T) {
		var k sketch
		var generations [3][2][]uint64
		for i := range generations {
			if i > 0 {
				k.turn()
			}
			for set := range 2 {
				generations[i][set] = rapid.SliceOfN(rapid.Uint64(), 0, 40).Draw(t, "hashes")
				for _, h := range generations[i][set] {
					s := spotOf(mix(h))
					k.add(set, &s)
				}
			}
		}
		saved := k.save()
		back := saved.restore()
		for i, sets := range generations[1:] {
			for set, list := range sets {
				for _, h := range list {
					s := spotOf(mix(h))
					if !k.has(set, &s) || !back.has(set, &s) || i == 1 && !k.new(set, &s) {
						t.Fatalf("generation %d, set %d: %x is gone", i+1, set, h)
					}
				}
			}
		}
	})
}

// TestSketchErrsAsItSays: a full generation says yes of what was never added as
// rarely as it says, which is once in 5,000.
func TestSketchErrsAsItSays(t *testing.T) {
	var k sketch
	for i := range uint64(sketchTakes) {
		s := spotOf(mix(i))
		k.add(0, &s)
	}
	const asked = 400_000
	wrongly := 0
	for i := range uint64(asked) {
		if s := spotOf(mix(1<<40 + i)); k.has(0, &s) {
			wrongly++
		}
	}
	got, said := float64(wrongly)/asked, k.wrong(0)
	if said > 1.0/5000 || got > 2*said || got < said/2 {
		t.Errorf("%v wrong, said %v", got, said)
	}
	if n := k.n[0]; n > sketchTakes || n < sketchTakes*999/1000 {
		t.Errorf("%d of %d counted", n, sketchTakes)
	}
	if s := spotOf(mix(1)); !k.has(0, &s) || k.has(1, &s) || k.wrong(1) != 0 {
		t.Error("the other set is not empty")
	}
}

// TestFileOfTheVersionBefore: all is read but what is said of ids.
func TestFileOfTheVersionBefore(t *testing.T) {
	body := []byte(`{"hosts":[{"seg":"a","kids":[{"seg":"x","ends":[{"method":"GET","calls":200,"first":1,"last":7200000000001,"auth":{"jwt":200},"asked":[150,150]}]}]}],"sessions":[["s","ann"]],"ids":{"any":{"now":"AAAA","n":5},"shared":{},"own":{},"used":{},"began":1}}`)
	sealed := sealAs(versionBefore, body)
	f, err := Decode(sealed, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l := lesson(2, "GET", "a", "/x", "jwt")
	e := f.Of(l)
	if e == nil || e.Calls != 200 || f.UserOf("s") != "ann" {
		t.Fatalf("%s", shown(f))
	}
	if _, ok := f.UsualIDs(e, e.Last); ok || f.ids.began != 0 {
		t.Error("something is known of ids that is hashed otherwise now")
	}
	if _, err := Decode(sealAs(1, body), Limits{}); err == nil {
		t.Error("an older version is read")
	}
}

// TestSpotsSpread: each bit of a block, and each line, is as likely as another.
func TestSpotsSpread(t *testing.T) {
	var bits [256]int
	lines := make([]int, blocks)
	const n = 64 * blocks
	for i := range uint64(n) {
		s := spotOf(mix(i))
		lines[s.line]++
		for b := range bits {
			if s.bits[b/64]>>(b%64)&1 == 1 {
				bits[b]++
			}
		}
	}
	if least, most := slices.Min(bits[:]), slices.Max(bits[:]); least < n/32*98/100 || most > n/32*102/100 {
		t.Error(fmt.Sprint("bits set ", least, " to ", most, " times, want about ", n/32))
	}
	if least, most := slices.Min(lines), slices.Max(lines); least < 24 || most > 112 {
		t.Error(fmt.Sprint("lines used ", least, " to ", most, " times, want about 64"))
	}
}
