// Package costtest holds parsers and tables to linear cost: doubling a hostile
// input may cost 2.3 times as much CPU time. It is for tests, and decides by
// ratios within one run only, never by how fast a machine is.
package costtest

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// OneGoroutine skips a test under the race detector that is long and has no
// second goroutine: there is nothing to race with. It runs without it, too.
func OneGoroutine(t testing.TB) {
	t.Helper()
	if RaceDetector {
		t.Skip("one goroutine has nothing to race with; the test runs without the race detector, too")
	}
}

// doubling is what twice as much may cost.
const doubling = 2.3

// rounds is how often the sizes are measured before the verdict is against the
// code: noise only ever adds, so that the least of many is near the truth.
const rounds = 60

// surely is in how many rounds what costs more than twice what it may is judged:
// noise does not come so thick, and what is quadratic takes long.
const surely = 12

// order is that of a round: how often a doubling was made of the size. The
// smallest is measured most: noise in it would hide a fault.
var order = [...]int{2, 0, 1, 0}

// Linear measures what work makes of n, 2n and 4n of its worst input: work
// prepares the input of a size and returns what is measured, which runs once.
// It fails t, naming what, when 4n cost more than two doublings allow. Below
// floor, which 0 leaves at a millisecond, nothing is judged: what is the square
// of so much is not so quick.
//
// The clock is the CPU time of the calling thread, which a busy neighbour does
// not lengthen as it does wall time; the collector rests meanwhile. Of n four
// runs are measured together, and two of 2n: so all measurements take as long,
// and as much memory, and lose the caches to the neighbours as often. Under the
// race detector, whose shadow memory has costs of its own, and with -short
// Linear skips t.
func Linear(t *testing.T, what string, n int, floor time.Duration, work func(n int) func()) {
	t.Helper()
	skip(t)
	if err := linear(n, floor, func(n, times int) time.Duration { return spent(t, n, times, work) }); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func skip(t *testing.T) {
	t.Helper()
	switch {
	case RaceDetector:
		t.Skip("ratios of CPU time mean nothing under the race detector; the tests run without it, too")
	case testing.Short():
		t.Skip("measures ratios of CPU time")
	}
}

// linear judges by the least cost of each size over the rounds so far; cost is
// that of so many runs.
func linear(n int, floor time.Duration, cost func(n, times int) time.Duration) error {
	if floor == 0 {
		floor = time.Millisecond
	}
	least := [3]time.Duration{1 << 62, 1 << 62, 1 << 62}
	for round := range rounds {
		for _, i := range order {
			least[i] = min(least[i], cost(n<<i, 4>>i))
			if least[2] < floor {
				return nil
			}
		}
		may := doubling * doubling * float64(least[0]) / 4
		if float64(least[2]) <= may {
			return nil
		}
		if round+1 >= surely && float64(least[2]) > 2*may {
			break
		}
	}
	return fmt.Errorf("%v for %d, %v for twice, %v for four times as much", least[0]/4, n, least[1]/2, least[2])
}

// spent returns the CPU time that so many runs take.
func spent(t *testing.T, n, times int, work func(n int) func()) time.Duration {
	t.Helper()
	runs := make([]func(), times)
	for i := range runs {
		runs[i] = work(n)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	start := clock(t)
	for _, run := range runs {
		run()
	}
	return clock(t) - start
}

func clock(t *testing.T) time.Duration {
	t.Helper()
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		t.Skipf("no CPU clock of a thread here: %v", err)
	}
	return time.Duration(ts.Nano())
}
