package corpus

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
)

// Load makes the cases of some folders, in the order of files and entries. What
// is made of an entry depends on its file and its text alone, so that another
// entry changes nothing about it.
func Load(fsys fs.FS, folders ...string) ([]Case, error) {
	words, err := readWords(fsys, "words.txt")
	if err != nil {
		return nil, err
	}
	var files []string
	for _, f := range folders {
		found, err := fs.Glob(fsys, f+"/*/*.txt")
		if err != nil {
			return nil, fmt.Errorf("listing a corpus: %w", err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	halves, err := readSplit(fsys)
	if err != nil {
		return nil, err
	}
	var out []Case
	for _, f := range files {
		s, err := readSource(fsys, f)
		if err != nil {
			return nil, err
		}
		half, err := halves.of(f)
		if err != nil {
			return nil, err
		}
		for i := range s.entries {
			made, err := s.expand(i, words)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", f, s.entries[i].line, err)
			}
			for j := range made {
				made[j].Half = half
			}
			out = append(out, made...)
		}
	}
	return out, nil
}

// expand makes the cases of an entry.
func (s *source) expand(i int, words words) ([]Case, error) {
	e := &s.entries[i]
	var out []Case
	for v := range s.each {
		m := &maker{src: s, words: words, n: v,
			rng:  rand.New(rand.NewPCG(hash(s.file, e.text), uint64(v))),
			deck: rand.New(rand.NewPCG(hash(s.file, e.text), 1<<32))}
		c := Case{ID: fmt.Sprintf("%s:%d#%d", s.file, e.line, v), Attack: s.attack, Label: s.label, File: s.file, Shape: i}
		err := m.make(&c, e.text)
		if err == errNoPlace {
			continue
		}
		if err != nil {
			return nil, err
		}
		// Two variants of a shape without holes are one call.
		if !slices.ContainsFunc(out, func(o Case) bool {
			return string(o.Request) == string(c.Request) && string(o.Response) == string(c.Response)
		}) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no call can be made of %q", strings.TrimSpace(e.text))
	}
	return out, nil
}
