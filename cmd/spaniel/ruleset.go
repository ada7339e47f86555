package main

import (
	"io/fs"
	"os"
	"path/filepath"

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
	return detect.Load(sources, detect.LoadOptions{Disable: cfg.Rules.Disable, Packs: cfg.Rules.Packs})
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
			out = append(out, detect.Source{Name: path, FS: os.DirFS(path)})
			continue
		}
		dir, name := filepath.Split(path)
		out = append(out, detect.Source{Name: dir, FS: oneFile{os.DirFS(filepath.Dir(path)), name}})
	}
	return out, nil
}

// oneFile is a directory that shows only one of its files.
type oneFile struct {
	fs.FS
	name string
}

// ReadDir implements fs.ReadDirFS.
func (o oneFile) ReadDir(dir string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, dir)
	if err != nil {
		return nil, err
	}
	for i, e := range all {
		if e.Name() == o.name {
			return all[i : i+1], nil
		}
	}
	return nil, nil
}
