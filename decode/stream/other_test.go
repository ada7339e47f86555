package stream

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestOthersAreTold(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(r *rig)
		want string
	}{
		{"sent again with other bytes", func(r *rig) {
			r.send(true, ".", 100, 200, "GET /good")
			r.send(true, ".", 105, 200, "evil HTTP")
		}, "-4 evil"},
		{"the later of two behind a hole", func(r *rig) {
			r.send(true, ".", 102, 200, "good")
			r.send(true, ".", 102, 200, "evil")
			r.send(true, ".", 100, 200, "__")
		}, "+0 evil"},
		{"the earlier of two behind a hole, where the later begins before it", func(r *rig) {
			r.send(true, ".", 103, 200, "evil")
			r.send(true, ".", 102, 200, "good")
			r.send(true, ".", 100, 200, "__")
		}, "+0 gevi"},
		{"waiting bytes that those in order bring themselves", func(r *rig) {
			r.send(true, ".", 102, 200, "evil")
			r.send(true, ".", 100, 200, "__good")
		}, "+2 evil"},
		{"a segment with an old timestamp", func(r *rig) {
			a, b, c := r.packet(true, ".", 100, 200, "__"), r.packet(true, ".", 102, 200, "evil"), r.packet(true, ".", 102, 200, "good")
			for p, ts := range map[int]uint32{0: 1000, 1: 10, 2: 1001} {
				q := []*uint32{&a.TSVal, &b.TSVal, &c.TSVal}[p]
				*q = ts
			}
			a.HasTS, b.HasTS, c.HasTS = true, true, true
			r.push(&a)
			r.push(&b)
			r.push(&c)
		}, "+0 evil"},
		{"a segment that acknowledges what was never sent", func(r *rig) {
			r.send(true, ".", 100, 200, "__")
			r.send(false, ".", 200, 102, "x")
			r.send(true, ".", 102, 200+3<<20, "evil")
			r.send(true, ".", 102, 201, "good")
		}, "+0 evil"},
		{"a segment without ACK", func(r *rig) {
			r.send(true, ".", 100, 200, "__")
			r.send(true, "P", 102, 0, "evil")
			r.send(true, ".", 102, 200, "good")
		}, "+0 evil"},
		{"the same bytes again", func(r *rig) {
			r.send(true, ".", 102, 200, "good")
			r.send(true, ".", 102, 200, "good")
			r.send(true, ".", 100, 200, "__")
			r.send(true, ".", 100, 200, "__good")
		}, ""},
		{"other bytes for acknowledged ones, which no host takes", func(r *rig) {
			r.send(true, ".", 100, 200, "good")
			r.send(false, ".", 200, 104, "")
			r.send(true, ".", 100, 200, "evil")
		}, ""},
		{"an ignored segment whose place was never reached", func(r *rig) {
			r.send(true, ".", 100, 200, "__")
			r.send(true, "P", 104, 0, "evil")
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			c.do(r)
			if got := strings.Join(r.conns[0].others, "|"); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
			r.close()
		})
	}
}

// TestEveryByteIsReadOrTold: whatever the policy, each byte a client sent for
// a place of its stream is the one that is delivered there, or is told.
func TestEveryByteIsReadOrTold(t *testing.T) {
	const length = 24
	for seed := range uint64(3000) {
		g := rand.New(rand.NewPCG(seed, 11))
		r := newRig(t, func(c *Config) { c.Policy = Policy(g.IntN(int(numPolicies))) })
		r.open(99, 199)
		var sent [length]map[byte]bool
		send := func(pos int, s string) {
			for i := range len(s) {
				if sent[pos+i] == nil {
					sent[pos+i] = map[byte]bool{}
				}
				sent[pos+i][s[i]] = true
			}
			r.send(true, ".", 100+uint32(pos), 200, s)
		}
		for range g.IntN(8) {
			b := make([]byte, 2+g.IntN(8))
			for i := range b {
				b[i] = "ab"[g.IntN(8)/7]
			}
			send(g.IntN(length-len(b)), string(b))
		}
		send(0, strings.Repeat("c", length)) // closes all holes
		c := r.conns[0]
		for i, at := range c.told {
			for k := range len(c.tells[i]) {
				if p := at + k; p >= 0 && p < length {
					delete(sent[p], c.tells[i][k])
				}
			}
		}
		got := c.got[0].String()
		for p := range length {
			for v := range sent[p] {
				if got[p] != v {
					t.Fatalf("seed %d, policy %s: %q sent at %d was neither delivered (%s) nor told (%s)", seed, r.table.cfg.Policy, v, p, got, c.others)
				}
			}
		}
		r.close()
	}
}

// Others are bounded, and what is not kept is told once.
func TestOthersAreBounded(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Buffer = 64 << 10 })
	r.open(99, 199)
	r.send(true, ".", 100, 200, "__")
	for i := range 1000 {
		r.send(true, "P", 102, 0, fmt.Sprintf("evil %d %s", i, strings.Repeat("x", 1000)))
		if n := len(r.table.last.half[0].others); n > maxOthers {
			t.Fatalf("%d others", n)
		}
	}
	n := 0
	for _, a := range r.anomalies {
		if a.Name == noteUnchecked {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d times %s", n, noteUnchecked)
	}
	r.close()
}

// TestUnchecked: a retransmission that lies further back than what is kept is
// told; one that was acknowledged cannot hide anything.
func TestUnchecked(t *testing.T) {
	for _, acked := range []bool{false, true} {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, strings.Repeat("a", 1400))
		r.send(true, ".", 1500, 200, strings.Repeat("b", 1400))
		if acked {
			r.send(false, ".", 200, 2900, "")
		}
		r.send(true, ".", 100, 200, strings.Repeat("a", 1400))
		r.send(true, ".", 100, 200, strings.Repeat("a", 1400))
		want := noteUnchecked
		if acked {
			want = ""
		}
		r.wantNotes(want)
		r.close()
	}
}
