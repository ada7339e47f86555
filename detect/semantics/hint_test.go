package semantics

import (
	"testing"

	"pgregory.net/rapid"
)

// TestSegmentsChangeNothing: a segment's words are the same whatever was seen
// before it.
func TestSegmentsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var known segments
		segment := rapid.OneOf(rapid.StringMatching(`[0-9]{1,24}`), rapid.StringMatching(`(log|sign|in|up|two|factor|2|fa|Login|users|v|-|_){1,5}[0-9]?`), rapid.StringMatching(`[ -~]{1,64}`))
		for range rapid.IntRange(1, 30).Draw(t, "segments") {
			s := segment.Draw(t, "segment")
			if got, want := known.words(s), wordsOf(s); got != want {
				t.Fatalf("%q has the words %b, want %b", s, got, want)
			}
		}
	})
}
