package corpus

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"strings"
)

// splitSeed draws the half of a new file. What was drawn is recorded in
// split.txt, so that no file changes sides when others come: then the matchers
// would be tuned on what they are judged by.
const splitSeed = "20261127"

// split is the half of each file.
type split map[string]Half

func readSplit(fsys fs.FS) (split, error) {
	raw, err := fs.ReadFile(fsys, "split.txt")
	if err != nil {
		return nil, fmt.Errorf("reading which files are tuned on: %w", err)
	}
	out := split{}
	for l := range strings.SplitSeq(string(raw), "\n") {
		if h, file, ok := strings.Cut(l, " "); ok && h != ";;" {
			out[file] = Half(h)
		}
	}
	return out, nil
}

// of returns the half of a file; probes, which are no part of a split, have none.
func (s split) of(file string) (Half, error) {
	h, ok := s[file]
	switch {
	case h == Tune || h == Report:
		return h, nil
	case strings.HasPrefix(file, "probes/"):
		return "", nil
	case ok:
		return "", fmt.Errorf("split.txt: %q is no half", h)
	}
	h = Tune
	if hash(splitSeed, file)%2 == 0 {
		h = Report
	}
	return "", fmt.Errorf("split.txt does not have %s: add the line `%s %s`", file, h, file)
}

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p)) // never fails
		h.Write([]byte{0})
	}
	// FNV alone keeps names that differ in their end close together.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
