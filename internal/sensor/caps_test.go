package sensor

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/internal/costtest"
	"spaniel/internal/wiretest"
)

// slow are clients that hold on to what they take: heads, bodies, handshakes
// and answers that do not come.
var slow = [][]wiretest.Step{
	talk,
	{{FromClient: true, After: -1, Text: "GET /slow HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 300)}},
	{{FromClient: true, After: -1, Text: "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n" + strings.Repeat("b", 300)}},
	{{FromClient: true, After: -1, Text: strings.Repeat("GET /p HTTP/1.1\r\nHost: h\r\n\r\n", 6)}, {After: 0, Text: strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 6)}},
	{{FromClient: true, After: -1, Text: "\x16\x03\x01\x40\x00\x01\x00\xff\xff\x03\x03" + strings.Repeat("h", 300)}},
}

// TestCapsForAnyWorkers: where caps over all connections are reached all the
// time, the output is the same for any number of workers and any epochs, each of
// them is counted, and the ledger balances.
func TestCapsForAnyWorkers(t *testing.T) {
	set := shippedRules(t)
	var reached [event.NumCapHits]uint64
	tries := 0
	rapid.Check(t, func(rt *rapid.T) {
		if tries++; costtest.RaceDetector && tries > 20 {
			return // goroutines meet in the same places each time
		}
		var segs []wiretest.Segment
		for i := range rapid.IntRange(100, 300).Draw(rt, "flows") {
			v := wiretest.Vary{Seed: uint64(rapid.Uint32().Draw(rt, "seed")), Largest: rapid.IntRange(20, 300).Draw(rt, "largest"), Shuffle: true, Losses: rapid.IntRange(0, 1).Draw(rt, "losses")}
			v.ISN = [2]uint32{uint32(v.Seed) * 2654435761, uint32(v.Seed) ^ 1<<31}
			steps := slow[rapid.IntRange(0, len(slow)-1).Draw(rt, "kind")]
			segs = append(segs, v.Segments(client(i), netip.MustParseAddrPort("10.0.0.5:80"), wiretest.CaseStart+int64(v.Seed%1000)*1_000_000, steps)...)
		}
		frames := wiretest.Render(segs)
		run := func(workers, epoch int) ([]byte, event.Ledger) {
			cfg := testConfig(set)
			cfg.Workers, cfg.EpochFrames, cfg.Portion = workers, epoch, 1+epoch/20
			h := &cfg.Decode.HTTP
			h.MaxHeads, h.MaxBodies, h.MaxCalls, h.MaxOwed = 300, 300, 3, 2
			cfg.Decode.MaxHandshake, cfg.Decode.Memory = 300, 10<<10
			return played(rt, cfg, frames)
		}
		want, ledger := run(1, 512)
		if err := ledger.Check(); err != nil {
			rt.Fatal(err)
		}
		for i, n := range ledger.Caps {
			reached[i] += n
		}
		for _, o := range [][2]int{{2, 512}, {8, 7}, {1, 1}} {
			if got, l := run(o[0], o[1]); !bytes.Equal(got, want) || l != ledger {
				rt.Fatalf("%d workers, epochs of %d: %s\n%+v\n%+v", o[0], o[1], firstDifference(want, got), ledger, l)
			}
		}
	})
	for i, n := range reached {
		if n == 0 {
			t.Errorf("%s: never reached", event.CapHit(i))
		}
	}
}
