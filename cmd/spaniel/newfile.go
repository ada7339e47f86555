package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"spaniel/internal/config"
)

// mayWrite says why a file may not be written: it is there, or it is one of
// the captures. - is standard output.
func mayWrite(path string, force bool, captures []knownCapture) error {
	st, err := os.Stat(path)
	if path == "-" || err != nil {
		return nil // writing will say what is wrong
	}
	for _, c := range captures {
		for _, p := range c.paths {
			if other, err := os.Stat(p); err == nil && os.SameFile(st, other) {
				return &problem{code: exitInput, what: "this is the capture itself", where: path, fix: "write to another file"}
			}
		}
	}
	switch {
	case !st.Mode().IsRegular():
		return &problem{code: exitInput, what: "this is no file", where: path, fix: "name a file, or - for standard output"}
	case !force:
		return &problem{code: exitInput, what: "the file is there already", where: path, fix: "name another, or replace it: --force"}
	}
	return nil
}

// writeFile lets fill write a new file that only its user may read; with
// replace, in the place of one that is there. Nothing is left of one that
// fails.
func writeFile(path string, stdout io.Writer, replace bool, fill func(io.Writer) error) error {
	if path == "-" {
		return fill(stdout)
	}
	f, err := create(path, replace)
	if err != nil {
		return cannotWrite(path, err)
	}
	err = fill(f)
	if err = errors.Join(err, f.Close()); err == nil && f.Name() != path {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// cannotWrite says what is wrong with a file that the user named.
func cannotWrite(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) {
		return &problem{code: exitInput, what: "the file cannot be written: " + config.Cause(err), where: path, fix: "name a file in a directory that is there", cause: err}
	}
	return fmt.Errorf("writing %s: %w", path, err)
}

func create(path string, replace bool) (*os.File, error) {
	if replace {
		return os.CreateTemp(filepath.Dir(path), ".spaniel-*.pcap")
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}
