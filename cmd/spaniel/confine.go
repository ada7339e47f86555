package main

import (
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"spaniel/internal/config"
	"spaniel/internal/confine"
)

// confinedEnv tells the program that it was started anew with fewer rights, and
// whether root did so.
const (
	confinedEnv    = "SPANIEL_CONFINED"
	confinedByRoot = "by-root"
	confinedByUser = "by-user"
)

// noSecrets refuses sinks where another process has them: what reads packets is
// not to know of them.
func noSecrets(cfg *config.Config) error {
	if cfg.Process.Forward {
		return nil
	}
	const fix = "move it to the configuration of the other, in a directory of its own: spaniel forward -c FILE"
	if len(cfg.Sinks) > 0 {
		return usage("sinks are configured, but another process is to have them (process.forward is false)", fix)
	}
	if u, err := url.Parse(string(cfg.Store.URL)); err == nil && u.Scheme != "duckdb" && u.Scheme != "" {
		return usage("store.url names a server, but another process is to have it (process.forward is false)", fix)
	}
	return nil
}

// offline reports whether the sensor makes no connection at all.
func offline(cfg *config.Config, plan *feedPlan) bool {
	return !cfg.Process.Forward && plan.address == ""
}

// confineProcess starts the program anew with what rights it needs; there it
// returns nil.
func confineProcess(cfg *config.Config, a *app, configFile string, plan *feedPlan) error {
	p := confine.Plan{Offline: offline(cfg, plan)}
	if plan.directory != "" {
		p.Read = append(p.Read, plan.directory)
	}
	return confineTo(p, cfg, configFile, ownDirs(cfg, a))
}

// confineForwarder is confineProcess of the process that sees no packets.
func confineForwarder(cfg *config.Config, a *app, configFile string) error {
	return confineTo(confine.Plan{NoCapture: true}, cfg, configFile, forwarderDirs(cfg, a))
}

// confineTo completes the plan by what the configuration names.
func confineTo(p confine.Plan, cfg *config.Config, configFile string, write []string) error {
	root := os.Geteuid() == 0
	if root && cfg.Process.User == "" && !cfg.Process.AsRoot {
		return &problem{code: exitPermission, what: "run would keep all rights of root", why: "a fault in a parser would have them, too",
			fix: "become another user, with the right to capture alone: --user NAME   (sudo useradd -r spaniel makes one)\nor say that it shall be so: --as-root"}
	}
	if os.Getenv(confinedEnv) != "" {
		return nil
	}
	p.Env, p.KeepRights = []string{confinedEnv + "=" + confinedByUser}, root && cfg.Process.User == "" // root without rights could not read what is not its own
	if root && cfg.Process.User != "" {
		p.User, p.Env[0] = cfg.Process.User, confinedEnv+"="+confinedByRoot
		who, err := confine.Find(p.User)
		if err != nil {
			return usage(err.Error(), "sudo useradd -r "+p.User)
		}
		if err := confine.Own(who, write...); err != nil {
			return err
		}
	}
	if cfg.Process.Sandbox {
		for _, dir := range write { // what is not there cannot be allowed
			_ = os.MkdirAll(dir, 0o700) // who opens a file in it says what is wrong
		}
		p.Read, p.Write = append(p.Read, namedFiles(reflect.ValueOf(cfg).Elem())...), append(write, sinkDirs(cfg)...)
		p.Read = append(p.Read, rulePaths(cfg)...)
		if configFile != "" {
			p.Read = append(p.Read, filepath.Dir(configFile))
		}
	}
	if p.User == "" && !cfg.Process.Sandbox {
		return nil
	}
	return confine.Restart(p)
}

// ownDirs are the directories that the sensor writes to.
func ownDirs(cfg *config.Config, a *app) []string {
	dirs := []string{spoolDir(cfg), filepath.Dir(keyFile(cfg)), filepath.Dir(learnedFile(cfg))}
	if cfg.Quarantine.Recipient != "" {
		dirs = append(dirs, quarantineDir(cfg))
	}
	if cfg.Evidence.Memory > 0 {
		dirs = append(dirs, packetsDir(cfg))
	}
	if !cfg.Process.Forward {
		return dirs
	}
	store, _ := a.storeFile(cfg)
	return append(dirs, filepath.Dir(store))
}

// forwarderDirs are those that a process writes to which only forwards.
func forwarderDirs(cfg *config.Config, a *app) []string {
	store, _ := a.storeFile(cfg)
	return []string{spoolDir(cfg), filepath.Dir(store)}
}

// sinkDirs are where files of lines are appended to.
func sinkDirs(cfg *config.Config) (out []string) {
	for i := range cfg.Sinks {
		if f := cfg.Sinks[i].File; f != nil && f.Path != "-" {
			out = append(out, filepath.Dir(f.Path))
		}
	}
	return out
}

// namedFiles are the files that the configuration names to be read; of each its
// directory, since files are replaced by others.
func namedFiles(v reflect.Value) (out []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return namedFiles(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, namedFiles(v.Index(i))...)
		}
	case reflect.Struct:
		switch v.Interface().(type) {
		case config.Spool, config.Quarantine, config.Evidence:
			return nil // directories, which are written to as well
		}
		for i := range v.NumField() {
			key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			f := v.Field(i)
			if f.Kind() == reflect.String && namesFile(key) && f.String() != "" {
				out = append(out, filepath.Dir(f.String()))
				continue
			}
			out = append(out, namedFiles(f)...)
		}
	}
	return out
}

// namesFile reports whether a key's value is a file.
func namesFile(key string) bool {
	return key == "ca" || key == "cert" || key == "key" || key == "path" || strings.HasSuffix(key, "_file") || strings.HasSuffix(key, "_db")
}
