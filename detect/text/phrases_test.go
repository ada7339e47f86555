package text

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPhrasesFindsWhatSearchFinds: the one pass and a search for each word agree.
func TestPhrasesFindsWhatSearchFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-c.(]{2,4}`), 1, 8).Draw(t, "words")
		s := rapid.StringMatching(`[a-cA-C.(]{0,20}`).Draw(t, "s")
		at, word := newPhrases(words).find(s)
		want := -1
		for _, w := range words {
			if i := indexFold(s, w); i >= 0 && (want < 0 || i < want) {
				want = i
			}
		}
		if at != want || at >= 0 && !prefixFold(s[at:], word) {
			t.Fatalf("find(%q) of %q = %d, %q; want %d", s, words, at, word, want)
		}
	})
}
