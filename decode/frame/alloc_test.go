package frame

import (
	"fmt"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// Decoding allocates nothing, whatever the link.
func TestDecodeAllocatesNothing(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		frames := conversation(v6, wiretest.Timestamps(), wiretest.VLAN(7))
		sets := map[string][]event.Frame{"Ethernet": frames}
		for _, link := range []uint16{0, 101, 113, 276} {
			sets[fmt.Sprint("link ", link)] = wiretest.Relink(frames, link)
		}
		for _, tun := range tunnels {
			sets[tun.name] = wiretest.Tunnel(conversation(v6), tun.kind, 77)
		}
		for name, set := range sets {
			var led event.Ledger
			var p Packet
			d := New(Config{Checksums: Verify}, &led, nil)
			if n := testing.AllocsPerRun(20, func() {
				for i := range set {
					set[i].Clock += 1e7 // else they are copies
					d.Decode(&set[i], &p)
				}
			}); n != 0 {
				t.Errorf("%s v6=%v: %v allocations", name, v6, n)
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, frames := range map[string][]event.Frame{"IPv4": conversation(false), "IPv6": conversation(true)} {
		b.Run(name, func(b *testing.B) {
			var led event.Ledger
			var p Packet
			d := New(Config{}, &led, nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f := &frames[i%len(frames)]
				f.Clock += 1e7 // else they are copies
				d.Decode(f, &p)
			}
		})
	}
}
