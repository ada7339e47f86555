package main

import (
	"net/url"
	"os"
	"path/filepath"

	"spaniel/internal/config"
)

// systemwide reports whether the system's directories are used: by root, and by
// the user that root made the sensor become, unless XDG_DATA_HOME says otherwise.
func systemwide() bool {
	return (os.Geteuid() == 0 || os.Getenv(confinedEnv) == confinedByRoot) && os.Getenv("XDG_DATA_HOME") == ""
}

// dataDir is where what Spaniel keeps lies.
func dataDir() string {
	if systemwide() {
		return "/var/lib/spaniel"
	}
	if d := os.Getenv("XDG_DATA_HOME"); d != "" {
		return filepath.Join(d, "spaniel")
	}
	return filepath.Join(home(), ".local", "share", "spaniel")
}

// configCandidates are the files looked for without -c.
func configCandidates() []string {
	const system = "/etc/spaniel/spaniel.yaml"
	if systemwide() {
		return []string{system}
	}
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		dir = filepath.Join(home(), ".config")
	}
	return []string{filepath.Join(dir, "spaniel", "spaniel.yaml"), system}
}

func home() string {
	h, err := os.UserHomeDir()
	if err != nil {
		return "." // an account without a home keeps its data where it stands
	}
	return h
}

func defaultStore() string { return filepath.Join(dataDir(), "calls.duckdb") }

// storeFile is the embedded store's path; remote is the ClickHouse URL that
// queries go to instead, if the configuration names one.
func (a *app) storeFile(cfg *config.Config) (path, remote string) {
	if a.storePath != "" {
		return a.storePath, ""
	}
	u, err := url.Parse(string(cfg.Store.URL))
	switch {
	case err != nil || cfg.Store.URL == "":
		return defaultStore(), ""
	case u.Scheme == "duckdb":
		return u.Path, ""
	}
	return defaultStore(), string(cfg.Store.URL)
}

func spoolDir(cfg *config.Config) string {
	if cfg.Spool.Path != "" {
		return cfg.Spool.Path
	}
	return filepath.Join(dataDir(), "spool")
}

func keyFile(cfg *config.Config) string {
	if cfg.Privacy.KeyFile != "" {
		return cfg.Privacy.KeyFile
	}
	return filepath.Join(dataDir(), "privacy.key")
}
