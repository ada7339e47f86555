package spool

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// A tip is how far a log has come on disk, as its writer tells another process
// that reads: the segment written last, how much of it is on disk for sure, and
// the last record there. The zero value is a log without segments.
type tip struct {
	first, durable uint64
	size           int64
}

// The files by which two processes tell one another how far they are. Each is
// written by one of them.
const (
	tipFile    = "tip"    // by who writes the log
	passedFile = "passed" // by who reads it: what no cursor needs any more
)

// line has the same length always: it is written over the one before.
func (t tip) line() string {
	return signed(fmt.Sprintf("spaniel-tip 1 %020d %020d %020d", t.first, t.size, t.durable))
}

// signed is a line with its checksum.
func signed(body string) string {
	return fmt.Sprintf("%s %08x\n", body, crc32.Checksum([]byte(body), castagnoli))
}

// loadTip reads the file; ok is false if there is none, or it is being written.
func loadTip(dir string) (t tip, ok bool, err error) {
	text, err := loadLine(dir, tipFile)
	if err != nil || text == "" {
		return tip{}, false, err
	}
	n, err := fmt.Sscanf(text, "spaniel-tip 1 %d %d %d", &t.first, &t.size, &t.durable)
	return t, err == nil && n == 3 && t.line() == text, nil
}

func passedLine(acked uint64) string { return signed(fmt.Sprintf("spaniel-passed 1 %d", acked)) }

// loadPassed returns up to which record the reader needs none any more, 0 where
// that is not known.
func loadPassed(dir string) (acked uint64, err error) {
	text, err := loadLine(dir, passedFile)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := fmt.Sscanf(text, "spaniel-passed 1 %d", &acked)
	if err != nil || n != 1 || passedLine(acked) != text {
		return 0, nil
	}
	return acked, nil
}

func loadLine(dir, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// tell writes the tip for another process, once what it says is on disk; after a
// failure the next sync tries again. The caller holds syncing.
func (l *log) tell() error {
	if !l.shared {
		return nil
	}
	l.mu.Lock()
	t := tip{durable: l.durable}
	if n := len(l.segs); n > 0 {
		t.first, t.size = l.segs[n-1].first, l.segs[n-1].size
	}
	l.mu.Unlock()
	if t == l.told {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(l.dir, tipFile), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(t.line()), 0)
	if err = errors.Join(err, f.Close()); err == nil {
		l.told = t
	}
	return err
}

// letGo removes the segments that the reader in another process has passed.
func (l *log) letGo() error {
	if !l.shared {
		return nil
	}
	passed, err := loadPassed(l.dir)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropPassed(passed)
}
