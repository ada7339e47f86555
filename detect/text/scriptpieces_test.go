package text

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func piecesOf(s string) (list []string) {
	ScriptPieces([]byte(s), func(p []byte) bool { list = append(list, string(p)); return true })
	return list
}

func TestScriptPieces(t *testing.T) {
	for _, tc := range []struct {
		text string
		want []string
	}{
		{"<b>bold</b> and a < b", nil},
		{"<b>x</b><img src=x onerror=alert(1)>tail", []string{"<img src=x onerror=alert(1)>"}},
		{"<IMG SRC=x OnError = alert(1)>", []string{"<IMG SRC=x OnError = alert(1)>"}},
		{"<svg/onload=alert(1)><p>", []string{"<svg/onload=alert(1)>"}},
		{"<a href='JavaScript:alert(1)'>x</a>", []string{"<a href='JavaScript:alert(1)'>"}},
		{"<iframe srcdoc='<p>x</p>'></iframe>", []string{"<iframe srcdoc='<p>x</p>'>"}},
		{"<script>alert(document.domain)</script>x", []string{"<script>alert(document.domain)"}},
		{"<script src=//evil.example/x.js></script>", []string{"<script src=//evil.example/x.js>"}},
		{"<script src=\"/app.js\"></script><script type=module src=b.js> </script>", nil},
		{"<scripted onwards=1>no handler</scripted>", nil},
		{"<input data-onclick='x' value=\"on\">", nil},
		{"<div title=\"a > b\" onclick=\"go()\">x", []string{"<div title=\"a > b\" onclick=\"go()\">"}},
		{"&lt;img src=x onerror=alert(1)&gt;", nil},
		{"<p onclick=x", nil}, // too short to say anything
		{"<p title=x onclick=go()", []string{"<p title=x onclick=go()"}}, // a browser waits for its end
		{"<script>" + strings.Repeat("a", 300) + "</script>", []string{"<script>" + strings.Repeat("a", pieceScript)}},
	} {
		if got := piecesOf(tc.text); !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, want %q", tc.text, got, tc.want)
		}
	}
}

// TestPagesHoldThePiecesOfValues: a value that is put into a page unchanged has the
// same pieces there, whatever tags stand around it.
func TestPagesHoldThePiecesOfValues(t *testing.T) {
	tags := []string{"<b>", "</b>", "text ", "<img src=x onerror=alert(1)>", "<svg/onload=alert(22)>", "<script>alert(document.domain)</script>", "<a href='javascript:go(1)'>", "<p class=\"x\">", "a < b ", "<br/>"}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(tags), 0, 12).Draw(t, name), "")
		}
		before, value, after := draw("before"), draw("value"), draw("after")
		got := piecesOf(before + value + "</p>" + after)
		for _, p := range piecesOf(value + "</p>") {
			if !slices.Contains(got, p) {
				t.Fatalf("%q is not in the page: %q", p, got)
			}
		}
	})
}

// FuzzScriptPieces: pieces stand in the text, one behind another, none longer than
// may be.
func FuzzScriptPieces(f *testing.F) {
	f.Add([]byte("<img src=x onerror=alert(1)><script>a()</script><a href=\"javascript:x\""))
	f.Add([]byte(strings.Repeat("<a b=\"", 100)))
	f.Fuzz(func(t *testing.T, s []byte) {
		at := 0
		ScriptPieces(s, func(p []byte) bool {
			i := bytes.Index(s[at:], p)
			if i < 0 || p[0] != '<' || len(p) < pieceLeast || len(p) > pieceTag+pieceScript {
				t.Fatalf("%q at %d of %q", p, i, s)
			}
			at += i + len(p)
			return true
		})
	})
}
