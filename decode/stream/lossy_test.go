package stream

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spaniel/event"
)

// TestLossyScripts loses some of a stream's segments, shuffles and repeats
// the rest, and has the peer acknowledge what it received at odd moments. What
// is delivered stands at its place in the stream, gaps are as long as what is
// missing, and nothing is left out silently.
func TestLossyScripts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 3))
		for range variants {
			if err := lossy(t, g); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func lossy(t *testing.T, g *rand.Rand) error {
	n := 10 + g.IntN(300)
	text := texts(g, n)[0]
	isn := isns[g.IntN(len(isns))] - uint32(g.IntN(2*n))
	r := newRig(t, nil)
	r.open(isn-1, 777)
	received := 0
	var late []op
	send := func(o op) { r.send(true, ".", isn+uint32(o.pos), 778, text[o.pos:][:o.n]) }
	for pos := 0; pos < n; {
		o := op{pos: pos, n: min(1+g.IntN(40), n-pos)}
		pos += o.n
		received = pos // the peer has it, whatever the mirror lost
		switch g.IntN(8) {
		case 0: // lost
		case 1:
			late = append(late, o)
		case 2:
			send(o)
			send(o)
		default:
			send(o)
		}
		if g.IntN(6) == 0 {
			for _, o := range late {
				send(o)
			}
			late = nil
		}
		if g.IntN(5) == 0 {
			r.send(false, ".", 778, isn+uint32(received-g.IntN(min(received, 30)+1)), "")
		}
		if g.IntN(30) == 0 {
			r.wait(time.Duration(g.IntN(8)) * time.Second)
		}
	}
	r.send(false, ".", 778, isn+uint32(n), "")
	r.close()
	out := ""
	if len(r.conns) > 0 {
		out = r.conns[0].got[event.ToServer].String()
	}
	return aligned(text, out, r)
}

// aligned checks that out is text with some of it replaced by gaps.
func aligned(text, out string, r *rig) error {
	pos, gaps, whole := 0, uint64(0), out
	for out != "" {
		if rest, ok := strings.CutPrefix(out, "<"); ok {
			num, after, _ := strings.Cut(rest, ">")
			n, err := strconv.Atoi(num)
			if err != nil {
				return err
			}
			pos, out, gaps = pos+n, after, gaps+uint64(n)
			continue
		}
		if pos >= len(text) || out[0] != text[pos] {
			return fmt.Errorf("at %d of %q: %q", pos, text, whole)
		}
		pos, out = pos+1, out[1:]
	}
	// One byte missing at the end may be taken for the FIN.
	if missing := len(text) - pos; missing > 1 || gaps != r.led.GapBytes || gaps != r.flows[0].Gaps[0] {
		return fmt.Errorf("%d bytes missing, %d in gaps, ledger %d: %q of %q", missing, gaps, r.led.GapBytes, whole, text)
	}
	return nil
}
