package encode

import "testing"

// TestPlainWord: of eight bytes each one counts, and none makes up for another.
func TestPlainWord(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			for _, fill := range []byte{'a', ' ', '#', '!', '~', '[', ']'} {
				b := [8]byte{fill, fill, fill, fill, fill, fill, fill, fill}
				b[at] = byte(c)
				if got := plainWord(word(string(b[:]))); got != plain[c] {
					t.Fatalf("%q: %v, want %v", b[:], got, plain[c])
				}
			}
		}
	}
}
