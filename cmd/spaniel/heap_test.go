package main

import "testing"

// TestHeapPercent compares with the runtime's own rule: what lives, and the
// percentage of that and of the roots on top; of a small heap, of 4 MiB.
func TestHeapPercent(t *testing.T) {
	const mb = 1 << 20
	for _, least := range []uint64{mb, 4 * mb, 48 * mb} {
		for live := uint64(0); live < 200*mb; live += mb / 2 {
			for _, roots := range []uint64{0, 300 << 10, 5 * mb} {
				percent := uint64(heapPercent(least, live, roots))
				goal := max(live+(live+roots)*percent/100, smallHeap*percent/100)
				if percent < 100 || percent > 100 && goal > least {
					t.Fatalf("%d KiB live, roots %d KiB, least %d MiB: %d %% let it grow to %d KiB", live>>10, roots>>10, least/mb, percent, goal>>10)
				}
				if usual := max(2*live+roots, smallHeap); goal+smallHeap+usual/100 < max(usual, least) {
					t.Fatalf("%d KiB live, roots %d KiB, least %d MiB: %d %% collect at %d KiB", live>>10, roots>>10, least/mb, percent, goal>>10)
				}
			}
		}
	}
}
