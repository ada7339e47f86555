package capture

import (
	"bytes"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestFileIsLinear measures files of as many small blocks as fit, and blocks
// of as many small options.
func TestFileIsLinear(t *testing.T) {
	empty := event.Frame{Link: 1, Data: []byte{}}
	ng := func() *fixture { return newFixture(1).start().iface(Interface{Link: 1}, nil) }
	for name, data := range map[string]func(n int) *fixture{
		"empty records": func(n int) *fixture {
			x := newFixture(1).pcap(0xa1b2c3d4, 1)
			for range n {
				x.u32(0, 0, 0, 0)
			}
			return x
		},
		"empty packets": func(n int) *fixture {
			x := ng()
			for range n {
				x.simple(empty)
			}
			return x
		},
		"unknown blocks": func(n int) *fixture {
			x := ng()
			for range n {
				x.block(0xbad, func() {})
			}
			return x
		},
		"sections": func(n int) *fixture {
			x := newFixture(1)
			for range n {
				x.start()
			}
			return x
		},
		"interfaces": func(n int) *fixture {
			x := newFixture(1).start()
			for range n {
				x.iface(Interface{Link: 1}, nil)
			}
			return x
		},
		"options": func(n int) *fixture {
			x := newFixture(1).start()
			return x.iface(Interface{Link: 1}, func() {
				for range n {
					x.option(2, []byte("a"))
				}
			})
		},
	} {
		// Below 4 ms it is pages of new memory that are measured.
		costtest.Linear(t, name, 4000, 4*time.Millisecond, func(n int) func() {
			b := data(n).data
			return func() {
				f, err := NewFile("linear", bytes.NewReader(b))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := drain(f, func(*event.Frame) {}); err != nil && name != "interfaces" { // those have a cap
					t.Error(err)
				}
			}
		})
	}
}
