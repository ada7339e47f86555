package main

import (
	"slices"

	"spaniel/bench/accuracy/corpus"
	"spaniel/event"
)

// tally counts the calls of one row. Of attacks: found by an alert of medium
// or more, by one of the right family, or only by weaker ones. Of benign calls:
// false alarms of medium or more, of any category, and weaker findings of attacks.
type tally struct {
	Calls int `json:"calls"`
	Found int `json:"found"`
	Right int `json:"right_family,omitempty"`
	Weak  int `json:"weak"`
	// Other is benign calls with a lesser finding of any category: about a
	// library, a header, a habit.
	Other int `json:"other,omitempty"`
}

func (t *tally) percent(n int) float64 {
	if t.Calls == 0 {
		return 0
	}
	return 100 * float64(n) / float64(t.Calls)
}

func (t *tally) add(c *corpus.Case, v *verdict) {
	t.Calls++
	worst := v.found()
	switch {
	case worst >= event.Medium || !c.Attack && v.worst >= event.Medium:
		t.Found++
	case worst > 0:
		t.Weak++
	}
	if !c.Attack && v.worst > 0 && v.worst < event.Medium {
		t.Other++
	}
	if c.Attack && v.names(c) {
		t.Right++
	}
}

// names reports whether an alert of medium or more is of the right family.
func (v *verdict) names(c *corpus.Case) bool {
	return v.family[c.Label] >= event.Medium || slices.ContainsFunc(c.Also, func(f string) bool { return v.family[f] >= event.Medium })
}

// table is tallies by name.
type table map[string]*tally

func (t table) at(name string) *tally {
	if t[name] == nil {
		t[name] = &tally{}
	}
	return t[name]
}

func (t table) names() []string {
	var out []string
	for n := range t {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// score is what one half comes to.
type score struct {
	Attacks    tally          `json:"attacks"`
	Odd        tally          `json:"attacks_encoded_or_placed_oddly"`
	Families   table          `json:"families"`
	Places     table          `json:"places"`
	Encodings  table          `json:"encodings"`
	Benign     tally          `json:"benign"`
	Groups     table          `json:"benign_groups"`
	Kinds      table          `json:"benign_kinds"`
	FalseRules map[string]int `json:"false_alarms_by_rule"`
	// Learned are groups of benign calls, each judged after its endpoint's others.
	Learned table `json:"benign_groups_after_learning,omitempty"`
	// Macro is the mean of the families' recall, Board the one number of the
	// design's table; both in percent.
	Macro float64 `json:"macro_recall"`
	Board float64 `json:"board"`
}

// Groups of benign kinds, as the goals are set.
const (
	everyday = "everyday strings"
	apis     = "API traffic"
	encoded  = "odd encodings"
	hard     = "hard benign"
)

// group says to which group a kind of benign calls belongs; API traffic is what
// no other claims.
func group(kind string) string {
	switch kind {
	case "everyday", "names", "filenames":
		return everyday
	case "blobs", "odd-encodings":
		return encoded
	case "code-talk", "sql-console", "templates", "log-shipping", "cms-html", "attack-talk":
		return hard
	}
	return apis
}

// common reports whether a payload stands where, and as, everybody looks.
func common(c *corpus.Case) bool {
	return (c.Encoding == "plain" || c.Encoding == "url") && slices.Contains([]string{"query", "form", "json", "request", "response", "graphql", "xml", "multipart"}, c.Place)
}

// sum makes the score of one half.
func sum(cases []corpus.Case, verdicts []verdict, half corpus.Half) *score {
	s := &score{Families: table{}, Places: table{}, Encodings: table{}, Groups: table{}, Kinds: table{}, FalseRules: map[string]int{}}
	for i := range cases {
		c, v := &cases[i], &verdicts[i]
		if c.Half != half {
			continue
		}
		if !c.Attack {
			for _, t := range []*tally{&s.Benign, s.Groups.at(group(c.Label)), s.Kinds.at(c.Label)} {
				t.add(c, v)
			}
			for _, r := range slices.Compact(slices.Sorted(slices.Values(v.rules))) {
				s.FalseRules[r]++
			}
			continue
		}
		for _, t := range []*tally{&s.Attacks, s.Families.at(c.Label), s.Places.at(c.Place), s.Encodings.at(c.Encoding)} {
			t.add(c, v)
		}
		if !common(c) {
			s.Odd.add(c, v)
		}
	}
	for _, t := range s.Families {
		s.Macro += t.percent(t.Found) / float64(len(s.Families))
	}
	e, a := s.Groups.at(everyday), s.Groups.at(apis)
	s.Board = (s.Attacks.percent(s.Attacks.Right) + 100 - (e.percent(e.Found)+a.percent(a.Found))/2) / 2
	return s
}
