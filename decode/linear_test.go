package decode

import (
	"testing"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestPartitionIsLinear measures n clients that each hold on to something, in a
// partition that has no room for them: of one kind, and of all by turns.
func TestPartitionIsLinear(t *testing.T) {
	names := []string{"all"}
	for name := range holders {
		names = append(names, name)
	}
	for _, name := range names {
		costtest.Linear(t, name, 2000, 0, func(n int) func() {
			cfg := DefaultConfig()
			cfg.Memory = 256 << 10
			var led event.Ledger
			p := NewPartition(&cfg, &led, Output{})
			return func() {
				for i := range n {
					h := holders[name]
					if name == "all" {
						h = holders[names[1+i%(len(names)-1)]]
					}
					take(p, i, h.begin, h.seq)
				}
				p.Close(int64(n))
			}
		})
	}
}
