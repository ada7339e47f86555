package reload

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"spaniel/detect"
	"spaniel/detect/ruletest"
)

// Config is what a Reloader works with.
type Config struct {
	// Load reads and checks the rules.
	Load func() (*detect.Set, error)
	// Replay runs the tests of rules; nil: none are run.
	Replay ruletest.Replay
	// Use is handed each set that passed; from the goroutine of Reload.
	Use func(*detect.Set)
	// Now is the wall clock.
	Now func() time.Time
}

// TestTime bounds what running the tests of one set may take: they run beside
// the sensor.
const TestTime = time.Minute

// A Status says which rules judge and how the last reload went.
type Status struct {
	// Set judges, since Since.
	Set   *detect.Set
	Since time.Time
	// At is when a reload was last tried, the zero time when none was. Err is
	// why its set was not taken, nil if it was.
	At  time.Time
	Err error
	// Loaded and Refused count the reloads.
	Loaded, Refused uint64
}

// A Reloader owns the choice of the set. Its methods may be called from any
// goroutine; reloads happen one after another.
type Reloader struct {
	cfg  Config
	one  sync.Mutex // a reload is under way
	mu   sync.Mutex
	last Status
}

// New returns a reloader that begins with set, which judges already.
func New(set *detect.Set, cfg Config) *Reloader {
	return &Reloader{cfg: cfg, last: Status{Set: set, Since: cfg.Now()}}
}

// Status returns how things stand.
func (r *Reloader) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Reload reads the rules again and returns how things stand then.
func (r *Reloader) Reload() Status {
	r.one.Lock()
	defer r.one.Unlock()
	old := r.Status().Set
	set, err := r.cfg.Load()
	if err == nil {
		err = r.test(set, old)
	}
	if err == nil && set.Hash() == old.Hash() {
		set = old // nothing changed: what it counted goes on
	} else if err == nil {
		r.cfg.Use(set)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.last
	s.At, s.Err = r.cfg.Now(), err
	if err != nil {
		s.Refused++
		return *s
	}
	s.Loaded++
	if set != old {
		s.Set, s.Since = set, s.At
	}
	return *s
}

// test runs the tests of the rules that old has not. That a rule has none is
// for lint to say: it could be loaded when the sensor started, too.
func (r *Reloader) test(set, old *detect.Set) error {
	if r.cfg.Replay == nil {
		return nil
	}
	const shown = 5
	var failed []string
	more := 0
	end := r.cfg.Now().Add(TestTime)
	for _, rule := range set.NewSince(old) {
		if r.cfg.Now().After(end) {
			return fmt.Errorf("the tests of the rules take longer than %s", TestTime)
		}
		for _, res := range ruletest.RunRule(set, rule, r.cfg.Replay) {
			switch {
			case res.OK || res.Test == 0:
			case len(failed) == shown:
				more++
			default:
				failed = append(failed, fmt.Sprintf("%s:%d: %s, test %d (%s): %s", res.File, res.Line, res.Rule, res.Test, res.Kind, res.Detail))
			}
		}
	}
	if more > 0 {
		failed = append(failed, fmt.Sprintf("and %d more", more))
	}
	if len(failed) > 0 {
		return errors.New("tests inside the rules fail:\n" + strings.Join(failed, "\n"))
	}
	return nil
}
