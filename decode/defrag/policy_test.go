package defrag

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"spaniel/event"
)

// vector is fragments in the order they come, of which each brings one letter:
// where it starts and how long it is, in units of eight bytes.
type vector struct {
	frags string // "A0+3 B4+2"
	want  map[Policy]string
}

// The outcomes are the published ones of Shankar and Paxson ("Active Mapping",
// 2003) and of Novak ("Target-Based Fragmentation Reassembly", 2005).
var vectors = []vector{
	{"A0+3 B4+2 C6+3 D1+4 E6+3 F9+3", map[Policy]string{
		BSD:      "AAADDBCCCFFF",
		BSDRight: "ADDDBBEEEFFF",
		Linux:    "AAADDBEEEFFF",
		First:    "AAADBBCCCFFF",
		Last:     "ADDDDBEEEFFF",
	}},
	{"A0+3 B4+2 C6+3 D10+1 E13+2 F15+3 G18+2 H20+2 I22+1 J1+4 K6+3 L9+3 M12+3 N16+1 O19+1 P20+1 Q22+2", map[Policy]string{
		BSD:      "AAAJJBCCCLLLMMMFFFGGHHIQ",
		BSDRight: "AJJJBBKKKLDLMEEFNFGOPHQQ",
		Linux:    "AAAJJBKKKLLLMMMFFFGGPHQQ",
		Windows:  "AAAJBBCCCLLLMEEFFFGGHHIQ",
		Solaris:  "AAAJBBCCCLLLMMMFFFGGHHIQ",
		First:    "AAAJBBCCCLDLMEEFFFGGHHIQ",
		Last:     "AJJJJBKKKLLLMMMFNFGOPHQQ",
	}},
}

// fragments returns what a vector's text stands for; the one that ends last,
// of those the one that comes last, has no more behind it.
func (v vector) fragments(v6 bool) (out []Fragment) {
	far, last := 0, 0
	for i, word := range strings.Fields(v.frags) {
		at, n, _ := strings.Cut(word[1:], "+")
		f := Fragment{Key: key(v6, 1), More: true, Before: 20, Offset: 8 * number(at), Data: []byte(strings.Repeat(word[:1], 8*number(n)))}
		if end := f.Offset + len(f.Data); end >= far {
			far, last = end, i
		}
		out = append(out, f)
	}
	out[last].More = false
	return out
}

func number(text string) (n int) {
	for _, c := range text {
		n = 10*n + int(c-'0')
	}
	return n
}

func TestPoliciesGiveThePublishedOutcomes(t *testing.T) {
	for _, v := range vectors {
		for p, want := range v.want {
			var notes []string
			r := New(Config{Policy: p}, new(event.Ledger), func(a event.Anomaly) { notes = append(notes, a.Name) }, func(int) { t.Errorf("%v: the datagram died", p) })
			got := ""
			var d Datagram
			for _, f := range v.fragments(false) {
				if r.Add(&f, &d) == Complete {
					got = string(d.Data)
				}
			}
			for i := 0; i < len(got); i += 8 {
				if got[i:i+8] != strings.Repeat(got[i:i+1], 8) {
					t.Errorf("%v: cut within %q", p, got[i:i+8])
				}
			}
			if got = eighth(got); got != want {
				t.Errorf("%v: %s, want %s", p, got, want)
			}
			if !slices.Equal(notes, []string{AnomalyConflict}) {
				t.Errorf("%v: noted %v", p, notes)
			}
			if n, memory := r.Pending(); n != 0 || memory != 0 {
				t.Errorf("%v: %d datagrams and %d bytes stay", p, n, memory)
			}
		}
	}
}

func eighth(s string) (out string) {
	for i := 0; i < len(s); i += 8 {
		out += s[i : i+1]
	}
	return out
}

// Whatever the policy, IPv6 and Linux of today drop such a datagram.
func TestModernHostsDropTheVectors(t *testing.T) {
	for _, v := range vectors {
		for _, c := range []struct {
			policy Policy
			v6     bool
		}{{Modern, false}, {Modern, true}, {Last, true}, {First, true}} {
			r := New(Config{Policy: c.policy}, new(event.Ledger), nil, nil)
			var d Datagram
			for _, f := range v.fragments(c.v6) {
				if r.Add(&f, &d) == Complete {
					t.Errorf("%+v: became %s", c, eighth(string(d.Data)))
				}
			}
			if r.led.Datagrams[event.DatagramConflict] == 0 {
				t.Errorf("%+v: no conflict was counted", c)
			}
		}
	}
}

func TestPolicyByTarget(t *testing.T) {
	targets := []Target{{netip.MustParsePrefix("192.0.2.0/24"), First}, {netip.MustParsePrefix("10.0.0.0/24"), Last}}
	r := New(Config{Targets: targets, Policy: Linux}, new(event.Ledger), nil, nil)
	got := ""
	var d Datagram
	for _, f := range vectors[0].fragments(false) { // to 10.0.0.5
		if r.Add(&f, &d) == Complete {
			got = eighth(string(d.Data))
		}
	}
	if got != vectors[0].want[Last] {
		t.Errorf("became %s", got)
	}
}

func TestPolicyNames(t *testing.T) {
	for p := range numPolicies {
		if got, err := ParsePolicy(p.String()); got != p || err != nil {
			t.Errorf("%v: %v, %v", p, got, err)
		}
	}
	if _, err := ParsePolicy("beos"); err == nil || !strings.Contains(err.Error(), "bsd-right") {
		t.Errorf("error %v", err)
	}
}

// Fragments that agree give the same datagram under every policy, whatever
// their order; and a byte that only one fragment brings is always that one's.
func TestPoliciesAgreeWhereFragmentsDo(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 2000 {
		data := make([]byte, 1+rng.IntN(700))
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		frags := cutUp(rng, key(false, 1), data, true)
		for p := range numPolicies {
			r := New(Config{Policy: p, MaxFragments: 200}, new(event.Ledger), nil, nil)
			var d Datagram
			done := false
			for i := range frags {
				done = done || r.Add(&frags[i], &d) == Complete
			}
			if !done || string(d.Data) != string(data) {
				t.Fatalf("%v: %d fragments: complete %v", p, len(frags), done)
			}
		}
	}
}

// Repeats cost nothing, so that a mirror's copies do not use up the limit of
// fragments.
func TestRepeatsAreFree(t *testing.T) {
	for p := range numPolicies {
		r := New(Config{Policy: p, MaxFragments: 2}, new(event.Ledger), nil, func(int) { t.Errorf("%v: the datagram died", p) })
		var d Datagram
		for range 100 {
			r.Add(&Fragment{Key: key(false, 1), More: true, Data: []byte("abcdefghABCDEFGH")}, &d)
			r.Add(&Fragment{Key: key(false, 1), More: true, Data: []byte("abcdefgh")}, &d)
		}
		if r.Add(&Fragment{Key: key(false, 1), Offset: 16, Data: []byte("i")}, &d) != Complete || string(d.Data) != "abcdefghABCDEFGHi" {
			t.Errorf("%v: became %q", p, d.Data)
		}
	}
}

// What the policy decides between two fragments is what every byte of them
// becomes: a model of one byte an entry.
func TestTwoFragments(t *testing.T) {
	for p := Linux; p < numPolicies; p++ {
		for _, a := range spans {
			for _, b := range spans {
				var d datagram
				d.settle(p, a[0], []byte(strings.Repeat("a", a[1]-a[0])))
				d.settle(p, b[0], []byte(strings.Repeat("b", b[1]-b[0])))
				got := []byte(strings.Repeat("_", 40))
				have := 0
				for _, q := range d.pieces {
					have += copy(got[q.at:], q.data)
				}
				want := []byte(strings.Repeat("_", 40))
				for i := range want {
					inA, inB := i >= a[0] && i < a[1], i >= b[0] && i < b[1]
					switch {
					case inB && (!inA || p.wins(sign(b[0]-a[0]), sign(b[1]-a[1]))):
						want[i] = 'b'
					case inA:
						want[i] = 'a'
					}
				}
				if string(got) != string(want) || have != d.have {
					t.Errorf("%v: %v then %v: %s, want %s; have %d of %d", p, a, b, got, want, d.have, have)
				}
			}
		}
	}
}

var spans = [][2]int{{0, 8}, {0, 16}, {8, 16}, {8, 24}, {16, 24}, {16, 32}, {8, 32}, {24, 32}}

func sign(n int) int { return min(max(n, -1), 1) }
