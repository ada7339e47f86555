package list

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// expressions is a list of regular expressions; those that end at one time
// become one, so that a text is walked once for all of them.
type expressions struct {
	dates[alternatives]
	search func(string) (Search, error)
	steps  int
}

type alternatives struct {
	sources []string
	find    Search
}

func (x *expressions) add(entry string, until int64) (string, string) {
	re, err := syntax.Parse(entry, syntax.Perl)
	if err != nil {
		return err.Error(), "put an entry that is meant as it stands between \\Q and \\E"
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return err.Error(), ""
	}
	if x.steps += len(prog.Inst); x.steps > MaxSteps {
		return fmt.Sprintf("the regular expressions of a list compile to more than %d steps", MaxSteps), "lower repetition counts, or split the list"
	}
	a, fault, remedy := x.at(until)
	if fault == "" {
		a.sources = append(a.sources, "(?:"+entry+")")
	}
	return fault, remedy
}

func (x *expressions) finish() (string, string) {
	for _, a := range x.groups {
		var err error
		if a.find, err = x.compile(strings.Join(a.sources, "|")); err != nil {
			return fmt.Sprintf("the regular expressions do not go together: %v", err), ""
		}
	}
	return "", ""
}

func (x *expressions) compile(src string) (Search, error) {
	if x.search != nil {
		return x.search(src)
	}
	re, err := regexp.Compile(src)
	if err != nil {
		return nil, err
	}
	return func(s string) (int, string, bool) {
		loc := re.FindStringIndex(s)
		if loc == nil {
			return 0, "", false
		}
		return loc[0], s[loc[0]:loc[1]], true
	}, nil
}

// cost: a text may keep a good part of the program's steps busy at each byte.
func (x *expressions) cost() int { return 1 + x.steps/16 }

func (x *expressions) find(s string, now int64) (int, string, bool) {
	return x.dates.find(now, func(a *alternatives) (int, string, bool) { return a.find(s) })
}
