package text

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPathSignsHideNothing: what is no path by its bytes is none.
func TestPathSignsHideNothing(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom([]string{"etc", "passwd", "windows", "win", "ini", "web-inf", "php", "zlib", "ssh2", "file", "2e2e", "2F", "x2", " ", "-", "c0", "C", "=", "&", "'", "id_rsa", "0X"}), rapid.StringOfN(rapid.RuneFrom([]rune("02eEfF5cCx .-_~")), 1, 6, -1))
	rapid.Check(t, func(t *rapid.T) {
		s := ""
		for range rapid.IntRange(1, 8).Draw(t, "pieces") {
			s += piece.Draw(t, "piece")
		}
		if _, what, ok := pathIn(s); ok && !pathMayBe(s) {
			t.Fatalf("%q: %q", s, what)
		}
	})
}
