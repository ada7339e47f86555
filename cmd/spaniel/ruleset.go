package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"spaniel/detect"
	"spaniel/internal/config"
	"spaniel/rules"
)

// loadRules loads the built-in rules, those the configuration names, and those
// of further paths. The error is a *detect.LoadError or a *problem.
func loadRules(cfg *config.Config, more []string) (*detect.Set, error) {
	sources := []detect.Source{{Name: "builtin", FS: rules.FS}}
	for _, list := range [][]string{cfg.Rules.Paths, more} {
		own, err := ruleSources(list)
		if err != nil {
			return nil, err
		}
		sources = append(sources, own...)
	}
	opt, err := aroundRules(cfg)
	if err != nil {
		return nil, err
	}
	opt.Disable, opt.Packs, opt.Exceptions = cfg.Rules.Disable, cfg.Rules.Packs, cfg.Rules.Spared()
	return detect.Load(sources, opt)
}

// aroundRules is what rules may ask beside the call: lists, databases, the
// time zone, what calls mean, and what APIs say of themselves.
func aroundRules(cfg *config.Config) (opt detect.LoadOptions, err error) {
	opt.Lists, opt.Meanings, opt.Specs = listFiles(cfg), meanings(cfg), specFiles(cfg)
	if cfg.Rules.Timezone != "" {
		if opt.Zone, err = time.LoadLocation(cfg.Rules.Timezone); err != nil {
			return opt, fmt.Errorf("rules.timezone: %w", err) // config.Validate has refused it before
		}
	}
	opt.Geo, err = openGeo(cfg)
	return opt, err
}

// meanings are what the configuration says that calls mean.
func meanings(cfg *config.Config) (list []detect.Meaning) {
	for _, m := range cfg.Semantics {
		list = append(list, detect.Meaning(m))
	}
	return list
}

// ruleSources turns files and directories into sources.
func ruleSources(paths []string) ([]detect.Source, error) {
	var out []detect.Source
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, &problem{code: exitInput, what: "the rules cannot be read", where: path, why: config.Cause(err), cause: err, fix: "name a rule file or a directory with some"}
		}
		if st.IsDir() {
			out = append(out, detect.Source{Name: path, FS: ruleDir(path)})
			continue
		}
		dir, name := filepath.Split(path)
		out = append(out, detect.Source{Name: dir, FS: newRuleFile(filepath.Dir(path), name)})
	}
	return out, nil
}

// listFiles are the named lists of the configuration.
func listFiles(cfg *config.Config) (out []detect.ListFile) {
	for _, l := range cfg.Rules.Lists {
		dir, name := filepath.Split(l.Path)
		out = append(out, detect.ListFile{Name: l.Name, Kind: l.Kind, Path: name, Source: detect.Source{Name: dir, FS: os.DirFS(filepath.Dir(l.Path))}})
	}
	return out
}

// specFiles are the specifications of the configuration.
func specFiles(cfg *config.Config) (out []detect.SpecFile) {
	for _, s := range cfg.Rules.Specs {
		dir, name := filepath.Split(s.Path)
		out = append(out, detect.SpecFile{Path: name, Hosts: s.Hosts, Base: s.Base, Source: detect.Source{Name: dir, FS: os.DirFS(filepath.Dir(s.Path))}})
	}
	return out
}
