package spool

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// The locks of a spool: one for who writes it, one for who reads it.
const (
	writerLock = "lock"
	readerLock = "lock.reader"
)

// locks are held for as long as their files are open; the kernel frees them when
// the process dies.
type locks []*os.File

func takeLocks(dir string, names ...string) (l locks, err error) {
	for _, name := range names {
		f, err := takeLock(filepath.Join(dir, name))
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		l = append(l, f)
	}
	return l, nil
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close frees them.
func (l locks) Close() error {
	var errs []error
	for _, f := range l {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
