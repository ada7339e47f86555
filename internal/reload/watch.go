package reload

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watch says what to look at and how often.
type Watch struct {
	// Paths are files and directories; none: only Ask reloads.
	Paths []string
	// Seen, if set, is what Look said of Paths before the set was read that judges
	// first: what changed since then is reloaded at once.
	Seen string
	// Quiet is how long nothing must happen after a change before it is looked
	// at, so that a file that is being written is read once; 500 ms. At the
	// latest it is after ten times as long.
	Quiet time.Duration
	// Poll is how often files are looked at though nothing was told, since not
	// every file system tells; 30 s, and a sixth of it where none can tell.
	Poll time.Duration
	// Ask reloads at once, whether something changed or not.
	Ask <-chan struct{}
	// Told is handed the outcome of each reload.
	Told func(Status)
	// Blind, if set, is told once that changes are only noticed by polling, and why.
	Blind func(error)
}

// Run reloads whenever the files change, until ctx ends. A set that is refused
// is tried again when they change once more.
func (r *Reloader) Run(ctx context.Context, w Watch) error {
	if w.Quiet <= 0 {
		w.Quiet = 500 * time.Millisecond
	}
	if w.Poll <= 0 {
		w.Poll = 30 * time.Second
	}
	eyes, err := fsnotify.NewWatcher()
	if err == nil {
		defer func() { _ = eyes.Close() }() // it held nothing but descriptors
	}
	v := &vigil{r: r, w: &w, eyes: eyes}
	if err != nil {
		v.blind(err)
	}
	v.known = v.look()
	if w.Seen != "" && v.known != w.Seen {
		v.reload(v.known)
	}
	return v.run(ctx)
}

// vigil is one run.
type vigil struct {
	r     *Reloader
	w     *Watch
	eyes  *fsnotify.Watcher // nil where there is none
	known string
	poll  *time.Ticker
	said  bool // that it is blind
}

func (v *vigil) blind(err error) {
	if v.said || len(v.w.Paths) == 0 {
		return
	}
	v.said = true
	if v.poll != nil {
		v.poll.Reset(v.w.Poll / 6)
	} else {
		v.w.Poll /= 6
	}
	if v.w.Blind != nil {
		v.w.Blind(err)
	}
}

// look watches the directories there are, then says what is in them: what
// happens after that is told. One that was made while its parent was not yet
// watched is found by looking again.
func (v *vigil) look() string {
	for before := -1; v.eyes != nil; {
		dirs := folders(v.w.Paths)
		for _, dir := range dirs {
			if err := v.eyes.Add(dir); err != nil { // one that is watched stays so
				v.blind(err)
			}
		}
		if len(dirs) == before {
			break
		}
		before = len(dirs)
	}
	return fingerprint(v.w.Paths)
}

func (v *vigil) run(ctx context.Context) error {
	var events <-chan fsnotify.Event
	var faults <-chan error
	if v.eyes != nil {
		events, faults = v.eyes.Events, v.eyes.Errors
	}
	v.poll = time.NewTicker(v.w.Poll)
	defer v.poll.Stop()
	quiet := time.NewTimer(time.Hour)
	defer quiet.Stop()
	var since time.Time // of the first change that waits
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-v.w.Ask:
			if !open {
				v.w.Ask = nil
				continue
			}
			since = time.Time{}
			v.reload(v.look())
		case _, open := <-events:
			if !open {
				events = nil
				continue
			}
			now := time.Now()
			if since.IsZero() {
				since = now
			}
			quiet.Reset(min(v.w.Quiet, max(0, since.Add(10*v.w.Quiet).Sub(now))))
		case _, open := <-faults: // some were not told: look at all
			if !open {
				faults = nil
				continue
			}
			v.changed()
		case <-quiet.C:
			since = time.Time{}
			v.changed()
		case <-v.poll.C:
			if since.IsZero() {
				v.changed()
			}
		}
	}
}

// changed reloads if the files are not what they were.
func (v *vigil) changed() {
	if now := v.look(); now != v.known {
		v.reload(now)
	}
}

// reload notes what the files were before they are read: what changes
// meanwhile is noticed after.
func (v *vigil) reload(seen string) {
	v.known = seen
	s := v.r.Reload()
	if v.w.Told != nil {
		v.w.Told(s)
	}
}
