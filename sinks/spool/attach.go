package spool

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// A Reader is a spool that another process writes (OpenWriter): cursors, and
// nothing else. It sees what that process has put on disk for sure.
type Reader struct {
	logs [numLogs]*log
	lock locks // nil once closed
}

// OpenReader takes the reader's part of the spool at dir. It returns ErrLocked,
// wrapped, when another process has it. The writer need not run, or ever have.
func OpenReader(dir string) (*Reader, error) {
	r := &Reader{}
	for w := range numLogs {
		l := &log{dir: filepath.Join(dir, w.String()), away: true, wake: make(chan struct{})}
		if err := os.MkdirAll(l.dir, 0o700); err != nil {
			return nil, fmt.Errorf("opening spool: %w", err)
		}
		r.logs[w] = l
	}
	lock, err := takeLocks(dir, readerLock)
	if err != nil {
		return nil, fmt.Errorf("opening spool %s: %w", dir, err)
	}
	r.lock = lock
	if err := r.Refresh(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return r, nil
}

// Refresh looks how far the writer has come; call it often.
func (r *Reader) Refresh() error {
	var errs []error
	for _, l := range r.logs {
		if err := l.refresh(); err != nil {
			errs = append(errs, fmt.Errorf("looking at spool log %s: %w", l.dir, err))
		}
	}
	return errors.Join(errs...)
}

// NewCursor is Spool.NewCursor.
func (r *Reader) NewCursor(sink string, w Which, limits Limits) (*Cursor, error) {
	return r.logs[w].newCursor(sink, limits)
}

// Close keeps the cursors and frees the lock. Who uses them must have stopped.
func (r *Reader) Close() error {
	if r.lock == nil {
		return nil
	}
	var errs []error
	for _, l := range r.logs {
		errs = append(errs, l.close())
	}
	errs = append(errs, r.lock.Close())
	r.lock = nil
	return errors.Join(errs...)
}

// refresh takes over what the writer told. A segment that was begun since holds
// nothing yet, as far as it is known here.
func (l *log) refresh() error {
	t, ok, err := loadTip(l.dir)
	if err != nil || !ok || t == l.told {
		return err
	}
	segs, err := listSegments(l.dir)
	if err != nil {
		return err
	}
	if n := len(segs); n > 0 && segs[n-1].first == t.first {
		segs[n-1].size, segs[n-1].last = t.size, t.durable // what lies behind is not on disk for sure
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segs, l.durable, l.told = segs, max(l.durable, t.durable), t
	close(l.wake)
	l.wake = make(chan struct{})
	return nil
}

// publish tells the writer what no cursor needs any more, where it could remove
// something for it. The caller holds mu.
func (l *log) publish(passed uint64) error {
	if passed == math.MaxUint64 || passed == l.passed || len(l.segs) < 2 || l.segs[0].last > passed {
		return nil
	}
	tmp := filepath.Join(l.dir, passedFile+".new")
	if err := os.WriteFile(tmp, []byte(passedLine(passed)), 0o600); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(l.dir, passedFile)); err != nil {
		return err
	}
	l.passed = passed
	return nil
}
