package text

import (
	"net/url"
	"testing"
)

// FuzzURLDecode holds it against net/url, which refuses what has an escape that is
// none; of such a text the sound part before it must be the same.
func FuzzURLDecode(f *testing.F) {
	for _, s := range []string{"", "a+b%20c", "%", "%4", "%41", "%zz%41", "100%+%2", "%2525", "%E2%82%ac", "a%00b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := URLDecode(s)
		if want, err := url.QueryUnescape(s); err == nil && got != want {
			t.Errorf("%q gives %q, want %q", s, got, want)
		}
		if again := URLDecode(url.QueryEscape(s)); again != s {
			t.Errorf("%q comes back as %q", s, again)
		}
		for i := range s { // a cut text begins as the whole one
			if s[i] != '%' {
				continue
			}
			if head := URLDecode(s[:i]); len(head) > len(got) || got[:len(head)] != head {
				t.Errorf("%q begins otherwise than %q", s, s[:i])
			}
		}
	})
}

func TestURLDecodeKeepsWhatIsNoEscape(t *testing.T) {
	for in, want := range map[string]string{"%zz%41": "%zzA", "%4": "%4", "5%+off": "5% off", "%%41": "%A"} {
		if got := URLDecode(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}
