package capture

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"spaniel/event"
)

// How a directory is followed.
const (
	// scanEvery is how often it is looked through for files.
	scanEvery = 500 * time.Millisecond
	// settleTime is how long a file must not have grown before a newer one ends
	// it; packedTime the same for one that is compressed, which is read as a whole.
	settleTime, packedTime = time.Second, 3 * time.Second
	// maxFollowed bounds the files of the directory that are looked at; Beyond
	// counts the others.
	maxFollowed = 100_000
)

// A Follower reads the captures that other programs write into a directory, one
// file after the other: the one changed longest ago first, the newest while it
// grows. A file is over once it does not grow any more and a newer one is there.
// One goroutine calls Next; the other methods may be called from any.
//
// What is no capture is passed over, and so are directories, links, and files
// whose names begin with a dot. A file that was read before is known by its name,
// size and time, or, grown, renamed or compressed meanwhile, by its first frame: of
// it only the frames are given that were not.
type Follower struct {
	dir   string
	began func(FollowedFile, uint64)
	ended func(FollowedFile, error)
	stop  atomic.Bool

	mu     sync.Mutex // held while what is below is used
	past   map[string]FollowedFile
	cur    *followed // nil between files
	next   time.Time // when the directory is to be looked through again
	newer  bool      // the last look saw a capture newer than cur
	closed bool
	given  uint64 // frames
	most   int    // files that are looked at
	beyond int    // files that were not, at the last look
}

// A FollowedFile is a file of a followed directory as it was when it was over, or
// is while it is read.
type FollowedFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	// Changed is the time of its last change, ns since 1970.
	Changed int64 `json:"changed"`
	// First is a hash of its first frame, 0 without one; Frames is how many of its
	// frames were read.
	First  uint64 `json:"first"`
	Frames uint64 `json:"frames"`
}

// Follow begins to follow a directory, of which the files in past, as Past returned
// them, were read before. A directory that cannot be listed is an *InputError.
func Follow(dir string, past []FollowedFile) (*Follower, error) {
	st, err := os.Stat(dir)
	if err != nil {
		return nil, pathProblem(dir, err)
	}
	if !st.IsDir() {
		return nil, &InputError{dir, "it is no directory", "name the directory into which captures are written; spaniel read FILE reads one"}
	}
	if _, err := os.ReadDir(dir); err != nil {
		return nil, pathProblem(dir, err)
	}
	w := &Follower{dir: dir, most: maxFollowed, past: map[string]FollowedFile{}}
	for _, f := range past {
		w.past[f.Name] = f
	}
	return w, nil
}

// OnFile calls began with a file whose first frame is about to be given, with the
// number that it will have, and ended with one that is over, and what was wrong with
// it, from the goroutine that calls Next. They are set before the first Next and must
// not use the Follower.
func (w *Follower) OnFile(began func(FollowedFile, uint64), ended func(FollowedFile, error)) {
	w.began, w.ended = began, ended
}

// Directory is the directory, as it was named.
func (w *Follower) Directory() string { return w.dir }

// Past lists the files that were read, the one that is read now among them, and how
// many frames this Follower gave of them.
func (w *Follower) Past() (list []FollowedFile, given uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, f := range w.past {
		if w.cur == nil || name != w.cur.Name {
			list = append(list, f)
		}
	}
	if w.cur != nil && w.cur.First != 0 {
		now := w.cur.FollowedFile
		now.Changed = 0 // it may have grown
		list = append(list, now)
	}
	slices.SortFunc(list, earlier)
	return list, w.given
}

// Next implements Source. It returns ErrTimeout, after about 10 ms, when there is
// no frame now, and io.EOF after Stop or Close. Frames have the interface 0.
func (w *Follower) Next(f *event.Frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.closed && !w.stop.Load() {
		if w.cur == nil {
			if err := w.choose(); err != nil {
				return err
			}
			if w.cur == nil {
				time.Sleep(pollTime)
				return ErrTimeout
			}
		}
		err := w.read(f)
		switch {
		case err == nil:
			w.given++
			f.Number, f.Iface = w.given, 0
			return nil
		case err == errSkipping:
			return ErrTimeout
		case err == ErrTimeout && !w.over():
			time.Sleep(pollTime)
			return ErrTimeout
		case err == ErrTimeout:
			w.cur.whole = true // what grew since is read, and then it ends
		default:
			w.finish(err)
		}
	}
	return io.EOF
}

// skipAtOnce bounds the frames that are passed over in one call of Next.
const skipAtOnce = 10_000

// read reads the next frame of the current file that was not given before.
func (w *Follower) read(f *event.Frame) error {
	c := w.cur
	if c.in == nil {
		in, err := c.open(filepath.Join(w.dir, c.Name))
		if errors.Is(err, ErrTimeout) {
			return ErrTimeout
		}
		if err != nil {
			return err
		}
		c.in = in
	}
	for range skipAtOnce {
		if err := c.in.Next(f); err != nil {
			return err
		}
		if c.First == 0 {
			c.First = printOf(f)
			c.skip = w.givenOf(c.First)
			if c.skip == 0 && w.began != nil {
				w.began(c.FollowedFile, w.given+1)
			}
		}
		c.Frames++
		if c.Frames > c.skip {
			return nil
		}
	}
	return errSkipping
}

// errSkipping is told to Next where there may be frames, further on.
var errSkipping = errors.New("frames are passed over")

// givenOf is how many frames of a file that begins with that one were given.
func (w *Follower) givenOf(first uint64) (n uint64) {
	for _, p := range w.past {
		if p.First == first {
			n = max(n, p.Frames)
		}
	}
	return n
}

// over reports whether the current file, which has nothing more now, will not
// grow any more.
func (w *Follower) over() bool {
	c, now := w.cur, time.Now()
	if now.Sub(c.grew) < settleTime {
		return false
	}
	if now.Before(w.next) {
		return w.newer
	}
	w.next = now.Add(scanEvery)
	own, err := c.file.Stat()
	there, terr := os.Stat(filepath.Join(w.dir, c.Name))
	if err != nil || terr != nil || !os.SameFile(own, there) || own.Size() < c.Size {
		return true // it is gone, replaced or cut: no more comes
	}
	c.Changed = own.ModTime().UnixNano()
	list, err := w.list()
	w.newer = err == nil && slices.ContainsFunc(list, func(f FollowedFile) bool {
		return f.Name != c.Name && f.Changed >= c.Changed && !w.done(f) && beginsCapture(filepath.Join(w.dir, f.Name))
	})
	return w.newer
}

// finish ends the current file; err is why it has no more.
func (w *Follower) finish(err error) {
	c := w.cur
	w.cur, w.next, w.newer = nil, time.Time{}, false
	if st, serr := c.file.Stat(); serr == nil && st.Size() >= c.Size {
		c.Size, c.Changed = st.Size(), st.ModTime().UnixNano()
	}
	var broken *Fault
	if errors.As(err, &broken) && firstOf(filepath.Join(w.dir, c.Name)) != c.First {
		c.Changed = 0 // it was written anew meanwhile, and is to be read
	}
	err = fileEnd(err)
	if c.in != nil {
		err = errors.Join(err, c.in.Close())
	}
	err = errors.Join(err, c.file.Close())
	w.past[c.Name] = c.FollowedFile
	if w.ended != nil {
		w.ended(c.FollowedFile, err)
	}
}

// fileEnd is err, but for the end of the file.
func fileEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// Stop makes Next return io.EOF. What the current file holds beyond is for another
// Follower, which is told what Past says.
func (w *Follower) Stop() { w.stop.Store(true) }

// Close implements Source.
func (w *Follower) Close() error {
	w.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	c := w.cur
	w.cur = nil
	if c == nil {
		return nil
	}
	var err error
	if c.in != nil {
		err = c.in.Close()
	}
	return errors.Join(err, c.file.Close())
}

// StatsByInterface counts the frames that were given; none are dropped. The one
// name is the directory's, and Returns is 0.
func (w *Follower) StatsByInterface() ([]InterfaceStats, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return []InterfaceStats{{Interface: w.dir, Up: true, Stats: Stats{Received: w.given}}}, nil
}

// Stats are those of StatsByInterface.
func (w *Follower) Stats() (Stats, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Stats{Received: w.given}, nil
}

// Beyond is how many files the directory held at the last look that were passed
// over, being too many to be looked at: 0 where there is room for all. It counts to
// as many as are looked at.
func (w *Follower) Beyond() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.beyond
}
