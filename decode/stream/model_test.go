package stream

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// model is the reference: a map from position to byte, slow and plain. Each
// waiting byte knows the segment it belongs to by where that segment starts.
type model struct {
	policy  Policy
	next    int
	waiting map[int]cell
	out     strings.Builder
	differ  bool
	fin     int // -1 unknown
	ended   bool
}

type cell struct {
	v     byte
	owner *int // start of the segment
}

func newModel(p Policy) *model { return &model{policy: p, waiting: map[int]cell{}, fin: -1} }

func (m *model) segment(pos int, b string) {
	for len(b) > 0 && pos < m.next {
		pos, b = pos+1, b[1:]
	}
	if len(b) == 0 || m.ended {
		return
	}
	if m.fin >= pos && m.fin < pos+len(b) {
		m.fin = -1
	}
	if pos == m.next && !m.policy.keepsWaiting() {
		for i := range len(b) {
			if c, ok := m.waiting[pos+i]; ok {
				m.differ = m.differ || c.v != b[i]
				delete(m.waiting, pos+i)
			}
		}
		m.out.WriteString(b)
		m.next += len(b)
		m.drain()
		return
	}
	m.keep(pos, b)
	m.drain()
}

func (m *model) keep(pos int, b string) {
	end := pos + len(b)
	var mine *int
	// The rule looks at the waiting bytes as they were.
	old := map[int]cell{}
	for q := pos; q <= end; q++ {
		if c, ok := m.waiting[q]; ok {
			old[q] = c
		}
	}
	for q := pos; q < end; q++ {
		c, taken := old[q]
		if taken {
			m.differ = m.differ || c.v != b[q-pos]
			if !m.policy.wins(cmp.Compare(pos, *c.owner), m.ends(old, q, end)) {
				mine = nil
				continue
			}
		}
		if mine == nil {
			start := q
			mine = &start
		}
		m.waiting[q] = cell{b[q-pos], mine}
	}
	if c, ok := m.waiting[end]; ok && mine != nil && *c.owner < end {
		start := end
		was := c.owner
		for q := end; ; q++ {
			r, ok := m.waiting[q]
			if !ok || r.owner != was {
				break
			}
			m.waiting[q] = cell{r.v, &start}
		}
	}
}

// ends compares end with that of the segment waiting at q.
func (m *model) ends(old map[int]cell, q, end int) int {
	o := old[q].owner
	for ; q < end; q++ {
		if c, ok := old[q]; !ok || c.owner != o {
			return 1
		}
	}
	if c, ok := old[end]; ok && c.owner == o {
		return -1
	}
	return 0
}

func (m *model) drain() {
	for {
		c, ok := m.waiting[m.next]
		if !ok || m.fin == m.next {
			break
		}
		m.out.WriteByte(c.v)
		delete(m.waiting, m.next)
		m.next++
	}
	if m.fin == m.next && !m.ended {
		m.ended = true
		clear(m.waiting)
		m.out.WriteString("|")
	}
}

func (m *model) finish(pos int) {
	if _, taken := m.waiting[pos]; taken || m.ended || m.fin >= 0 || pos < m.next {
		return
	}
	m.fin = pos
	m.drain()
}

// flush gives up the holes, at the end of the flow.
func (m *model) flush() {
	for len(m.waiting) > 0 {
		q := m.next
		for m.waiting[q].owner == nil && q != m.fin {
			q++
		}
		fmt.Fprintf(&m.out, "<%d>", q-m.next)
		m.next = q
		m.drain()
	}
	if m.fin > m.next && !m.ended {
		fmt.Fprintf(&m.out, "<%d>", m.fin-m.next)
	}
}

// op is a segment of a script: [pos, pos+len) of one of two texts.
type op struct {
	pos, n int
	fin    bool
	other  bool // bytes that differ
}

var isns = []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xfffffff0, 0xffffff00, 12345}

// play runs ops through a table and the model and compares them.
func play(t testing.TB, policy Policy, isn uint32, texts [2]string, ops []op) {
	t.Helper()
	r := newRig(t, func(c *Config) { c.Policy = policy })
	m := newModel(policy)
	lead := strings.Repeat("-", int(isn)%2*2000) // half of them cross a page's end
	isn -= uint32(len(lead))
	r.open(isn-1, 777)
	if lead != "" {
		r.send(true, ".", isn, 778, lead)
		m.segment(0, lead)
		ops = shift(ops, len(lead))
		texts[0], texts[1] = lead+texts[0], lead+texts[1]
	}
	for _, o := range ops {
		text := texts[0]
		if o.other {
			text = texts[1]
		}
		b := text[o.pos:][:o.n]
		fl := "."
		if o.fin {
			fl = "F."
		}
		r.send(true, fl, isn+uint32(o.pos), 778, b)
		m.segment(o.pos, b)
		if o.fin {
			m.finish(o.pos + o.n)
		}
	}
	r.close()
	m.flush()
	got := ""
	if len(r.conns) > 0 {
		got = r.conns[0].got[event.ToServer].String()
	}
	want := m.out.String()
	// A lone FIN behind a hole at the capture's end is announced, not ended.
	if got != want && !(len(r.conns) == 0 && strings.Trim(want, "|") == "") {
		t.Fatalf("%v isn %#x ops %+v\n got %q\nwant %q", policy, isn, ops, got, want)
	}
	if m.differ && !slices.ContainsFunc(r.flows, func(f event.Flow) bool { return f.Flags.Has(event.FlagOverlapDiff) }) {
		t.Fatalf("isn %#x ops %+v: no flow is marked %s", isn, ops, noteOverlap)
	}
	if told := strings.Contains(r.notes(), noteOverlap); m.differ && !told && len(ops) < maxNotes { // of which a flow raises no more
		t.Fatalf("isn %#x ops %+v: no %s", isn, ops, noteOverlap)
	}
}

// shift moves ops on by n.
func shift(ops []op, n int) []op {
	out := make([]op, len(ops))
	for i, o := range ops {
		o.pos += n
		out[i] = o
	}
	return out
}

// script makes a random order of segments that cover text.
func script(g *rand.Rand, n int, conflict bool) []op {
	var ops []op
	for pos := 0; pos < n; {
		l := min(1+g.IntN(1+n/4), n-pos)
		o := op{pos: pos, n: l, fin: pos+l == n}
		pos += l
		if g.IntN(3) == 0 { // reach back or ahead: a consistent overlap
			back := min(g.IntN(8), o.pos)
			o.pos, o.n = o.pos-back, o.n+back
			if more := min(g.IntN(8), n-o.pos-o.n); more > 0 {
				o.n += more
				o.fin = o.pos+o.n == n && o.fin
			}
		}
		ops = append(ops, o)
		for g.IntN(4) == 0 {
			ops = append(ops, o)
		}
		if conflict && g.IntN(3) == 0 {
			p := g.IntN(n)
			ops = append(ops, op{pos: p, n: 1 + g.IntN(n-p), other: true})
		}
	}
	if g.IntN(3) == 0 { // the FIN alone
		for i := range ops {
			ops[i].fin = false
		}
		ops = append(ops, op{pos: n, fin: true})
	}
	g.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	return ops
}

func texts(g *rand.Rand, n int) (s [2]string) {
	a, b := make([]byte, n), make([]byte, n)
	for i := range n {
		a[i], b[i] = 'a'+byte(g.IntN(26)), 'A'+byte(g.IntN(26))
	}
	return [2]string{string(a), string(b)}
}

// variants is how many random scripts each drawn seed plays; 100 seeds by
// rapid's default make 20,000.
const variants = 200

// TestConsistentScripts plays streams cut, repeated, overlapped and shuffled,
// from sequence numbers around the wrap: each comes out whole and ended.
func TestConsistentScripts(t *testing.T) {
	costtest.OneGoroutine(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		for range variants {
			n := 1 + g.IntN(200)
			isn := isns[g.IntN(len(isns))] - uint32(g.IntN(2*n))
			tx := texts(g, n)
			ops := script(g, n, false)
			r := newRig(t, nil)
			r.open(isn-1, 777)
			for _, o := range ops {
				fl := "."
				if o.fin {
					fl = "F."
				}
				r.send(true, fl, isn+uint32(o.pos), 778, tx[0][o.pos:][:o.n])
			}
			r.close()
			if got := r.conns[0].got[event.ToServer].String(); got != tx[0]+"|" || r.notes() != "" {
				rt.Fatalf("isn %#x ops %+v: anomalies %q\n got %q\nwant %q", isn, ops, r.notes(), got, tx[0]+"|")
			}
		}
	})
}

// TestModelScripts does the same with bytes that contradict each other: the
// table must read what the model reads, and say so.
func TestModelScripts(t *testing.T) {
	costtest.OneGoroutine(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2))
		for range variants {
			n := 1 + g.IntN(100)
			play(t, Policy(g.IntN(int(numPolicies))), isns[g.IntN(len(isns))]-uint32(g.IntN(2*n)), texts(g, n), script(g, n, true))
		}
	})
}
