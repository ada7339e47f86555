package redact

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyBytes is the size of a key: that of the hash it keys.
const keyBytes = 32

// LoadOrMakeKey reads the key file, 64 hex digits on one line, or makes one
// with mode 0600 if there is none. Two processes that start together end with
// the same key. A file that others can read is refused.
func LoadOrMakeKey(path string) ([]byte, error) {
	key, err := loadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making the privacy key: %w", err)
	}
	return loadKey(path)
}

func loadKey(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the privacy key: %w", err)
	}
	if st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("privacy key %s has mode %04o, others can read it: chmod 600 it", path, st.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the privacy key: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("privacy key %s is not %d hex digits", path, 2*keyBytes)
	}
	return key, nil
}

// makeKey writes a whole key under a temporary name and links it into place,
// which fails when another process was first.
func makeKey(path string) error {
	var key [keyBytes]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-") // made with mode 0600
	if err != nil {
		return err
	}
	_, werr := f.WriteString(hex.EncodeToString(key[:]) + "\n")
	err = errors.Join(werr, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	return errors.Join(err, os.Remove(f.Name()))
}
