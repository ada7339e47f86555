package encode

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStringEscapesWhatBreaksLinesOrFoolsTerminals(t *testing.T) {
	for in, want := range map[string]string{
		"plain":             `"plain"`,
		`a"b\c`:             `"a\"b\\c"`,
		"a\r\nb\tc\x00\x1b": `"a\r\nb\tc\u0000\u001b"`,
		"\x7f\u0085\u009b":  `"\u007f\u0085\u009b"`,
		"\u2028\u2029":      `"\u2028\u2029"`,
		"\u202eevil\u2066":  `"\u202eevil\u2066"`,
		"\ufeffbom":         `"\ufeffbom"`,
		"bad \xff\xc3(":     `"bad \ufffd\ufffd("`,
		"żółw 🐕":            `"żółw 🐕"`,
		"<script>&":         `"<script>&"`,
	} {
		if got := string(AppendString(nil, in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// FuzzString: what is written is one line of valid UTF-8 that encoding/json
// reads back as the input, each byte that is not UTF-8 replaced.
func FuzzString(f *testing.F) {
	f.Add("a\xffb\u2028\r\n\x1b\u009f\"\\")
	f.Add("\xef\xbf\xbd\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, s string) {
		b := AppendString(nil, s)
		oneLine(t, b)
		var got string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if want := string([]rune(s)); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func oneLine(t *testing.T, b []byte) {
	t.Helper()
	if !utf8.Valid(b) {
		t.Fatalf("not UTF-8: %q", b)
	}
	if i := strings.IndexFunc(string(b), func(r rune) bool { return Deceives(r) }); i >= 0 {
		t.Fatalf("a control character stands at %d of %q", i, b)
	}
}

// TestTextAtEveryByte puts each byte into each place of plain texts of every
// length up to twenty, and compares with what is written byte by byte; what
// stands before it stays.
func TestTextAtEveryByte(t *testing.T) {
	for n := range 21 {
		for at := range n {
			for c := range 256 {
				s := []byte("abcdefghijklmnopqrst")[:n]
				s[at] = byte(c)
				want := "before" + string(appendEscaped(nil, string(s), 0))
				for room := range 2 { // there is none, there is enough
					b := append(make([]byte, 0, 6+room*64), "before"...)
					if got := string(appendText(b, string(s))); got != want {
						t.Fatalf("%q: %q, want %q", s, got, want)
					}
				}
			}
		}
	}
}

func TestLead(t *testing.T) {
	for n := range 3 * leadBlock {
		want := strings.Repeat("x", n)
		l := newLead(want)
		b := append(make([]byte, 0, 8), "before"...)
		for range 3 {
			b = l.append(b)
		}
		if got := string(b); got != "before"+want+want+want {
			t.Fatalf("%d bytes: %q", n, got)
		}
	}
}
