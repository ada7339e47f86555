// Package vault keeps files that only the owner of a key of age can read, in one
// directory of a bounded size: the oldest go first. What is written there is
// encrypted from the first byte on; the process has no key to read it again. It
// does not know what is in the files.
package vault

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
)

// Config is what a vault is made of.
type Config struct {
	// Dir is the directory, made if it is not there. What else is in it is left
	// alone, and not counted.
	Dir string
	// Recipient is the public key of age whose owner can read the files.
	Recipient string
	// End is what names of files end in: .pcap.age.
	End string
	// MaxBytes, MaxFiles and MaxAge bound what is kept; 0 does not.
	MaxBytes int64
	MaxFiles int
	MaxAge   time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// A Vault is such a directory. One goroutine puts files into it; any may ask for
// its Stats.
type Vault struct {
	cfg   Config
	to    age.Recipient
	files []file // the oldest first

	mu    sync.Mutex
	stats Stats
}

// Stats count the files: those there are, and those that were removed to make room
// and for their age.
type Stats struct {
	Files, Bytes            uint64
	RemovedRoom, RemovedAge uint64
}

// file is one of the vault's.
type file struct {
	name string
	size int64 // on disk
	at   time.Time
}

// partEnd is the end of the name of a file that is not whole yet.
const partEnd = ".part"

// onDisk is how much of a disk a file of that size takes, as file systems do it.
func onDisk(size int64) int64 { return (size + 4095) &^ 4095 }

// Open makes the directory, removes what an end in the midst of writing left there,
// and what is too old or too much.
func Open(cfg Config) (*Vault, error) {
	to, err := age.ParseX25519Recipient(cfg.Recipient)
	if err != nil {
		return nil, fmt.Errorf("reading the recipient: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	v := &Vault{cfg: cfg, to: to}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of encrypted files: %w", err)
	}
	if err := v.list(); err != nil {
		return nil, err
	}
	return v, v.Tidy()
}

// list looks what is there.
func (v *Vault) list() error {
	entries, err := os.ReadDir(v.cfg.Dir)
	if err != nil {
		return fmt.Errorf("looking through the directory of encrypted files: %w", err)
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), v.cfg.End+partEnd):
			if err := os.Remove(filepath.Join(v.cfg.Dir, e.Name())); err != nil {
				return fmt.Errorf("removing an encrypted file that is not whole: %w", err)
			}
		case safe(strings.TrimSuffix(e.Name(), v.cfg.End)) && strings.HasSuffix(e.Name(), v.cfg.End) && e.Type().IsRegular():
			is, err := e.Info()
			if err != nil {
				return fmt.Errorf("looking at an encrypted file: %w", err)
			}
			v.add(file{e.Name(), onDisk(is.Size()), is.ModTime()})
		}
	}
	slices.SortStableFunc(v.files, func(a, b file) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.name, b.name)) })
	return nil
}

// safe reports whether a name is nothing but a name.
func safe(name string) bool {
	return name != "" && len(name) <= 128 && strings.Trim(name, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.") == "" && name[0] != '.'
}

// Put writes a file of that name and the vault's end, in the place of one that is
// there: fill is given what encrypts, and writes size bytes at the most. It returns
// the file's name. Nothing is left of one that fails.
func (v *Vault) Put(name string, size int64, fill func(io.Writer) error) (string, error) {
	if !safe(name) {
		return "", fmt.Errorf("putting away a file: %q is no name", name)
	}
	name += v.cfg.End
	room := onDisk(size + size/1024 + 1024) // with age's head and seals
	if v.cfg.MaxBytes > 0 && room > v.cfg.MaxBytes {
		return "", fmt.Errorf("putting away %s: %d bytes are more than all files may have", name, size)
	}
	if err := v.makeRoom(room, 1); err != nil {
		return "", err
	}
	part := filepath.Join(v.cfg.Dir, "."+name+partEnd)
	written, err := v.write(part, size, fill)
	if err == nil {
		err = os.Rename(part, filepath.Join(v.cfg.Dir, name))
	}
	if err != nil {
		if rerr := os.Remove(part); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
		return "", fmt.Errorf("putting away %s: %w", name, err)
	}
	v.forget(name)
	v.add(file{name, onDisk(written), v.cfg.Now()})
	return name, nil
}

// A limited writer fails when it is given more than left bytes.
type limited struct {
	w    io.Writer
	left int64
}

func (l *limited) Write(b []byte) (int, error) {
	if int64(len(b)) > l.left {
		return 0, errors.New("it is longer than it was said to be")
	}
	n, err := l.w.Write(b)
	l.left -= int64(n)
	return n, err
}

// write encrypts a file, and brings it to the disk.
func (v *Vault) write(path string, most int64, fill func(io.Writer) error) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	enc, err := age.Encrypt(f, v.to)
	if err == nil {
		err = fill(&limited{enc, most})
	}
	if err == nil {
		err = enc.Close()
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	return size, errors.Join(err, f.Close())
}

// Tidy removes what is too old, or too much.
func (v *Vault) Tidy() error {
	oldest := v.cfg.Now().Add(-v.cfg.MaxAge)
	for v.cfg.MaxAge > 0 && len(v.files) > 0 && v.files[0].at.Before(oldest) {
		if err := v.remove(func(s *Stats) { s.RemovedAge++ }); err != nil {
			return err
		}
	}
	return v.makeRoom(0, 0)
}

// makeRoom removes the oldest files until there is room for some more.
func (v *Vault) makeRoom(bytes int64, files int) error {
	for len(v.files) > 0 && (v.cfg.MaxBytes > 0 && int64(v.Stats().Bytes)+bytes > v.cfg.MaxBytes || v.cfg.MaxFiles > 0 && len(v.files)+files > v.cfg.MaxFiles) {
		if err := v.remove(func(s *Stats) { s.RemovedRoom++ }); err != nil {
			return err
		}
	}
	return nil
}

// remove removes the oldest file; somebody may have done so before.
func (v *Vault) remove(count func(*Stats)) error {
	f := v.files[0]
	if err := os.Remove(filepath.Join(v.cfg.Dir, f.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the oldest encrypted file: %w", err)
	}
	v.drop(0, count)
	return nil
}

func (v *Vault) add(f file) {
	v.files = append(v.files, f)
	v.count(func(s *Stats) { s.Files, s.Bytes = s.Files+1, s.Bytes+uint64(f.size) })
}

// drop takes a file off the list.
func (v *Vault) drop(i int, count func(*Stats)) {
	size := uint64(v.files[i].size)
	v.files = slices.Delete(v.files, i, i+1)
	v.count(func(s *Stats) {
		s.Files, s.Bytes = s.Files-1, s.Bytes-size
		count(s)
	})
}

// forget takes a file off the list that another will replace.
func (v *Vault) forget(name string) {
	if i := slices.IndexFunc(v.files, func(f file) bool { return f.name == name }); i >= 0 {
		v.drop(i, func(*Stats) {})
	}
}

func (v *Vault) count(change func(*Stats)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change(&v.stats)
}

// Stats returns the counts.
func (v *Vault) Stats() Stats {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.stats
}
