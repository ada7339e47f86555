package detect

import "maps"

// LoadText loads the rules of one text, called name in messages, by themselves.
// The error is a *LoadError.
func LoadText(name, text string) (*Set, error) {
	s := &Set{byID: map[string]*Rule{}, lang: newLanguage()}
	problems := s.loadFile(name, text)
	if problems = append(problems, s.joins(maps.Clone(s.byID))...); len(problems) > 0 {
		sortProblems(problems)
		return nil, &LoadError{Problems: problems}
	}
	s.hash = s.sum()
	return s, nil
}
