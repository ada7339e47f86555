package capture

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// choose takes the file that was changed longest ago of those to be read.
func (w *Follower) choose() error {
	now := time.Now()
	if now.Before(w.next) {
		return nil
	}
	w.next = now.Add(scanEvery)
	list, err := w.list()
	if err != nil {
		return fmt.Errorf("listing %s: %w", w.dir, err)
	}
	w.forget(list)
	for _, f := range list {
		if w.done(f) {
			continue
		}
		file, err := os.Open(filepath.Join(w.dir, f.Name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			w.past[f.Name] = f
			if w.ended != nil {
				w.ended(f, err)
			}
			continue
		}
		w.cur = &followed{FollowedFile: f, file: file, grew: time.Unix(0, f.Changed)}
		w.next = time.Time{}
		return nil
	}
	return nil
}

// maxGone bounds the files that are remembered though they are gone: one that was
// compressed has another name soon after.
const maxGone = 1024

// forget forgets the files that have been gone for longest, where they are many.
func (w *Follower) forget(list []FollowedFile) {
	if len(w.past) <= len(list)+maxGone {
		return
	}
	there := map[string]bool{}
	for _, f := range list {
		there[f.Name] = true
	}
	var gone []FollowedFile
	for name, f := range w.past {
		if !there[name] {
			gone = append(gone, f)
		}
	}
	slices.SortFunc(gone, earlier)
	for _, f := range gone[:max(0, len(gone)-maxGone)] {
		delete(w.past, f.Name)
	}
}

// earlier orders files by their last change.
func earlier(a, b FollowedFile) int {
	return cmp.Or(cmp.Compare(a.Changed, b.Changed), strings.Compare(a.Name, b.Name))
}

// list lists the files in the order of their last changes.
func (w *Follower) list() ([]FollowedFile, error) {
	dir, err := os.Open(w.dir)
	if err != nil {
		return nil, err
	}
	entries, err := dir.ReadDir(w.most)
	if err = fileEnd(err); err == nil {
		w.beyond, err = countNames(dir, w.most)
	}
	if err = errors.Join(err, dir.Close()); err != nil {
		return nil, err
	}
	var list []FollowedFile
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if st, err := e.Info(); err == nil && st.Size() > 0 { // else it is gone, or empty yet
			list = append(list, FollowedFile{Name: e.Name(), Size: st.Size(), Changed: st.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(list, earlier)
	return list, nil
}

// countNames counts what is left in a directory being read, so many at the most.
func countNames(dir *os.File, most int) (n int, err error) {
	for n < most {
		names, err := dir.Readdirnames(min(most-n, 4096))
		n += len(names)
		if err != nil {
			return n, fileEnd(err)
		}
	}
	return n, nil
}

// done reports whether the file was read, as it is now.
func (w *Follower) done(f FollowedFile) bool {
	p, ok := w.past[f.Name]
	return ok && p.Size == f.Size && p.Changed == f.Changed
}

// beginsCapture reports whether a file begins as captures do, compressed or not.
func beginsCapture(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	var head [magicLen]byte
	n, _ := file.ReadAt(head[:], 0)
	_, ok := formatOf(head[:n])
	return file.Close() == nil && (ok || isPacked(head[:n]))
}

// isPacked reports whether a file that begins so is compressed.
func isPacked(head []byte) bool {
	return len(head) >= 4 && (string(head[:2]) == magicGzip || string(head[:4]) == magicZstd)
}
