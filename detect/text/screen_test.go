package text

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestScreenMissesNothing: a screen says what looking for each word says.
func TestScreenMissesNothing(t *testing.T) {
	alphabet := rapid.StringOfN(rapid.RuneFrom([]rune("abAB:é\x00z[{@`")), 0, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		minLen := rapid.SampledFrom([]int{2, screenMin}).Draw(t, "shortest")
		word := rapid.StringOfN(rapid.RuneFrom([]rune("ab:é\x00z[{@`")), minLen, 14, -1)
		list := rapid.SliceOfN(word, 1, 6).Draw(t, "words")
		p := newPhrases(list)
		s := alphabet.Draw(t, "text")
		if rapid.Bool().Draw(t, "holds one") {
			w := rapid.SampledFrom(list).Draw(t, "word")
			if rapid.Bool().Draw(t, "upper") {
				w = strings.Map(func(r rune) rune {
					if 'a' <= r && r <= 'z' {
						return r - 'a' + 'A'
					}
					return r
				}, w)
			}
			s += w + alphabet.Draw(t, "rest")
		}
		at, found := -1, ""
		for i := 0; i <= len(s) && at < 0; i++ {
			for _, w := range list {
				if at < 0 && prefixFold(s[i:], w) {
					at, found = i, w
				}
			}
		}
		if got, w := p.find(s); got != at || w != found {
			t.Fatalf("words %q in %q: found %q at %d, want %q at %d", list, s, w, got, found, at)
		}
	})
}

func FuzzScreens(f *testing.F) {
	f.Add("x ORA-00933: SQL command not properly ended")
	f.Add("{\"error\":\"SQLSTATE[42000]\"}")
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range []*phrases{stackMarks, fileMarks, codeMarks} {
			held := false
			for _, list := range p.by {
				for _, w := range list {
					held = held || indexFold(s, w) >= 0
				}
			}
			if at, _ := p.find(s); at >= 0 != held {
				t.Fatalf("%q: found at %d, held %v", s, at, held)
			}
		}
		whole := *sqlErrorTexts
		whole.screen = nil
		if at, _ := sqlErrorAt(s); at < 0 {
			for from := 0; from < len(s); {
				i, w := whole.find(s[from:])
				if i < 0 {
					break
				}
				if from += i + 1; sqlErrorHolds(s, from-1, w) {
					t.Fatalf("%q: %q at %d is hidden", s, w, from-1)
				}
			}
		}
	})
}

func BenchmarkSQLError(b *testing.B) {
	body := strings.Repeat(`{"id":1234,"name":"Ordinary words in an answer","email":"ann.miller@example.org","created":"2024-11-02T10:00:00Z"},`, 24)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		SQLError(body)
	}
}
