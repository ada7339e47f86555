package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Rewind sets a sink's cursor back, so that records which are still on disk
// are sent to it again: the last most of them, or all where most is 0. It
// returns how many those are. Only where no process owns the spool; else
// ErrLocked. A sink that has no cursor yet is an error: it begins with the
// oldest record by itself.
func Rewind(dir, sink string, w Which, most uint64) (again uint64, err error) {
	lock, err := takeLocks(dir, writerLock, readerLock)
	if err != nil {
		return 0, fmt.Errorf("setting a cursor back: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if !plainName(sink) {
		return 0, fmt.Errorf("setting a cursor back: sink name %q is not made of letters, digits, - and _", sink)
	}
	l := &log{dir: filepath.Join(dir, w.String())}
	if err := l.recover(); err != nil {
		return 0, fmt.Errorf("setting a cursor back: %w", err)
	}
	c := &Cursor{l: l, name: sink, path: cursorPath(l.dir, sink)}
	p, ok, err := loadPlace(c.path)
	if err != nil {
		return 0, fmt.Errorf("setting a cursor back: %w", err)
	}
	if !ok {
		return 0, fmt.Errorf("sink %s has no cursor in the log of %s: it will get all there is", sink, w)
	}
	oldest := l.next
	if len(l.segs) > 0 {
		oldest = l.segs[0].first
	}
	to := oldest - 1
	if most > 0 && l.durable > most {
		to = max(to, l.durable-most)
	}
	if to >= p.acked {
		return 0, nil
	}
	c.kept = place{acked: to, cut: to, lost: p.lost}
	l.segs = nil                                      // keep lets go of segments, and here no cursor holds them back
	err = os.Remove(filepath.Join(l.dir, passedFile)) // nor may a writer that is told by it
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("setting a cursor back: %w", err)
	}
	return p.acked - to, c.keep()
}
