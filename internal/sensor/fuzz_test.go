package sensor

import (
	"bytes"
	"encoding/binary"
	"testing"

	"go.uber.org/goleak"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// FuzzPipeline takes any bytes for frames: four bytes of time and length, then
// the frame. The whole path gives the same for one worker and for three, the
// ledger balances, and nobody is left running.
func FuzzPipeline(f *testing.F) {
	set := shippedRules(f)
	v := wiretest.Vary{Largest: 90, Shuffle: true, Resends: 3, Copies: 2, Losses: 2}
	for v.Seed = range 6 {
		var script []byte
		for _, s := range v.Segments(client(1), client(0), wiretest.CaseStart, talk) {
			b := s.Ethernet()
			script = binary.BigEndian.AppendUint16(script, uint16(v.Seed*50))
			script = binary.BigEndian.AppendUint16(script, uint16(len(b)))
			script = append(script, b...)
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		var frames []event.Frame
		at := wiretest.CaseStart
		for len(script) >= 4 && len(frames) < 400 {
			at += int64(binary.BigEndian.Uint16(script)) * 1e6
			n := min(int(binary.BigEndian.Uint16(script[2:])), len(script)-4)
			frames = append(frames, event.Frame{Time: at, Length: n, Link: wiretest.LinkEthernet, Data: script[4 : 4+n]})
			script = script[4+n:]
		}
		frames = wiretest.Number(frames)
		run := func(workers, epoch int) ([]byte, event.Ledger) {
			cfg := testConfig(set)
			cfg.Workers, cfg.EpochFrames, cfg.Portion = workers, epoch, 1+epoch/20
			return played(t, cfg, frames)
		}
		one, ledger := run(1, 512)
		if err := ledger.Check(); err != nil {
			t.Fatal(err)
		}
		if three, other := run(3, 5); !bytes.Equal(one, three) || ledger != other {
			t.Fatalf("other output: %s\n%+v\n%+v", firstDifference(one, three), ledger, other)
		}
	})
}
