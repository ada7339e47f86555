package corpus

import (
	"cmp"
	"hash/fnv"
	"path"
	"slices"
)

// SplitSeed decides which files are tuned on. It is recorded so that the halves
// stay what they were; a new one would show the matchers what they were judged by.
const SplitSeed = "20261127"

// Split tells for each file to which half it belongs: of each folder's files,
// ordered by a hash of seed and name, every second one is tuned on.
func Split(files []string) map[string]Half {
	folders := map[string][]string{}
	for _, f := range files {
		folders[path.Dir(f)] = append(folders[path.Dir(f)], f)
	}
	out := map[string]Half{}
	for dir, list := range folders {
		slices.SortFunc(list, func(a, b string) int { return cmp.Compare(hash(SplitSeed, a), hash(SplitSeed, b)) })
		for i, f := range list {
			// Folders begin with either half, so that those with an odd number even out.
			if (i+int(hash(SplitSeed, dir)>>8))%2 == 0 {
				out[f] = Tune
			} else {
				out[f] = Report
			}
		}
	}
	return out
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
