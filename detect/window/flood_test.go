package window

import (
	"encoding/binary"
	"os"
	"testing"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

// TestSlowAmongSpoofed: a client that came before a flood of sources that are
// each seen a few times, and comes again rarely, keeps its window; memory
// stays at the caps. A million sources; SPANIEL_LONG=1 makes it ten.
func TestSlowAmongSpoofed(t *testing.T) {
	costtest.OneGoroutine(t)
	sources := 1_000_000
	if os.Getenv("SPANIEL_LONG") != "" {
		sources *= 10
	}
	for _, each := range []int{1, 2} {
		pool := NewPool(40_000, 10_000)
		table := NewTable[int](Plan{Over: 1 << 50, Aggregates: []Aggregate{{Op: Distinct}}}, pool)
		clock, slow, late := int64(0), 0, 0
		add := func(key string, origin uint64, v float64) *Window[int] {
			clock++
			w := table.Add(key, origin, Entry{Clock: clock, Time: clock, Values: []Value{NumberOf(v)}})
			if pool.Keys() > 10_000 || pool.Entries() > 40_000 {
				t.Fatalf("%d keys, %d entries", pool.Keys(), pool.Entries())
			}
			return w
		}
		touch := func(key string, n *int) {
			*n++
			if w := add(key, 1, float64(*n)); w.Eval(0).Num != float64(*n) && key == "slow" {
				t.Fatalf("after %d of %d calls the slow client is known for %v", *n, *n, w.Eval(0).Num)
			}
		}
		for range 5 {
			touch("slow", &slow)
		}
		var key [8]byte
		for i := range sources / each {
			for range each {
				binary.BigEndian.PutUint64(key[:], uint64(i))
				add(string(key[:]), 2+uint64(i/100), 0)
			}
			if i%(sources/20) == 0 {
				touch("slow", &slow)
			}
			if i > sources/each/2 && i%2000 == 0 {
				touch("late", &late)
			}
		}
		if w := add("late", 1, 0); w.Len() < late/2 {
			t.Errorf("%d calls a source: of %d calls of a client that came during the flood %d are known", each, late, w.Len())
		}
		if pool.Evicted == 0 {
			t.Error("evictions are not counted")
		}
	}
}

// TestOneNetworkCannotTakeAll: the windows of one origin, however often each
// is touched, push out one another and not those of others.
func TestOneNetworkCannotTakeAll(t *testing.T) {
	pool := NewPool(1<<20, 1000)
	table := NewTable[int](Plan{Over: 1 << 50}, pool)
	clock := int64(0)
	add := func(key string, origin uint64) int {
		clock++
		return table.Add(key, origin, Entry{Clock: clock}).Len()
	}
	var key [8]byte
	for i := range 500 {
		binary.BigEndian.PutUint64(key[:], uint64(i))
		add(string(key[:]), 10+uint64(i))
	}
	for i := range 20_000 {
		binary.BigEndian.PutUint64(key[:], 1<<40+uint64(i))
		for range 20 {
			add(string(key[:]), 1)
		}
	}
	kept := 0
	for i := range 500 {
		binary.BigEndian.PutUint64(key[:], uint64(i))
		if table.byKey[string(key[:])] != nil {
			kept++
		}
	}
	if kept != 500 {
		t.Errorf("of 500 windows of other networks %d are left", kept)
	}
}

// TestHeavyWindowsPay: where calls, not keys, are too many, the window that
// holds most gives up its older half and says so; small ones stay.
func TestHeavyWindowsPay(t *testing.T) {
	pool := NewPool(5000, 1<<12)
	crowd := NewTable[int](Plan{Over: 1 << 50}, pool)
	loud := NewTable[int](Plan{Over: 1 << 50}, pool)
	var key [8]byte
	for i := range 2000 {
		binary.BigEndian.PutUint64(key[:], uint64(i))
		crowd.Add(string(key[:]), 0, Entry{Clock: 1})
	}
	var w *Window[int]
	for i := range 10_000 {
		w = loud.Add("loud", 0, Entry{Clock: int64(2 + i)})
	}
	if crowd.size() != 2000 || !w.Capped || w.Len() < 1000 || pool.Shed == 0 || pool.Evicted != 0 {
		t.Errorf("%d small windows left, the loud one has %d, capped %v; %d shed, %d evicted", crowd.size(), w.Len(), w.Capped, pool.Shed, pool.Evicted)
	}
}

// TestRingsShrink: the memory of windows follows what they hold, not the most
// they ever held.
func TestRingsShrink(t *testing.T) {
	pool := NewPool(1<<20, 1<<12)
	table := NewTable[int](Plan{Over: 100, Keep: 1 << 40, Aggregates: []Aggregate{{Op: Distinct}}}, pool)
	clock := int64(0)
	for k := range 50 {
		key := string(rune('A' + k))
		for i := range 3000 {
			table.Add(key, 0, Entry{Clock: clock, Values: []Value{NumberOf(float64(i))}}).Eval(0)
		}
		clock += 200
		for range 20 {
			table.Add(key, 0, Entry{Clock: clock, Values: []Value{NumberOf(1)}}).Eval(0)
		}
	}
	held := 0
	for _, w := range table.byKey {
		held += len(w.ring)
		if len(w.run[0].numbers) != 1 || w.run[0].peak > 64 {
			t.Fatalf("%d numbers, peak %d", len(w.run[0].numbers), w.run[0].peak)
		}
	}
	if held > 50*80 {
		t.Errorf("rings of %d entries for windows of 20", held/50)
	}
}

// TestFrequency: never less than what is known of a key since the last halving,
// and close to it while few keys come.
func TestFrequency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, truth := newFrequency(100), map[uint64]int{}
		for range rapid.IntRange(1, 100).Draw(t, "keys") {
			k := mix(rapid.Uint64Range(1, 40).Draw(t, "key"))
			truth[k] += rapid.IntRange(1, 300).Draw(t, "touches")
			f.keep(k, truth[k])
		}
		wrong := 0
		for k, n := range truth {
			switch got := f.of(k); {
			case got < min(n, 255):
				t.Fatalf("%d for a key that came %d times", got, n)
			case got > min(n, 255):
				wrong++
			}
		}
		if wrong > len(truth)/4 {
			t.Fatalf("too much is said of %d of %d", wrong, len(truth))
		}
		if got := f.of(mix(1 << 40)); got != 0 && len(truth) < 10 {
			t.Fatalf("%d for a key that never came", got)
		}
		f.halve()
		for k, n := range truth {
			if got := f.of(k); got < min(n, 255)/2 {
				t.Fatalf("%d after halving, for a key that came %d times", got, n)
			}
		}
	})
}
