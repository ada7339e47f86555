package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"spaniel/detect"
)

// splitIDs tells the ids of rules from paths: a word that no file is called,
// and no file would be.
func splitIDs(args []string) (paths, ids []string) {
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil && !strings.ContainsAny(arg, `/\.`) {
			ids = append(ids, arg)
			continue
		}
		paths = append(paths, arg)
	}
	slices.Sort(ids)
	return paths, slices.Compact(ids)
}

// knownRules returns an error for the first id that no rule has, with the
// nearest that one has.
func knownRules(set *detect.Set, ids []string) error {
	var names []string
	for _, r := range set.Rules() {
		names = append(names, r.ID)
	}
	for _, id := range ids {
		if !slices.Contains(names, id) {
			return usage(fmt.Sprintf("there is no rule and no file %q", id), suggestion(id, names, "spaniel rules list shows the ids"))
		}
	}
	return nil
}
