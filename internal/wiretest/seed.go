package wiretest

import (
	"flag"
	"strconv"
	"testing"
)

// seedStride is more than the seeds that one rapid.Check goes through.
const seedStride = 1_000_000

// Reseed gives the next rapid.Check of t seeds of its own where -rapid.seed or
// RAPID_SEED fixes one, with which every Check would draw the same. The seed is
// put back when t ends.
func Reseed(t testing.TB) {
	t.Helper()
	f := flag.Lookup("rapid.seed")
	if f == nil {
		t.Fatal("rapid has no flag for its seed any more")
	}
	was := f.Value.String()
	seed, err := strconv.ParseUint(was, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if seed == 0 {
		return
	}
	if err := f.Value.Set(strconv.FormatUint(seed+seedStride, 10)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Value.Set(was); err != nil {
			t.Error(err)
		}
	})
}
