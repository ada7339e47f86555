package text

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*.internal.example", "DB1.internal.example", true},
		{"*.internal.example", "internal.example", false},
		{"/api/*/admin*", "/api/v2/Admin/users", true},
		{"/api/*/admin", "/api/v2/admin/users", false},
		{"ab", "abc", false},
		{"*", "", true},
		{"?", "", false},
		{"caf?", "café", true},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"*a?c*", "xxabxabcac", true},
		{`1\*1`, "1*1", true},
		{`1\*1`, "1x1", false},
		{`\\*`, `\x`, true},
		{"", "", true},
		{"", "a", false},
	} {
		w, err := NewWildcard(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, got := w.Match(c.text); got != c.want {
			t.Errorf("%q, %q: %v", c.pattern, c.text, got)
		}
	}
	for _, bad := range []string{`a\`, "\xff", strings.Repeat("a", maxWildcard+1)} {
		if _, err := NewWildcard(bad); err == nil {
			t.Errorf("%.20q is taken", bad)
		}
	}
}

// wildcardRegexp is the pattern as a regular expression: the oracle.
func wildcardRegexp(pattern string) *regexp.Regexp {
	var b strings.Builder
	escaped := false
	for _, r := range Lower(pattern) {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			b.WriteString(".*")
		case r == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile("(?s)^(?:" + b.String() + ")$")
}

func compareWildcard(t interface{ Fatalf(string, ...any) }, pattern, s string) {
	w, err := NewWildcard(pattern)
	if err != nil {
		return
	}
	_, _, got := w.Match(s)
	if want := wildcardRegexp(pattern).MatchString(Lower(s)); got != want {
		t.Fatalf("%q, %q: %v, the regular expression says %v", pattern, s, got, want)
	}
}

func TestWildcardIsItsRegexp(t *testing.T) {
	letters := rapid.SampledFrom([]string{"a", "B", "ab", ".", "é", "?", "*", `\`, "\n"})
	texts := rapid.SampledFrom([]string{"a", "b", "A", ".", "é", "\n", "\xff", "*", "?", `\`, "\xe2\x82"})
	rapid.Check(t, func(t *rapid.T) {
		compareWildcard(t, strings.Join(rapid.SliceOfN(letters, 0, 7).Draw(t, "pattern"), ""), strings.Join(rapid.SliceOfN(texts, 0, 9).Draw(t, "text"), ""))
	})
}

// FuzzWildcard: a pattern matches what its regular expression matches. That
// library's patterns cannot tell a bad byte from U+FFFD, so these are left out.
func FuzzWildcard(f *testing.F) {
	f.Add("*.internal.example", "db1.internal.example")
	f.Add("a?*c", "abéc")
	f.Add(`\*?\\*`, `*x\`)
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || strings.ContainsRune(pattern, '\ufffd') {
			return
		}
		compareWildcard(t, pattern, s)
	})
}

func TestWildcardIsLinear(t *testing.T) {
	for _, pattern := range []string{"*a*a*a*a*a*b", "*a?a?a?a?b*", strings.Repeat("*a", 200) + "b", "a*b", strings.Repeat("?*", 100) + "b", "*" + strings.Repeat("a", 100) + "b*"} {
		w, err := NewWildcard(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"a", "A", "ab", "é"} {
			costtest.Linear(t, fmt.Sprintf("%.20q over %q", pattern, part), 64<<10, 0, func(n int) func() {
				s := strings.Repeat(part, n/len(part))
				return func() { w.Match(s) }
			})
		}
	}
}
