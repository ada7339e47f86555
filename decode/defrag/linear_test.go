package defrag

import (
	"testing"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestReassemblerIsLinear measures hostile orders of fragments, of one datagram
// after the other and of many at a time, and sprays that hit every cap.
func TestReassemblerIsLinear(t *testing.T) {
	const whole = 8000 // fragments of eight bytes in a datagram
	for name, c := range map[string]struct {
		cfg Config
		at  func(i int) (id uint32, off int)
	}{
		"ascending":       {Config{MaxFragments: 1 << 20}, func(i int) (uint32, int) { return uint32(i / whole), i % whole }},
		"descending":      {Config{MaxFragments: 1 << 20}, func(i int) (uint32, int) { return uint32(i / whole), whole - i%whole }},
		"every other":     {Config{MaxFragments: 1 << 20}, func(i int) (uint32, int) { return uint32(i / whole), i * 2 % whole }},
		"anyhow":          {Config{MaxFragments: 1 << 20}, func(i int) (uint32, int) { return uint32(i / whole), i * 7919 % whole }},
		"again and again": {Config{}, func(i int) (uint32, int) { return 0, 5 }},
		"at the cap":      {Config{}, func(i int) (uint32, int) { return uint32(i / 65), i*2 + 1 }},
		"a spray":         {Config{MaxBytes: 1 << 20}, func(i int) (uint32, int) { return uint32(i), 1 }},
	} {
		costtest.Linear(t, name, 20_000, 0, func(n int) func() {
			r := New(c.cfg, new(event.Ledger), func(event.Anomaly) {}, func(int) {})
			f := Fragment{More: true, Before: 20, Data: []byte("12345678"), Stamp: event.Stamp{Clock: 1}}
			var d Datagram
			return func() {
				for i := range n {
					id, off := c.at(i)
					f.Key, f.Offset = key(false, id), off%whole*8
					r.Add(&f, &d)
				}
			}
		})
	}
}
