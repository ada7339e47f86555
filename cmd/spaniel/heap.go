package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"spaniel/internal/config"
)

// leastHeap is how large the heap may grow before it is collected, where
// limits.memory is 1 GiB: what lives of a reading is often a few MiB, and the
// runtime by itself would collect at twice that, dozens of times a second.
const leastHeap = 48 << 20

// A heapFloor lets the heap grow to least before it is collected, however
// little lives. What grows beyond collects as it always does, and nearer to
// the limit on memory as often as that takes.
type heapFloor struct {
	least   uint64
	percent int
}

// floorHeap sets the least size of the heap, in proportion below 1 GiB. GOGC,
// where somebody set it, wins.
func floorHeap(cfg *config.Config) {
	if os.Getenv("GOGC") != "" {
		return
	}
	f := &heapFloor{least: uint64(leastHeap * memoryShare(cfg))}
	f.set()
	f.watch()
}

// watch looks at the heap after each collection: an object that nothing holds
// tells of one by being collected.
func (f *heapFloor) watch() {
	runtime.AddCleanup(new(collected), func(f *heapFloor) {
		f.set()
		f.watch()
	}, f)
}

// collected is what watch waits for. It holds a pointer so that it has an
// allocation to itself.
type collected struct{ _ *byte }

// set tells the runtime how much the heap may grow. Small changes are not
// worth stopping all goroutines for.
func (f *heapFloor) set() {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/globals:bytes"}, {Name: "/gc/scan/stack:bytes"}}
	metrics.Read(s)
	percent := heapPercent(f.least, s[0].Value.Uint64(), s[1].Value.Uint64()+s[2].Value.Uint64())
	if d := percent - f.percent; d*8 > f.percent || -d*8 > f.percent {
		f.percent = percent
		debug.SetGCPercent(percent)
	}
}

// smallHeap is what the runtime takes a smaller heap for when it has 100
// percent to grow; more percent make more of it.
const smallHeap = 4 << 20

// heapPercent is how much the heap may grow, in percent of what lives and of
// the roots, which the runtime scans too: to least, and never by less than its
// own 100.
func heapPercent(least, live, roots uint64) int {
	base := max(live+roots, smallHeap)
	if live > least || least-live < base {
		return 100
	}
	return int((least - live) * 100 / base)
}
