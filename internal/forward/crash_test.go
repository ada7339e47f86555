package forward

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"spaniel/sinks/spool"
)

// A crash forgets nothing of what a sink was not sent: the copy of the spool,
// made while the forwarder runs, is what a killed process leaves.
func TestWhatIsHeldBackOutlivesACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var before, after dest
		s := sink("soc", &before)
		s.Filter.PerMinute = 2
		r := start(t, t.TempDir(), Config{}, s)
		for i := range 5 {
			r.add(at("a", 7, i))
		}
		synctest.Wait()
		left := filepath.Join(t.TempDir(), "left")
		if err := os.CopyFS(left, os.DirFS(r.dir)); err != nil {
			t.Fatal(err)
		}
		r.end()
		s = sink("soc", &after)
		s.Filter.PerMinute = 2
		r = start(t, left, Config{}, s)
		r.add(at("more", 7, 9), at("b", 8, 0))
		synctest.Wait()
		r.end()
		// Of minute 7 two had passed: "more" is the fourth that had to stay.
		if got := after.all(); !strings.HasPrefix(got, "4 alerts of this minute were not sent") || strings.Contains(got, "more") || !strings.HasSuffix(got, " b") {
			t.Errorf("after the crash: %q", got)
		}
	})
}

// What was told of before its minute was over is told of again with the number
// of all, also when the process was stopped between.
func TestWhatIsToldOfTwiceHasTheSum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for run, want := range []string{"a 3 alerts of this minute", "6 alerts of this minute"} {
			var d dest
			s := sink("soc", &d)
			s.Filter.PerMinute = 1
			r := start(t, dir, Config{}, s)
			for i := range 4 - run {
				r.add(at("a", 7, i))
			}
			synctest.Wait()
			r.end()
			if got := d.all(); !strings.HasPrefix(got, want) || strings.Count(got, "alerts of this minute") != 1 {
				t.Errorf("run %d: %q, want %s", run, got, want)
			}
		}
	})
}

func TestANoteThatCannotBeReadIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		sp, err := spool.Open(dir, spool.Config{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := sp.NewCursor("soc", spool.Alerts, spool.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		c.SetNote("{nonsense")
		if err := sp.Close(); err != nil {
			t.Fatal(err)
		}
		var d dest
		s := sink("soc", &d)
		s.Filter.PerMinute = 1
		r := start(t, dir, Config{}, s)
		r.add(at("a", 7, 0))
		synctest.Wait()
		r.end()
		if d.all() != "a" || r.logs.FilterMessage("alerts that were held back before will not be told of").Len() != 1 {
			t.Errorf("%q, %v", d.all(), r.logs.All())
		}
	})
}
