package detect

import "testing"

// TestHoldsFold: the two signs that fold to letters of ASCII are seen, and no others.
func TestHoldsFold(t *testing.T) {
	for r := rune(0); r < 0x3000; r++ {
		if got, want := holdsFold("a"+string(r)+"b"), r == '\u017f' || r == '\u212a'; got != want {
			t.Errorf("%U: %v", r, got)
		}
	}
}
