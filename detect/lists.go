package detect

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"spaniel/detect/list"
)

// A ListFile is a file with a named list that is not among the rules.
type ListFile struct {
	// Name is what in_list calls it; Kind is cidr, exact, word, wildcard or regex.
	Name, Kind string
	// Source and Path say which file; Source is as for rules.
	Source Source
	Path   string
}

// maxLists bounds the named lists of a set.
const maxLists = 1000

// listSuffix ends the names of lists among the rules: tor-exits.cidr.list.
const listSuffix = ".list"

// loadLists reads the lists that stand among the rules, and those of opt.
// Rules are compiled with their names, so that they come first.
func (s *Set) loadLists(sources []Source, opt LoadOptions) (problems []Problem) {
	files := slices.Clone(opt.Lists)
	for _, src := range append(slices.Clone(sources), opt.Beside...) {
		names, ps := src.files(listSuffix)
		problems = append(problems, ps...)
		for _, name := range names {
			stem, kind, ok := cutLast(strings.TrimSuffix(path.Base(name), listSuffix), ".")
			if !ok {
				problems = append(problems, Problem{File: src.shown(name), Line: 1, Col: 1, Message: "the file's name does not say what kind of list it is", Remedy: "name it NAME.KIND.list, such as tor-exits.cidr.list"})
				continue
			}
			files = append(files, ListFile{Name: stem, Kind: kind, Source: src, Path: name})
		}
	}
	total := 0
	from := map[string]string{}
	for _, f := range files {
		l, ps := f.read()
		problems = append(problems, ps...)
		if l == nil {
			continue
		}
		shown := f.Source.shown(f.Path)
		other, twice := from[l.Name]
		from[l.Name] = shown
		total += l.Entries
		switch {
		case other == shown: // named by two rule files of one folder
		case twice:
			problems = append(problems, Problem{File: shown, Line: 1, Col: 1, Message: fmt.Sprintf("the list %q is already in %s", l.Name, other), Remedy: "name one of them otherwise"})
		case len(s.lists) == maxLists || total > list.MaxTotal:
			problems = append(problems, Problem{File: shown, Line: 1, Col: 1, Message: fmt.Sprintf("a set has at most %d lists with %d entries in all", maxLists, list.MaxTotal)})
		default:
			s.lists = append(s.lists, l)
		}
	}
	slices.SortFunc(s.lists, func(a, b *list.List) int { return cmp.Compare(a.Name, b.Name) })
	for i, l := range s.lists {
		s.lang.lists[l.Name] = i
		s.lang.kinds = append(s.lang.kinds, l.Kind)
	}
	return problems
}

// stemOf is the name of a list that stands among the rules, "" if it has none.
func stemOf(file string) string {
	stem, _, _ := cutLast(strings.TrimSuffix(path.Base(file), listSuffix), ".")
	return stem
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// read returns nil where the file is no list.
func (f *ListFile) read() (*list.List, []Problem) {
	shown := f.Source.shown(f.Path)
	fault := func(remedy, format string, args ...any) (*list.List, []Problem) {
		return nil, []Problem{{File: shown, Line: 1, Col: 1, Message: fmt.Sprintf(format, args...), Remedy: remedy}}
	}
	var kinds []string
	for _, k := range list.Kinds() {
		kinds = append(kinds, string(k))
	}
	if !contains(kinds, f.Kind) {
		remedy := suggest(f.Kind, kinds)
		if remedy == "" {
			remedy = "use " + strings.Join(kinds, ", ")
		}
		return fault(remedy, "there is no kind of list %q", f.Kind)
	}
	if !nameOfList(f.Name) {
		return fault("use letters, digits, - and _, 64 at most", "%q is no name of a list", f.Name)
	}
	text, err := readBounded(f.Source.FS, f.Path, list.MaxFile)
	if err != nil {
		return fault("", "the list cannot be read: %s", readCause(err))
	}
	l, faults := list.Parse(f.Name, list.Kind(f.Kind), text, searchOf)
	d := &document{name: shown, text: text}
	for _, x := range faults {
		d.problem(x.Line, x.Col, x.Width, x.Remedy, "%s", x.Message)
	}
	return l, d.problems
}

func nameOfList(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// shown is the name of a source's file in messages.
func (src *Source) shown(name string) string {
	if src.Name == "" {
		return name
	}
	return path.Join(src.Name, name)
}

// files lists the source's files with one of these endings, in order. Hidden
// ones are passed over, since that is where editors and orchestrators keep
// what is not yet, or no more, in force. A link is followed as far as FS lets
// it lead; what is no regular file is refused, as reading it might never end.
func (src *Source) files(suffixes ...string) (names []string, problems []Problem) {
	err := fs.WalkDir(src.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !slices.Contains(suffixes, path.Ext(name)):
			return nil
		}
		st, err := fs.Stat(src.FS, name)
		switch {
		case err != nil:
			problems = append(problems, Problem{File: src.shown(name), Line: 1, Col: 1, Message: "the file cannot be read: " + readCause(err)})
		case st.IsDir():
		case !st.Mode().IsRegular():
			problems = append(problems, Problem{File: src.shown(name), Line: 1, Col: 1, Message: "this is no regular file", Remedy: "put it elsewhere"})
		default:
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, []Problem{{File: src.Name, Line: 1, Col: 1, Message: "the rules cannot be read: " + readCause(err)}}
	}
	slices.Sort(names)
	return names, problems
}
