package main

import (
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// ruleDir is a directory of rules, read so that nothing in it leads out: a
// link may point to another file in it, as those of orchestrators do, and no
// further. Opening waits for nobody, be it a pipe.
type ruleDir string

// Open implements fs.FS.
func (d ruleDir) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if cerr := root.Close(); err == nil && cerr != nil {
		_ = f.Close() // the first error counts
		return nil, cerr
	}
	if err != nil {
		return nil, err // f would be a nil pointer in an interface
	}
	return f, nil
}

// Stat implements fs.StatFS: it opens nothing.
func (d ruleDir) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	st, err := root.Stat(name)
	if cerr := root.Close(); err == nil {
		err = cerr
	}
	return st, err
}

// ruleFile is a directory that shows one of its files, and the lists that
// stand beside it. The file itself was named by the user and may be a link to
// anywhere.
type ruleFile struct {
	ruleDir
	name string
	file fs.FS
}

func newRuleFile(dir, name string) ruleFile { return ruleFile{ruleDir(dir), name, os.DirFS(dir)} }

// Open implements fs.FS.
func (o ruleFile) Open(name string) (fs.File, error) {
	if name == o.name {
		return o.file.Open(name)
	}
	return o.ruleDir.Open(name)
}

// Stat implements fs.StatFS.
func (o ruleFile) Stat(name string) (fs.FileInfo, error) {
	if name == o.name {
		return fs.Stat(o.file, name)
	}
	return o.ruleDir.Stat(name)
}

// ReadDir implements fs.ReadDirFS.
func (o ruleFile) ReadDir(dir string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.ruleDir, dir)
	if err != nil {
		return nil, err
	}
	var kept []fs.DirEntry
	for _, e := range all {
		if e.Name() == o.name || !e.IsDir() && strings.HasSuffix(e.Name(), ".list") {
			kept = append(kept, e)
		}
	}
	return kept, nil
}
