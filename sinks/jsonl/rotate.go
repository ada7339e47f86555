package jsonl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// open makes sure that f is the file at the path, and not too large: a tool
// like logrotate may have moved it away, and one that is full is set aside.
func (w *Writer) open() error {
	if w.f != nil && !w.current() {
		f := w.f
		w.f = nil
		if err := f.Close(); err != nil {
			return fmt.Errorf("closing the lines file: %w", err)
		}
	}
	if err := w.begin(); err != nil {
		return err
	}
	if w.cfg.MaxSize <= 0 || w.size < w.cfg.MaxSize {
		return nil
	}
	if err := w.rotate(); err != nil {
		return err
	}
	return w.begin()
}

// begin opens the file if it is not open.
func (w *Writer) begin() error {
	if w.f != nil {
		return nil
	}
	f, err := os.OpenFile(w.cfg.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the lines file: %w", err)
	}
	st, err := f.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("opening the lines file: %w", err), f.Close())
	}
	w.f, w.size = f, st.Size()
	return nil
}

// current reports whether f is still what its path names.
func (w *Writer) current() bool {
	have, err1 := w.f.Stat()
	there, err2 := os.Stat(w.cfg.Path)
	return err1 == nil && err2 == nil && os.SameFile(have, there)
}

// rotate moves PATH.4 to PATH.5 and so on, PATH to PATH.1; the oldest goes.
// Where a step fails the rest waits for the next batch, and nothing is lost
// but what Keep says: each step moves onto a name that was moved before.
func (w *Writer) rotate() error {
	f := w.f
	w.f = nil
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("setting the lines file aside: %w", err)
	}
	for n := w.cfg.Keep - 1; n >= 0; n-- {
		if err := os.Rename(w.aside(n), w.aside(n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting the lines file aside: %w", err)
		}
	}
	return nil
}

// aside is the name of the n-th file set aside; 0 is the one being written.
func (w *Writer) aside(n int) string {
	if n == 0 {
		return w.cfg.Path
	}
	return w.cfg.Path + "." + strconv.Itoa(n)
}
