package main

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"

	"spaniel/internal/config"
	"spaniel/sinks/redact"
)

// key returns the key of the hashes that replace secrets. Where none can be
// kept, a key for this one run hides them as well; hashes of another run then
// do not join, which is said.
func (a *app) key(cfg *config.Config) []byte {
	key, err := loadKey(cfg)
	if err == nil {
		return key
	}
	a.hint("note: %v; secrets are hashed with a key for this run alone", err)
	key = make([]byte, 32)
	_, _ = rand.Read(key) // never fails; it ends the program instead
	return key
}

// loadKey reads the key, or makes one, and the data directory with it.
func loadKey(cfg *config.Config) ([]byte, error) {
	path := keyFile(cfg)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the place of the privacy key: %w", err)
	}
	return redact.LoadOrMakeKey(path)
}

// keepPrivate makes what this process writes from here on its user's own: the
// embedded store makes files that take their rights from the umask alone.
func keepPrivate() { syscall.Umask(0o077) }

// redactOption is the redactor's part of the configuration.
func redactOption(cfg *config.Config) redact.Option {
	opt := redact.Option{HashUser: cfg.Privacy.User == "hash", HashIP: cfg.Privacy.IP == "hash", Leaves: cfg.Store.Leaves,
		Keys: cfg.Privacy.Keys, Headers: cfg.Privacy.Headers, HopHeader: cfg.Clients.Header}
	for _, h := range cfg.Clients.TrustedHops {
		if p, err := netip.ParsePrefix(h); err == nil { // config.Validate has refused others
			opt.TrustedHops = append(opt.TrustedHops, p)
		}
	}
	return opt
}
