package reload

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"spaniel/detect"
)

// watched is a watch over a directory of a test.
type watched struct {
	t    *testing.T
	dir  string
	told chan Status
	ask  chan struct{}
}

func (w *watched) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(w.dir, name)), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// until waits for an outcome that is as wanted: a slow machine may see a change
// in two parts.
func (w *watched) until(what string, ok func(Status) bool) {
	w.t.Helper()
	last := Status{}
	for {
		select {
		case last = <-w.told:
			if ok(last) {
				return
			}
		case <-time.After(5 * time.Minute):
			w.t.Fatalf("%s: not noticed; the last reload: %v", what, last.Err)
		}
	}
}

func rules(n int) func(Status) bool {
	return func(s Status) bool { return s.Err == nil && len(s.Set.Rules()) == n }
}

func watch(t *testing.T, poll time.Duration, link bool) *watched {
	w := &watched{t: t, dir: t.TempDir(), told: make(chan Status, 64), ask: make(chan struct{})}
	path := w.dir
	if link {
		path = filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(w.dir, path); err != nil {
			t.Fatal(err)
		}
	}
	w.write("a.yaml", ruleText("one", "/one", "m", false))
	read := func() (*detect.Set, error) {
		return detect.Load([]detect.Source{{Name: "d", FS: os.DirFS(path)}}, detect.LoadOptions{})
	}
	set, err := read()
	if err != nil {
		t.Fatal(err)
	}
	r := New(set, Config{Load: read, Use: func(*detect.Set) {}, Now: time.Now})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- r.Run(ctx, Watch{Paths: []string{path}, Quiet: 20 * time.Millisecond, Poll: poll, Ask: w.ask, Told: func(s Status) { w.told <- s }})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.ask <- struct{}{} // it watches by the time it takes this
	w.until("asked", rules(1))
	return w
}

// TestWatch: what happens to files is noticed, by the kernel's word or without.
func TestWatch(t *testing.T) {
	for name, tc := range map[string]struct {
		poll time.Duration
		link bool
	}{"told": {time.Hour, false}, "told, by a link": {time.Hour, true}, "polled, too": {10 * time.Millisecond, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t, tc.poll, tc.link)
			w.write("b.yaml", ruleText("two", "/two", "m", false))
			w.until("a new file", rules(2))
			w.write("b.yaml", "id: [")
			w.until("a bad file", func(s Status) bool { return s.Err != nil && len(s.Set.Rules()) == 2 })
			w.write("b.yaml", ruleText("two", "/two", "other", false))
			w.until("a mended file", func(s Status) bool { return s.Err == nil && s.Since.Equal(s.At) })
			w.write("deep/er/c.yaml", ruleText("three", "/three", "m", false))
			w.until("a new folder", rules(3))
			w.write("deep/er/d.yaml", ruleText("four", "/four", "m", false))
			w.until("a file in it", rules(4))
			if err := os.Rename(filepath.Join(w.dir, "deep", "er", "d.yaml"), filepath.Join(w.dir, "deep", "er", "d.off")); err != nil {
				t.Fatal(err)
			}
			w.until("a file renamed", rules(3))
			if err := os.RemoveAll(filepath.Join(w.dir, "deep")); err != nil {
				t.Fatal(err)
			}
			w.until("a folder removed", rules(2))
			w.ask <- struct{}{}
			w.until("asked, nothing new", rules(2))
		})
	}
}

// TestWhatChangesBeforeTheWatch: what changed after the first set was read, and
// before anything was watched, is loaded, too, and nothing is where nothing changed.
func TestWhatChangesBeforeTheWatch(t *testing.T) {
	for name, changed := range map[string]bool{"changed": true, "as it was": false} {
		t.Run(name, func(t *testing.T) {
			w := &watched{t: t, dir: t.TempDir(), told: make(chan Status, 64), ask: make(chan struct{})}
			w.write("a.yaml", ruleText("one", "/one", "m", false))
			seen := Look([]string{w.dir})
			read := func() (*detect.Set, error) {
				return detect.Load([]detect.Source{{Name: "d", FS: os.DirFS(w.dir)}}, detect.LoadOptions{})
			}
			set, err := read()
			if err != nil {
				t.Fatal(err)
			}
			if changed {
				w.write("b.yaml", ruleText("two", "/two", "m", false))
			}
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			r := New(set, Config{Load: read, Use: func(*detect.Set) {}, Now: time.Now})
			go func() {
				done <- r.Run(ctx, Watch{Paths: []string{w.dir}, Seen: seen, Poll: time.Hour, Ask: w.ask, Told: func(s Status) { w.told <- s }})
			}()
			if changed {
				w.until("what changed before", rules(2))
			} else {
				w.ask <- struct{}{}
				w.until("asked", rules(1))
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if got := r.Status().Loaded; got != 1 {
				t.Errorf("loaded %d times", got)
			}
		})
	}
}

// TestFingerprint: what is worth loading has another one.
func TestFingerprint(t *testing.T) {
	w := &watched{t: t, dir: t.TempDir()}
	w.write("a.yaml", "x")
	paths := []string{w.dir, filepath.Join(w.dir, "nothere")}
	last := fingerprint(paths)
	if fingerprint(paths) != last {
		t.Fatal("it changes by itself")
	}
	for _, step := range []func() error{
		func() error { return os.WriteFile(filepath.Join(w.dir, "a.yaml"), []byte("xy"), 0o600) },
		func() error { return os.Chtimes(filepath.Join(w.dir, "a.yaml"), time.Time{}, time.Unix(1, 0)) },
		func() error { return os.Symlink("a.yaml", filepath.Join(w.dir, "b.yaml")) },
		func() error { return os.WriteFile(filepath.Join(w.dir, "nothere"), nil, 0o600) },
		func() error { return os.Chmod(filepath.Join(w.dir, "a.yaml"), 0o400) },
		func() error { return os.Remove(filepath.Join(w.dir, "a.yaml")) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		now := fingerprint(paths)
		if now == last {
			t.Error("a change is not seen")
		}
		last = now
	}
}
