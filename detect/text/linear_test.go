package text

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

// repeated are the texts that make a careless reader begin again and again.
var repeated = []string{"<", "</", "<//", "<a ", "<a/", "<a b=", "<a/b=", "<a/style=", "<a b='", "<a b=\"", "<a>", "<%", "<!--#", "<!ENTITY", "</script", "<//script", "<script>a ", "'", "''", "\"", "`", "' ", "(", ")", "()", "((", "*)(", "{{", "{", "}", "${", "${${", "${lower:", "%{", "#{", "../", "..\\", "..", "./", "%", "%2e", ";", "; ", ";;", "|", "||", "&", "$(", "$", "eyJ.", "eyJ", " ", "a ", "a", "a'", "1 or ", "or ", "'or'", "/*", "*/", "--", "#", "/*'", "\n", "\r\n", "\r\na:", ":", ":\"", "1:\"", "O:4:\"", "http://", "://", "//", "@", "[", "]", "[$", "$ne", "\\", "=", "a=", "on", "onload=", " onload=", "'+", "',", ")+", "};", "javascript:", "__", "cat ", ";cat ", "`cat ", "\ncat ", "select ", "union ", "+ADw-", "\x00", "<\x00", "\\u", "0x", "1", ".", "1.", ",", "-", "/", "~", "^", "\"@type\"",
	"/onload=", "/onload={", ",onload=", "/onload=\"", "<a b=`", "<script ", "<a href=", "<a/href=javascript:", "<a:", "{7", "<#", "@(", "#set(", "*{", "${jndi", "<!DOCTYPE", "<![CDATA[", "<!--", "%0d%0a", "(1", "1)", "'a'=", "()", "() {", "{ ", "[[", "in(", "char(", "\"@type\":", "$(cat ", "uid=", "root:", "at ", "  at a(", "Exception", "http://a@", "http://127.", "..;/", "....//", "/etc/", "é", "\xff"}

// TestMatchersAreLinear measures what hostile values cost each matcher.
func TestMatchersAreLinear(t *testing.T) {
	const n = 16 << 10
	for _, c := range all() {
		for _, piece := range repeated {
			costtest.Linear(t, fmt.Sprintf("%s, %q", c.name, piece), n, 0, func(n int) func() {
				s := "x" + strings.Repeat(piece, n/len(piece))
				return func() { c.m(s) }
			})
		}
	}
}

// TestIndexFoldIsIndex holds the search against the library's, on few letters.
func TestIndexFoldIsIndex(t *testing.T) {
	letters := rapid.SampledFrom([]rune("aAbB-"))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(letters, 0, 12, -1).Draw(t, "s")
		w := strings.ToLower(rapid.StringOfN(letters, 1, 3, -1).Draw(t, "w"))
		if got, want := indexFold(s, w), strings.Index(strings.ToLower(s), w); got != want {
			t.Fatalf("indexFold(%q, %q) = %d, want %d", s, w, got, want)
		}
	})
}

// TestTagsInRuns: a run of < and / before a name is judged as its parts are.
func TestTagsInRuns(t *testing.T) {
	for s, want := range map[string]int{"xx<<<script>alert(1)": 2, "xx<//<</script>a<b": 2 + 4, "<<</<svg onload=alert(1)>": 0, "xx</</</": -1} {
		from, _, hit := htmlScript(s)
		if !hit {
			from = -1
		}
		if from != want {
			t.Errorf("htmlScript(%q) at %d, want %d", s, from, want)
		}
	}
}
