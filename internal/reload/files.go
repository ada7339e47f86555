package reload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFiles bounds what is looked at for changes; what is beyond is noticed by
// SIGHUP alone. A directory of so many files holds no rules.
const maxFiles = 100_000

// Look says what files and directories are like now, for Watch.Seen.
func Look(paths []string) string { return fingerprint(paths) }

// fingerprint says of files and directories, and all below them, which they
// are and when they were written: another one is worth loading. What cannot be
// looked at is part of it as such.
func fingerprint(paths []string) string {
	h := sha256.New()
	n := 0
	note := func(path string) {
		st, err := os.Stat(path) // of what a link leads to
		if err != nil {
			fmt.Fprintf(h, "%q gone\n", path)
			return
		}
		fmt.Fprintf(h, "%q %d %d %v\n", path, st.Size(), st.ModTime().UnixNano(), st.Mode())
	}
	for _, path := range paths {
		err := filepath.WalkDir(target(path), func(name string, d fs.DirEntry, err error) error {
			if n++; n > maxFiles {
				return fs.SkipAll
			}
			if err != nil || !d.IsDir() {
				note(name)
			}
			return nil
		})
		if err != nil {
			fmt.Fprintf(h, "%q %v\n", path, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// target is what a path that is a link leads to; a walk would not follow it.
func target(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// folders lists the directories whose entries are to be watched.
func folders(paths []string) (out []string) {
	seen := map[string]bool{}
	add := func(dir string) {
		if !seen[dir] && len(seen) < maxFiles/100 {
			seen[dir] = true
			out = append(out, dir)
		}
	}
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil || !st.IsDir() {
			add(filepath.Dir(path)) // a file is replaced by renaming another: its name is watched, not itself
			continue
		}
		err = filepath.WalkDir(target(path), func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				add(name)
			}
			return nil
		})
		if err != nil {
			add(path)
		}
	}
	return out
}
