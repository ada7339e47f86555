package decode

import (
	"cmp"
	"slices"
	"testing"

	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// tenants puts the same conversation into one capture twice, at the very same
// times, the second time behind another inner tag.
func tenants(frames []event.Frame, outer func([]event.Frame) []event.Frame) []event.Frame {
	both := append(outer(wiretest.AddVLAN(frames, 0x8100, 7)), outer(wiretest.AddVLAN(frames, 0x8100, 8))...)
	slices.SortStableFunc(both, func(a, b event.Frame) int { return cmp.Compare(a.Time, b.Time) })
	return wiretest.Number(both)
}

// TestTenantsOfInnerTags: tenants whose addresses, ports, numbers, outer tag,
// tunnel and times are the same, and whose inner tags are not, are apart in all:
// their calls have ids of their own.
func TestTenantsOfInnerTags(t *testing.T) {
	plain := wiretest.Render(parse(t, shop).Segments())
	conns := len(run(t, plain, 512, nil).flows)
	for name, outer := range map[string]func([]event.Frame) []event.Frame{
		"tag": func(f []event.Frame) []event.Frame { return wiretest.AddVLAN(f, 0x88a8, 100) },
		"tag and tunnel": func(f []event.Frame) []event.Frame {
			return wiretest.AddVLAN(wiretest.Tunnel(f, wiretest.VXLAN, 5), 0x8100, 100)
		},
		"tunnel": func(f []event.Frame) []event.Frame { return wiretest.Tunnel(f, wiretest.VXLAN, 5) },
	} {
		var led event.Ledger
		cfg := DefaultConfig()
		cfg.Frame.KeepDuplicates = true // what is the same in two VLANs is a copy otherwise
		ids, flows := map[event.ID]int{}, map[uint64]int{}
		p := NewPartition(&cfg, &led, Output{
			Call: func(c *event.Call) { led.Calls[event.CallAcked]++; ids[c.ID]++; flows[c.Flow.ID]++ },
		})
		dec := frame.New(cfg.Frame, &led, nil)
		frames := tenants(plain, outer)
		var pkt frame.Packet
		for i := range frames {
			if dec.Decode(&frames[i], &pkt) == event.FrameStream {
				p.Packet(&pkt)
			}
		}
		p.Close(frames[len(frames)-1].Clock)
		if len(ids) != 2*len(shopCalls) || len(flows) != 2*conns || led.CallsMade != uint64(len(ids)) || led.Check() != nil {
			t.Errorf("%s: %d calls with %d ids on %d flows, want %d on %d", name, led.CallsMade, len(ids), len(flows), 2*len(shopCalls), 2*conns)
		}
	}
}
