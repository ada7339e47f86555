package detect

import (
	"errors"
	"io"
	"io/fs"
)

// errChanged says that a file was written while it was read: half of it may be
// of what was before.
var errChanged = errors.New("it changed while it was read; load again")

var errNotRegular = errors.New("it is no regular file")

// readBounded reads at most one byte more than is allowed, of a file that is
// the same before and after.
func readBounded(fsys fs.FS, name string, most int) (text string, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	before, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !before.Mode().IsRegular() {
		return "", errNotRegular // it became one since it was listed
	}
	b, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err != nil {
		return "", err
	}
	after, err := fs.Stat(fsys, name)
	if err == nil && (after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime())) {
		err = errChanged
	}
	return string(b), err
}

// readCause is why a file cannot be read, without the path that stands before
// it anyway.
func readCause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
