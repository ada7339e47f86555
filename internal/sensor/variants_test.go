package sensor

import (
	"bytes"
	"net/netip"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// talk makes calls of every sort: with attacks in them, refused, pipelined.
var talk = []wiretest.Step{
	{FromClient: true, After: -1, Text: "GET /items?id=1%27%20OR%201=1-- HTTP/1.1\r\nHost: h\r\nUser-Agent: sqlmap\r\n\r\n"}, {After: 0, Text: "HTTP/1.1 500 No\r\nContent-Length: 27\r\n\r\nYou have an error in your S"},
	{FromClient: true, After: 1, Text: "POST /login HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 14\r\n\r\nuser=al&pw=123"}, {After: 2, Text: "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"},
	{FromClient: true, After: 3, Text: "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"}, {FromClient: true, After: 3, Text: "GET /../../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n"},
	{After: 4, Text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}, {After: 5, Text: "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"},
}

// client is the address of client number i; seven hosts share them.
func client(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(i % 7)}), uint16(40000+i))
}

// TestVariantsForAnyWorkers: captures of random variants, losses included, give
// the same bytes and the same ledger for one worker and for several, wherever
// epochs are cut.
func TestVariantsForAnyWorkers(t *testing.T) {
	n := 1_000
	if s := os.Getenv("SPANIEL_VARIANTS"); s != "" {
		v, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		n = v / 10
	}
	set := shippedRules(t)
	ran, alerts := 0, 0
	for ; ran < n && !t.Failed(); wiretest.Reseed(t) {
		rapid.Check(t, func(rt *rapid.T) {
			if ran >= n {
				return
			}
			var segs []wiretest.Segment
			flows := rapid.IntRange(1, 150).Draw(rt, "flows")
			for i := range flows {
				v := wiretest.Vary{Seed: uint64(rapid.Uint32().Draw(rt, "seed")), Largest: rapid.IntRange(20, 300).Draw(rt, "largest"), Shuffle: true,
					Resends: 3, Copies: 2, Losses: rapid.IntRange(0, 3).Draw(rt, "losses")}
				v.ISN = [2]uint32{uint32(v.Seed) * 2654435761, uint32(v.Seed) ^ 1<<31}
				start := wiretest.CaseStart + int64(v.Seed%5000)*1_000_000
				segs = append(segs, v.Segments(client(i), netip.MustParseAddrPort("10.0.0.5:80"), start, talk)...)
			}
			ran += flows
			frames := wiretest.Render(segs)
			run := func(workers, epoch int) ([]byte, event.Ledger) {
				cfg := testConfig(set)
				cfg.Workers, cfg.EpochFrames, cfg.Backlog, cfg.Portion = workers, epoch, 1+epoch/20, 1+epoch/3
				return played(rt, cfg, frames)
			}
			one, ledger := run(1, 512)
			if err := ledger.Check(); err != nil {
				rt.Fatal(err)
			}
			alerts += bytes.Count(one, []byte(`"kind":"alert"`))
			several, other := run(rapid.IntRange(2, 5).Draw(rt, "workers"), rapid.IntRange(1, 600).Draw(rt, "epoch"))
			if !bytes.Equal(one, several) || ledger != other {
				rt.Fatalf("other output: %s\n%+v\n%+v", firstDifference(one, several), ledger, other)
			}
		})
	}
	if alerts == 0 {
		t.Error("no alert in any capture")
	}
	t.Logf("%d variants, %d alerts", ran, alerts)
}
