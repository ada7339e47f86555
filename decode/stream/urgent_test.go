package stream

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestUrgentBytesInAnyOrder cuts a stream with urgent bytes ('!') at random,
// permutes and repeats the pieces: each comes out without them.
func TestUrgentBytesInAnyOrder(t *testing.T) {
	for seed := range uint64(500) {
		g := rand.New(rand.NewPCG(seed, 9))
		text := ""
		for range 1 + g.IntN(4) {
			text += strings.Repeat("a", 1+g.IntN(30)) + "!"
		}
		text += "end"
		var ops []op
		for pos := 0; pos < len(text); {
			n := min(1+g.IntN(20), len(text)-pos)
			if i := strings.IndexByte(text[pos:pos+n], '!'); i >= 0 && i < n-1 {
				n = i + 1 // one urgent byte a segment
			}
			ops = append(ops, op{pos: pos, n: n})
			if g.IntN(3) == 0 {
				ops = append(ops, op{pos: pos, n: n})
			}
			pos += n
		}
		g.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
		r := newRig(t, nil)
		r.open(99, 199)
		for _, o := range ops {
			data := text[o.pos:][:o.n]
			p := r.packet(true, ".", 100+uint32(o.pos), 200, data)
			if i := strings.IndexByte(data, '!'); i >= 0 {
				p.Flags, p.Urgent = flags("U."), uint16(i+1)
			}
			r.push(&p)
		}
		r.close()
		r.want(0, strings.ReplaceAll(text, "!", ""), "")
		if t.Failed() {
			t.Fatalf("seed %d: %+v", seed, ops)
		}
	}
}

func TestUrgentOddities(t *testing.T) {
	urgent := func(r *rig, seq uint32, data string, pointer uint16) {
		p := r.packet(true, "U.", seq, 200, data)
		p.Urgent = pointer
		r.push(&p)
	}
	t.Run("the byte comes later", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		urgent(r, 100, "abc", 5)
		r.send(true, ".", 103, 200, "d!ef")
		r.close()
		r.want(0, "abcdef", "")
	})
	t.Run("the byte is lost", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		urgent(r, 100, "abc", 5)
		r.send(true, ".", 106, 200, "f")
		r.send(false, ".", 200, 107, "")
		r.send(true, ".", 107, 200, "g")
		r.close()
		r.want(0, "abc<3>fg", "")
	})
	t.Run("more than are kept", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		for i := range uint32(40) {
			urgent(r, 300-5*i, "a!", 2)
		}
		r.close()
		if n := strings.Count(r.conns[0].got[0].String(), "!"); n != 40-maxUrgent {
			t.Errorf("%d urgent bytes in the stream", n)
		}
	})
}
