package redact

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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

// TestTextIsLinear measures hostile texts at n and 4n bytes: a doubling may
// cost 2.3 times as much. Of some runs the best is taken.
func TestTextIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("measures ratios of CPU time")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := redactor()
	for _, piece := range []string{"eyJ.", "eyJ", "eyJeyJeyJ.", "eyJ-", "a=", "a =", "token=", "token= ", "://", "//", "://a", "<", "<a>", "</", "token>", "<token>", "<![CDATA[", "%", "%25", "=", ":", " ", "a ", "bearer ", "basic ", "'", "\"", "\\", "[", "{", "[redacted:", "token:[", "token:{", "token=\"", "@", "://a@"} {
		cost := func(n int) time.Duration {
			s, best := strings.Repeat(piece, n/len(piece)), time.Hour
			for range 3 {
				start := threadCPU(t)
				r.text(s)
				best = min(best, threadCPU(t)-start)
			}
			return best
		}
		const n = 16 << 10
		for try := 1; ; try++ {
			a, b := cost(n), cost(4*n)
			if float64(b) <= 2.3*2.3*float64(a) || b < time.Millisecond/2 {
				break
			}
			if try == 6 { // a busy machine may spoil a try, not six
				t.Errorf("%q: %v for %d bytes, %v for four times as many", piece, a, n, b)
				break
			}
		}
	}
}

// TestTokensAfterRejectedRuns: what the scanner skips holds no token, and what
// follows is still found.
func TestTokensAfterRejectedRuns(t *testing.T) {
	const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
	for _, before := range []string{"eyJ.", "eyJ.eyJ.", "eyJ-aaaaaaaa.b ", "eyJeyJeyJeyJ ", "eyJeyJeyJeyJ.a/", "eyJa.eyJa."} {
		if got := redactor().text(before + token); strings.Contains(got, "eyJhbGci") || !strings.HasPrefix(got, before[:3]) {
			t.Errorf("%q + token: %s", before, got)
		}
	}
}
