package text

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSieveSaysWhatLookingSays: a sieve answers as looking for each word would.
func TestSieveSaysWhatLookingSays(t *testing.T) {
	some := rapid.StringOfN(rapid.RuneFrom([]rune("abAB:é\x00z[{@`K")), 0, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("ab:é\x00z[{@`")), 1, 14, -1)
		finders := rapid.SliceOfN(rapid.SliceOfN(word, 1, 4), 1, 70).Draw(t, "finders")
		s := some.Draw(t, "text")
		if rapid.Bool().Draw(t, "holds one") {
			w := rapid.SampledFrom(rapid.SampledFrom(finders).Draw(t, "finder")).Draw(t, "word")
			if rapid.Bool().Draw(t, "upper") {
				w = strings.ToUpper(w)
			}
			s += w + some.Draw(t, "rest")
		}
		sieve := NewSieve(finders)
		var f Sifted
		sieve.Sift(strings.Repeat("ab:z[{@`", 9), &f) // what it said of another text is gone
		sieve.Sift(s, &f)
		for i, words := range finders {
			held := false
			for _, w := range words {
				held = held || indexFold(s, w) >= 0
			}
			if got := f.MayFind(i); got != held {
				t.Fatalf("finder %d of %q in %q: %v", i, words, s, got)
			}
		}
	})
}

// FuzzSieve: where a finder finds something, the sieve of its words says so.
func FuzzSieve(f *testing.F) {
	for _, s := range []string{"x ORA-00933: SQL command", "root:x:0:0:root", "uid=33(www-data) gid=33(www-data)", "\tat a.b(C.java:1)\n", "Traceback (most recent call last):", "-----BEGIN PRIVATE KEY-----", "drwxr-xr-x 2", "root"} {
		f.Add(s)
	}
	finders := []func(string) (int, string, bool){SQLError, StackTrace, LeakFile, CommandOutput}
	sieve := NewSieve([][]string{SQLErrorWords(), StackTraceWords(), LeakFileWords(), CommandOutputWords()})
	f.Fuzz(func(t *testing.T, s string) {
		var sifted Sifted
		sieve.Sift(s, &sifted)
		for i, find := range finders {
			if _, what, ok := find(s); ok && !sifted.MayFind(i) {
				t.Fatalf("%q: finder %d finds %q, which the sieve holds back", s, i, what)
			}
		}
	})
}
