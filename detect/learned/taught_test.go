package learned

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestUsualBytes holds what is said of sizes against all of them, sorted.
func TestUsualBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(Limits{Calls: 20, Time: time.Second})
		var all []uint64
		top := rapid.SampledFrom([]uint64{2, 1000, 1 << 20, 1 << 40}).Draw(t, "top")
		for i := range rapid.IntRange(1, 400).Draw(t, "answers") {
			l := lesson(int64(i)*second, "GET", "a", "/x", "none")
			l.Bytes = rapid.Uint64Range(0, top).Draw(t, "bytes")
			if l.Bytes > 0 {
				all = append(all, l.Bytes)
			}
			f.Learn(l)
		}
		l := lesson(1000*second, "GET", "a", "/x", "none")
		got, ok := f.UsualBytes(f.Of(l), l.Clock)
		if ok != (len(all) >= 20) {
			t.Fatalf("%d answers, said %v", len(all), ok)
		}
		if !ok {
			return
		}
		slices.Sort(all)
		from := func(bound uint64) (n int) {
			for _, b := range all {
				if b >= bound {
					n++
				}
			}
			return n
		}
		last := uint64(1) << (sizeSteps - 1) // what is larger is not told apart
		if got&(got-1) != 0 || got < last && from(got)*100 > len(all) || from(got/2)*100 <= len(all) && got > 1 {
			t.Fatalf("%d bytes of %v", got, all)
		}
	})
}

// TestSizesForget: an endpoint whose answers have become larger is known so.
func TestSizesForget(t *testing.T) {
	var s sizes
	for range 50_000 {
		s.learn(100)
	}
	for range 50_000 {
		s.learn(100_000)
	}
	if s.most() != 1<<17 || s.total() >= sizesKept {
		t.Errorf("%d, of %d", s.most(), s.total())
	}
	for range 100_000 {
		s.learn(100)
	}
	if s.most() != 1<<7 {
		t.Errorf("%d after they became smaller", s.most())
	}
}

// TestTokens holds what is said of tokens against a model that forgets nothing,
// where there are no more issuers and contents than are kept.
func TestTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(Limits{Calls: 8, Time: 10 * time.Second})
		type issued struct {
			calls, first int64
			algs         map[Alg]int64
		}
		issuers, signatures, hosts := map[[2]uint64]*issued{}, map[uint64]uint64{}, map[uint64]bool{}
		algs := rapid.SliceOfN(rapid.IntRange(0, algCount-1), 1, 4).Draw(t, "algs")
		mostly := Alg(rapid.SampledFrom(algs).Draw(t, "mostly"))
		for i := range rapid.IntRange(1, 500).Draw(t, "tokens") {
			host := rapid.Uint64Range(0, 1).Draw(t, "host")
			l := lesson(int64(i)*second, "GET", []string{"a", "b"}[host], "/x", "jwt")
			alg := mostly
			if rapid.IntRange(0, 60).Draw(t, "odd") == 0 {
				alg = Alg(rapid.SampledFrom(algs).Draw(t, "alg"))
			}
			l.Token = TokenSeen{Issuer: rapid.Uint64Range(0, 3).Draw(t, "issuer"), Alg: alg, Content: rapid.Uint64Range(0, 30).Draw(t, "content"), Signature: rapid.Uint64Range(0, 1).Draw(t, "signature")}
			l.Spoiled = rapid.IntRange(0, 9).Draw(t, "spoiled") == 0
			if rapid.IntRange(0, 5).Draw(t, "refused") == 0 {
				l.Status = 401
			}
			who, known := [2]uint64{host, l.Token.Issuer}, false
			if m := issuers[who]; m != nil && l.Token.Content != 0 {
				known = m.calls >= 8 && l.Clock-m.first >= 10*second && m.algs[alg]*100 < m.calls
			}
			if _, _, odd := f.OddAlg(l); odd != known {
				t.Fatalf("token %d: odd %v, in the model %v", i, odd, known)
			}
			first, seen := signatures[l.Token.Content]
			if other := f.OtherSignature(l); other != (seen && l.Token.Content != 0 && alg.oneSignature() && first != l.Token.Signature) {
				t.Fatalf("token %d: other signature %v; %v %v", i, other, seen, first)
			}
			f.Learn(l)
			if l.Status != 200 || l.Token.Content == 0 && l.Spoiled {
				continue
			}
			if l.Token.Content != 0 {
				if !seen && alg.oneSignature() {
					signatures[l.Token.Content] = l.Token.Signature
				}
				if hosts[host] { // of a host that is not known nothing is
					if issuers[who] == nil {
						issuers[who] = &issued{first: l.Clock, algs: map[Alg]int64{}}
					}
					issuers[who].calls++
					issuers[who].algs[alg]++
				}
			}
			if !l.Spoiled {
				hosts[host] = true
			}
		}
	})
}

// TestIssuersPushOutOneAnother: who makes up issuers takes no room from those that
// are known, and adds none.
func TestIssuersPushOutOneAnother(t *testing.T) {
	f := New(Limits{})
	seen := func(issuer uint64) {
		l := lesson(second, "GET", "a", "/x", "jwt")
		l.Token = TokenSeen{Issuer: issuer, Alg: 4, Content: issuer}
		f.Learn(l)
	}
	for range 5 {
		seen(7)
	}
	for i := range uint64(10_000) {
		seen(100 + i)
	}
	if h := f.hosts["a"]; len(h.issuers) != maxIssuers || h.issuers[7] == nil || h.issuers[7].Calls < 4 {
		t.Errorf("%d issuers, %+v", len(h.issuers), h.issuers[7])
	}
	if len(f.signed) != signedKept {
		t.Errorf("%d signatures", len(f.signed))
	}
}

// TestStored holds pieces of script against a model that forgets nothing: what is
// said is so, and with few pieces all of it is said.
func TestStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(Limits{})
		type first struct {
			call  [16]byte
			clock int64
		}
		model := map[uint64]first{}
		pieces := rapid.SliceOfN(rapid.Uint64Range(1, payloadsKept-1), 0, 3)
		for i := range rapid.IntRange(1, 60).Draw(t, "calls") {
			l := lesson(int64(i)*24*3600*second/2, "POST", "a", "/x", "none")
			l.Call = [16]byte{byte(i + 1)}
			l.Served = pieces.Draw(t, "served")
			if rapid.Bool().Draw(t, "refused") {
				l.Status = 403
			}
			want, by := 0, [16]byte{}
			for _, p := range l.Served {
				if m, ok := model[p]; ok && l.Clock-m.clock <= payloadLasts {
					if want++; want == 1 {
						by = m.call
					}
				}
			}
			if n, who, ago := f.Stored(l); n != want || who != by || ago < 0 || ago > payloadLasts {
				t.Fatalf("call %d: %d by %v, %d ago; want %d by %v", i, n, who, ago, want, by)
			}
			l.Stored = pieces.Draw(t, "stored")
			f.Learn(l)
			if l.Status == 200 {
				for _, p := range l.Stored {
					if m, ok := model[p]; !ok || l.Clock-m.clock > payloadLasts {
						model[p] = first{l.Call, l.Clock}
					}
				}
			}
		}
	})
}
