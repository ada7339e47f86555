package text

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// threadCPU returns the CPU time of the calling thread, which a busy neighbour
// does not lengthen as it does wall time.
func threadCPU(t *testing.T) time.Duration {
	t.Helper()
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		t.Skipf("no CPU clock of a thread here: %v", err)
	}
	return time.Duration(ts.Nano())
}

// repeated are the texts that make a careless reader begin again and again.
var repeated = []string{"<", "</", "<//", "<a ", "<a/", "<a b=", "<a/b=", "<a/style=", "<a b='", "<a b=\"", "<a>", "<%", "<!--#", "<!ENTITY", "</script", "<//script", "<script>a ", "'", "''", "\"", "`", "' ", "(", ")", "()", "((", "*)(", "{{", "{", "}", "${", "${${", "${lower:", "%{", "#{", "../", "..\\", "..", "./", "%", "%2e", ";", "; ", ";;", "|", "||", "&", "$(", "$", "eyJ.", "eyJ", " ", "a ", "a", "a'", "1 or ", "or ", "'or'", "/*", "*/", "--", "#", "/*'", "\n", "\r\n", "\r\na:", ":", ":\"", "1:\"", "O:4:\"", "http://", "://", "//", "@", "[", "]", "[$", "$ne", "\\", "=", "a=", "on", "onload=", " onload=", "'+", "',", ")+", "};", "javascript:", "__", "cat ", ";cat ", "`cat ", "\ncat ", "select ", "union ", "+ADw-", "\x00", "<\x00", "\\u", "0x", "1", ".", "1.", ",", "-", "/", "~", "^", "\"@type\"",
	"/onload=", "/onload={", ",onload=", "/onload=\"", "<a b=`", "<script ", "<a href=", "<a/href=javascript:", "<a:", "{7", "<#", "@(", "#set(", "*{", "${jndi", "<!DOCTYPE", "<![CDATA[", "<!--", "%0d%0a", "(1", "1)", "'a'=", "()", "() {", "{ ", "[[", "in(", "char(", "\"@type\":", "$(cat ", "uid=", "root:", "at ", "  at a(", "Exception", "http://a@", "http://127.", "..;/", "....//", "/etc/", "é", "\xff"}

// TestMatchersAreLinear measures hostile values at n and 4n bytes: a doubling
// may cost 2.3 times as much. Of some runs the best is taken.
func TestMatchersAreLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("measures ratios of CPU time")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const n = 16 << 10
	for _, c := range all() {
		for _, piece := range repeated {
			cost := func(n int, runs int) time.Duration {
				s, best := "x"+strings.Repeat(piece, n/len(piece)), time.Hour
				for range runs {
					start := threadCPU(t)
					c.m(s)
					best = min(best, threadCPU(t)-start)
				}
				return best
			}
			for try := 1; ; try++ {
				b := cost(4*n, 1+try)
				if b < 5*time.Millisecond { // nothing that is the square of so much is so quick
					break
				}
				a := cost(n, 1+try)
				if float64(b) <= 2.3*2.3*float64(a) {
					break
				}
				if try == 4 { // a busy machine may spoil a try, not all
					t.Errorf("%s, %q: %v for %d bytes, %v for four times as many", c.name, piece, a, n, b)
					break
				}
			}
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
