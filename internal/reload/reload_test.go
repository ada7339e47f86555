package reload

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"spaniel/detect"
	"spaniel/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ruleText is a rule that fires on one path, with tests; wrong makes them fail.
func ruleText(id, path, message string, wrong bool) string {
	fires := path
	if wrong {
		fires = "/other"
	}
	return fmt.Sprintf("id: %s\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.path == %q\nmessage: %s\ntests:\n  - fires: GET %s\n  - silent: GET /nothing\n", id, path, message, fires)
}

func source(texts ...string) []detect.Source {
	fsys := fstest.MapFS{}
	for i, text := range texts {
		fsys[fmt.Sprintf("r%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	return []detect.Source{{Name: "rules", FS: fsys}}
}

func load(t testing.TB, texts ...string) *detect.Set {
	t.Helper()
	set, err := detect.Load(source(texts...), detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestReload: what is taken, what is refused, and what is said of it.
func TestReload(t *testing.T) {
	first := load(t, ruleText("one", "/one", "m", false))
	var next []detect.Source
	var used []*detect.Set
	tested := 0
	now := time.Unix(1000, 0)
	r := New(first, Config{
		Load: func() (*detect.Set, error) { return detect.Load(next, detect.LoadOptions{}) },
		Replay: func(set *detect.Set, frames []event.Frame) ([]*event.Alert, error) {
			tested++
			return nil, errors.New("no path")
		},
		Use: func(s *detect.Set) { used = append(used, s) },
		Now: func() time.Time { return now },
	})
	step := func(name string, texts []string, taken bool, message string, tests int) {
		next, tested = source(texts...), 0
		before := len(used)
		now = now.Add(time.Second)
		was := r.Status()
		s := r.Reload()
		if (s.Err == nil) != (message == "") || s.Err != nil && !strings.Contains(s.Err.Error(), message) {
			t.Errorf("%s: %v", name, s.Err)
		}
		if taken != (len(used) > before) || taken != (s.Set != was.Set) || taken != s.Since.Equal(now) || !s.At.Equal(now) {
			t.Errorf("%s: used %d, since %v, at %v", name, len(used)-before, s.Since, s.At)
		}
		if s.Loaded+s.Refused != was.Loaded+was.Refused+1 || (message == "") != (s.Loaded > was.Loaded) {
			t.Errorf("%s: %d loaded, %d refused", name, s.Loaded, s.Refused)
		}
		if tested != tests {
			t.Errorf("%s: %d tests run, want %d", name, tested, tests)
		}
		if now := r.Status(); now != s {
			t.Errorf("%s: the status is another one", name)
		}
	}
	one := ruleText("one", "/one", "m", false)
	step("nothing new", []string{one}, false, "", 0)
	step("a bad expression", []string{one, strings.Replace(one, "req.path", "req.pth", 1)}, false, `did you mean "req.path"?`, 0)
	step("half a file", []string{one[:60]}, false, "rules/r0.yaml", 0)
	step("new, tests fail", []string{one, ruleText("two", "/two", "m", false)}, false, "two, test 1 (fires): replaying: no path", 2)
	step("new, without tests", []string{one, "id: two\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.seen\n"}, true, "", 0)
	step("the same again", []string{one, "id: two\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.seen\n"}, false, "", 0)
	step("none", nil, true, "", 0)
	many := ""
	for i := range 20 {
		many += ruleText(fmt.Sprintf("rule-%d", i), "/x", "m", false) + "---\n"
	}
	step("many failures", []string{many}, false, "and 35 more", 40)
}

// TestTestsAreBounded: tests that take too long are a reason to refuse.
func TestTestsAreBounded(t *testing.T) {
	now := time.Unix(0, 0)
	r := New(load(t), Config{
		Load: func() (*detect.Set, error) {
			return load(t, ruleText("one", "/one", "m", false), ruleText("two", "/two", "m", false), ruleText("three", "/three", "m", false)), nil
		},
		Replay: func(*detect.Set, []event.Frame) ([]*event.Alert, error) { now = now.Add(TestTime); return nil, nil },
		Use:    func(*detect.Set) { t.Error("it is used") },
		Now:    func() time.Time { return now },
	})
	if s := r.Reload(); s.Err == nil || !strings.Contains(s.Err.Error(), "take longer than 1m0s") {
		t.Errorf("%v", s.Err)
	}
}
