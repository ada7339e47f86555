package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// List turns what the user named into capture files. A file stands for itself
// and must be a capture; a directory stands for all captures under it, told by
// their first bytes whatever their names, in lexical order; links to
// directories are not followed, and what is no file is passed over. "-" and a
// named FIFO or device are kept unread. Every error is an *InputError, but for
// failures of the machine.
func List(paths []string) ([]string, error) {
	var list []string
	for _, path := range paths {
		if path == Stdin {
			list = append(list, path)
			continue
		}
		st, err := os.Stat(path)
		if err != nil {
			return nil, pathProblem(path, err)
		}
		if st.IsDir() {
			found, err := listDir(path)
			if err != nil {
				return nil, err
			}
			list = append(list, found...)
			continue
		}
		if st.Mode().IsRegular() {
			if err := probe(path); err != nil {
				return nil, err
			}
		}
		list = append(list, path)
	}
	return list, nil
}

// listDir lists the captures under dir.
func listDir(dir string) ([]string, error) {
	var list []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return pathProblem(path, err)
		}
		ok, err := isCapture(path, e)
		if ok {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, &InputError{dir, "the directory holds no capture", "name a directory with pcap or pcapng files"}
	}
	return list, nil
}

// isCapture says whether the entry e of a directory, at path, is a capture. A
// capture cut inside its header is one: reading it will say so.
func isCapture(path string, e fs.DirEntry) (bool, error) {
	st, err := e.Info()
	if err == nil && st.Mode().Type() == fs.ModeSymlink {
		if st, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return false, nil // a link to nowhere
		}
	}
	if err != nil {
		return false, pathProblem(path, err)
	}
	if !st.Mode().IsRegular() || st.Size() == 0 {
		return false, nil
	}
	file, _, err := openPath(path)
	if err != nil {
		return false, err
	}
	f := &File{path: path, closer: []func() error{file.Close}}
	head, err := f.sniff(file)
	if cerr := f.Close(); cerr != nil {
		return false, fmt.Errorf("closing %s: %w", path, cerr)
	}
	if errors.As(err, new(*InputError)) { // it does not unpack
		return false, nil
	}
	_, ok := formatOf(head)
	return ok, err
}

// probe returns why the file at path is not a capture.
func probe(path string) error {
	f, err := Open(path)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("closing %s: %w", path, err)
	}
	return nil
}
