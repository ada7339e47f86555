package sensor

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/wiretest"
	"spaniel/sinks/encode"
)

// bursts are connections of which much ends at once: 800 calls wait behind a
// hole for one timer, 400 connections for another, as many for the capture's end.
func bursts() []event.Frame {
	b := wiretest.New(1, wiretest.CaseStart)
	server := netip.MustParseAddrPort("10.0.0.5:80")
	hole := b.Conn(client(0), server)
	hole.Open()
	hole.Client([]byte("GET /first HTTP/1.1\r\nHost: h\r\n\r\n"))
	hole.Skip(true, 7)
	seen := len(b.Segments())
	for range 20 {
		hole.Client([]byte(strings.Repeat("GET /behind HTTP/1.1\r\nHost: h\r\n\r\n", 40)))
	}
	var segs []wiretest.Segment
	for i, s := range b.Segments() {
		if i < seen || s.Src != server { // nobody acknowledges what was lost
			segs = append(segs, s)
		}
	}
	seen = len(b.Segments())
	many := func(from int) {
		for n := from; n < from+400; n++ {
			c := b.Conn(client(n), server)
			if c.Open(); n%3 > 0 {
				c.Client([]byte(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", n)))
			}
		}
	}
	many(1)
	b.Wait(15 * time.Minute)
	many(1000)
	return wiretest.Render(append(segs, b.Segments()[seen:]...))
}

// TestMuchAtOnceIsHandedOnInPortions: what one packet, one timer, a pause or the
// end of the capture brings about is handed on in portions, and comes to the
// same bytes as all at once.
func TestMuchAtOnceIsHandedOnInPortions(t *testing.T) {
	frames, set := bursts(), shippedRules(t)
	run := func(workers, portion int) ([]byte, event.Ledger, int) {
		cfg := testConfig(set)
		cfg.Workers, cfg.Portion = workers, portion
		var out []byte
		rows := encode.NewRows()
		s, err := New(cfg, func(it *event.Item) event.CallFate {
			out = rows.AppendItem(out, it)
			return event.CallAcked
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), NewFrames(frames)); err != nil {
			t.Fatal(err)
		}
		most := 0
		for _, w := range s.workers {
			most = max(most, cap(w.out.records)) // all it ever held of the last epoch
		}
		return out, s.Ledger(), most
	}
	want, ledger, all := run(1, 1<<20)
	if err := ledger.Check(); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(want, []byte(`"req_path":"/behind"`)); all < 800 || n != 800 {
		t.Fatalf("%d at once, %d calls behind the hole: too little to tell", all, n)
	}
	for _, workers := range []int{1, 2, 8} {
		for _, portion := range []int{1, 7, 64} {
			got, l, most := run(workers, portion)
			if !bytes.Equal(got, want) || l != ledger {
				t.Errorf("%d workers, portions of %d: %s\n%+v\n%+v", workers, portion, firstDifference(want, got), ledger, l)
			}
			if most > 2*portion {
				t.Errorf("%d workers, portions of %d: %d at once", workers, portion, most)
			}
		}
	}
}
