package detect

import (
	"slices"
	"strings"

	"spaniel/detect/taxonomy"
)

// A CoveredEntry is one item of a public list, with the ids of the rules that
// name it. A rule that names a part (T1110.003) covers the whole (T1110), too.
type CoveredEntry struct {
	Ref   string   `json:"ref"`
	Name  string   `json:"name"`
	Rules []string `json:"rules"`
}

// A CoveredList is a public list with what of it rules cover.
type CoveredList struct {
	Key     string         `json:"key"`
	Title   string         `json:"title"`
	Whole   bool           `json:"whole"` // all of the list is here, not only what HTTP shows
	Covered int            `json:"covered"`
	Entries []CoveredEntry `json:"entries"`
}

// Coverage says which rules of the set cover what of the public lists, in the
// lists' order. What rules name and the lists here have not is added to those
// that are not whole. Rules that are only beside the set do not count.
func (s *Set) Coverage() []CoveredList {
	var out []CoveredList
	for _, sc := range taxonomy.Schemes() {
		list := CoveredList{Key: sc.Key, Title: sc.Title, Whole: sc.Closed, Entries: []CoveredEntry{}}
		for _, e := range taxonomy.Entries() {
			if strings.HasPrefix(e.Ref, sc.Key+":") {
				list.Entries = append(list.Entries, CoveredEntry{Ref: e.Ref, Name: e.Name, Rules: []string{}})
			}
		}
		for _, r := range s.rules {
			if !r.Beside {
				list.add(r)
			}
		}
		for _, e := range list.Entries {
			if len(e.Rules) > 0 {
				list.Covered++
			}
		}
		if len(list.Entries) > 0 {
			out = append(out, list)
		}
	}
	return out
}

// add notes what a rule covers of the list.
func (l *CoveredList) add(r *Rule) {
	for _, ref := range r.Refs {
		key, id, _ := strings.Cut(ref, ":")
		if msg, _ := taxonomy.Check(ref); key != l.Key || msg != "" {
			continue
		}
		l.cover(ref, r.ID, true)
		if whole, _, part := strings.Cut(id, "."); part {
			l.cover(key+":"+whole, r.ID, false)
		}
	}
}

// cover notes a rule at an entry, which is made if it may be.
func (l *CoveredList) cover(ref, rule string, make bool) {
	i := slices.IndexFunc(l.Entries, func(e CoveredEntry) bool { return e.Ref == ref })
	if i < 0 {
		if !make || l.Whole {
			return
		}
		l.Entries = append(l.Entries, CoveredEntry{Ref: ref, Rules: []string{}})
		i = len(l.Entries) - 1
	}
	if !slices.Contains(l.Entries[i].Rules, rule) {
		l.Entries[i].Rules = append(l.Entries[i].Rules, rule)
	}
}
