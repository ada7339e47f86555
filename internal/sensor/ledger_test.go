package sensor

import (
	"context"
	"net/netip"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// TestLedgerCountsWhatIsEmitted: anomalies of frames and of streams, and
// losses, are counted as often as they come out.
func TestLedgerCountsWhatIsEmitted(t *testing.T) {
	b := wiretest.New(1, 1773133200e9)
	c := b.Conn(netip.MustParseAddrPort("203.0.113.9:5001"), netip.MustParseAddrPort("10.0.0.5:80"))
	c.Open()
	c.Client(wiretest.Request("GET /a HTTP/1.1\nHost: h\n"))
	c.Skip(false, 100) // lost
	c.Server(wiretest.Response(200, "x"))
	c.Client([]byte("no request\r\n"))
	segs := b.Segments()
	for i := range segs {
		segs[i].BadSum = segs[i].Src.Port() == 80 // an anomaly of frames: checksum_offload
	}
	// One of the stream: sent again, other bytes.
	frames := wiretest.Render(wiretest.Conflict(segs, wiretest.DataAt(segs, 5001)[0], []byte("POST"), false))
	for _, workers := range []int{1, 3} {
		cfg := testConfig(shippedRules(t))
		cfg.Workers = workers
		got := map[event.Kind]uint64{}
		s, err := New(cfg, func(it *event.Item) event.CallFate {
			got[it.Kind]++
			return event.CallAcked
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
			t.Fatal(err)
		}
		led := s.Ledger()
		if led.Anomalies != got[event.KindAnomaly] || led.Losses != got[event.KindLoss] || led.CallsMade != got[event.KindCall] || led.Flows != got[event.KindFlow] ||
			got[event.KindAnomaly] < 2 || got[event.KindLoss] == 0 {
			t.Errorf("%d workers: emitted %v; the ledger has %d anomalies, %d losses, %d calls, %d flows", workers, got, led.Anomalies, led.Losses, led.CallsMade, led.Flows)
		}
	}
}
