package redact

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// A Rotation says which key was replaced by which: their ids, which begin each
// hash, and where the old key is kept.
type Rotation struct{ Old, New, Kept string }

// RotateKey replaces the key in a file by a new one, and keeps the old one
// beside it, named by its id. At no time is there no key. The new file belongs to
// whom the old one belonged to. Whoever has loaded the old key goes on with it.
func RotateKey(path string) (Rotation, error) {
	old, err := loadKey(path)
	if err != nil {
		return Rotation{}, err
	}
	r := Rotation{Old: New(old, Option{}).KeyID()}
	r.Kept = path + "." + r.Old
	if err := keep(path, r.Kept); err != nil {
		return Rotation{}, fmt.Errorf("keeping the old privacy key: %w", err)
	}
	var key [keyBytes]byte
	_, _ = rand.Read(key[:]) // never fails; it ends the program instead
	r.New = New(key[:], Option{}).KeyID()
	if err := replaceKey(path, key[:]); err != nil {
		return Rotation{}, fmt.Errorf("replacing the privacy key: %w", err)
	}
	return r, nil
}

// keep gives the file a second name. One that has it already, from a try that
// went no further, is as good.
func keep(path, kept string) error {
	err := os.Link(path, kept)
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	now, nerr := os.Stat(path)
	there, terr := os.Stat(kept)
	if nerr == nil && terr == nil && os.SameFile(now, there) {
		return nil
	}
	return errors.Join(err, nerr, terr)
}

// replaceKey writes a key and puts it in the file's place.
func replaceKey(path string, key []byte) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if owner, ok := st.Sys().(*syscall.Stat_t); err == nil && ok && int(owner.Uid) != os.Geteuid() {
		err = f.Chown(int(owner.Uid), int(owner.Gid))
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
