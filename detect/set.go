package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"sort"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"spaniel/detect/geo"
	"spaniel/detect/list"
	"spaniel/detect/prefilter"
	"spaniel/detect/text"
	"spaniel/event"
)

// A Source is a tree of rule files: the embedded ones, or a directory. Files
// ending in .yaml or .yml are read, each may hold several YAML documents.
type Source struct {
	// Name stands before the paths in messages: "builtin", "rules.d".
	Name string
	FS   fs.FS
}

// LoadOptions choose among the rules found.
type LoadOptions struct {
	// Disable lists rule ids that are left out; an unknown one is a problem.
	Disable []string
	// Packs, if any, are the only packs used (first words of categories);
	// rules of other packs are checked all the same.
	Packs []string
	// Beside are sources of which only the rules are taken whose alerts the
	// others count: what a file of rules is tested with. They are marked.
	Beside []Source
	// Lists are named lists beside those in the sources.
	Lists []ListFile
	// Meanings correct what calls mean; a bad one is a problem of the set.
	Meanings []Meaning
	// Exceptions keep calls from being judged.
	Exceptions []Exception
	// Geo tells countries and networks; nil: nothing does.
	Geo *geo.DB
	// Zone is that of hour() and weekday(); nil: UTC.
	Zone *time.Location
	// Specs are files in which APIs say what operations they have.
	Specs []SpecFile
}

// A Set is a loaded rule set: immutable, shared by judges and stages.
type Set struct {
	rules []*Rule
	byID  map[string]*Rule
	hash  string
	lang  *language
	index *prefilter.Index
	// on are the rules about what is no call, by its kind.
	on map[event.Kind][]int
	// whole are the rules that judge no call of which a part is missing, a bit for
	// each.
	whole []uint64
	// joined has, by the id of a rule, the aggregates that count its alerts.
	joined map[string][]joined
	lists  []*list.List
	except exceptions
	// meanings correct what calls mean, in the order of asking.
	meanings []meaning
	lint     *linter // while rules are read
	around   around
	// learns is what rules ask for of learned facts.
	learns needs
}

// maxRules bounds a set.
const maxRules = 20_000

// Load reads, checks and compiles all rules. The error is a *LoadError that
// lists every problem found, or says what could not be read.
func Load(sources []Source, opt LoadOptions) (*Set, error) { return loadWith(sources, opt, nil) }

// loadWith lets lint, if there is one, look at each rule as it is read.
func loadWith(sources []Source, opt LoadOptions, lint *linter) (*Set, error) {
	s := &Set{byID: map[string]*Rule{}, lang: newLanguage(), lint: lint, around: around{geo: opt.Geo, zone: opt.Zone}}
	var problems []Problem
	problems = append(problems, s.loadLists(sources, opt)...)
	problems = append(problems, s.loadSpecs(opt.Specs)...)
	for _, src := range sources {
		problems = append(problems, s.loadSource(src)...)
	}
	s.beside(opt.Beside)
	known := maps.Clone(s.byID)
	problems = append(problems, s.choose(opt)...)
	problems = append(problems, s.joins(known)...)
	problems = append(problems, s.setMeanings(opt.Meanings)...)
	problems = append(problems, s.setExceptions(opt.Exceptions)...)
	if len(problems) > 0 {
		sortProblems(problems)
		return nil, &LoadError{Problems: problems}
	}
	sort.Slice(s.rules, func(i, j int) bool { return s.rules[i].ID < s.rules[j].ID })
	s.learns = learns(s.rules)
	s.hash, s.lint = s.withMeanings(s.sum()), nil
	s.lang.bodySieve = text.NewSieve(s.lang.bodyWords)
	s.arrange()
	s.arrangeExceptions()
	return s, nil
}

// learns is what lessons must hold for the rules to be asked.
func learns(rules []*Rule) (n needs) {
	for _, r := range rules {
		if r.win != nil {
			n |= r.win.plan.learns
		}
	}
	return n
}

// arrange makes the index of the rules, which do not change any more.
func (s *Set) arrange() {
	needs := make([]*prefilter.Needs, len(s.rules))
	s.whole = make([]uint64, (len(s.rules)+63)/64)
	for i, r := range s.rules {
		if r.skipIncomplete {
			s.whole[i>>6] |= 1 << (i & 63)
		}
		needs[i] = r.need
	}
	s.on = map[event.Kind][]int{}
	for i, r := range s.rules {
		for _, k := range r.On {
			if k != event.KindCall {
				s.on[k] = append(s.on[k], i)
			}
		}
	}
	s.index = prefilter.NewIndex(needs)
	s.lang.arranged = s.lang.arrangeTests()
}

// Hash names the set: 12 hex digits of a SHA-256 over its rules' sources and
// what its lists and specifications hold, and the meanings it was given.
func (s *Set) Hash() string { return s.hash }

// GeoFaults counts look-ups of addresses that a damaged database could not
// answer, since the set was loaded.
func (s *Set) GeoFaults() uint64 { return s.around.geo.Faults() }

// NewSince lists the rules that old has not, or has with another source.
func (s *Set) NewSince(old *Set) (list []*Rule) {
	for _, r := range s.rules {
		if o := old.byID[r.ID]; o == nil || o.hash != r.hash {
			list = append(list, r)
		}
	}
	return list
}

// Rules lists the rules by id; the caller must not change them.
func (s *Set) Rules() []*Rule { return s.rules }

// Rule returns the rule with that id, nil if there is none.
func (s *Set) Rule(id string) *Rule { return s.byID[id] }

func (s *Set) sum() string {
	h := sha256.New()
	for _, r := range s.rules {
		fmt.Fprintf(h, "%s\x00%s\x00", r.ID, r.hash)
	}
	for _, l := range s.lists {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", l.Name, l.Kind, l.Hash)
	}
	for _, x := range s.except.list {
		fmt.Fprintf(h, "%q", fmt.Sprint(x))
	}
	if s.around.geo != nil {
		fmt.Fprintf(h, "geo\x00%s\x00", s.around.geo.Hash())
	}
	if s.around.zone != nil {
		fmt.Fprintf(h, "zone\x00%s\x00", s.around.zone)
	}
	for _, spec := range s.around.specs {
		fmt.Fprintf(h, "spec\x00%s\x00", spec.hash)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

func (s *Set) loadSource(src Source) []Problem {
	names, problems := src.files(".yaml", ".yml")
	for _, name := range names {
		shown := src.shown(name)
		text, err := readBounded(src.FS, name, maxFile)
		if err != nil {
			problems = append(problems, Problem{File: shown, Line: 1, Col: 1, Message: "the file cannot be read: " + readCause(err)})
			continue
		}
		problems = append(problems, s.loadFile(shown, text)...)
	}
	return problems
}

func (s *Set) loadFile(name, text string) []Problem {
	// Line ends are made one kind, so that a rule set has one hash whatever
	// checked it out.
	d := &document{name: name, text: strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")}
	bodies := d.parse()
	for i, body := range bodies {
		s.add(d, body, d.source(bodies, i))
	}
	return d.problems
}

func (s *Set) add(d *document, body ast.Node, source string) {
	before := len(d.problems)
	r := d.rule(s.lang, body, source)
	if r.ID == "" {
		return
	}
	if other, twice := s.byID[r.ID]; twice {
		d.problem(r.Line, 1, 1, "choose another id, or disable the other", "rule %q is already in %s:%d", r.ID, other.File, other.Line)
		return
	}
	if len(s.rules) == maxRules {
		d.problem(r.Line, 1, 1, "", "a set has at most %d rules", maxRules)
		return
	}
	s.byID[r.ID] = r
	if len(d.problems) == before {
		s.rules = append(s.rules, r)
		if s.lint != nil {
			s.lint.rule(d, body, r)
		}
	}
}

// source is the text of one of the documents: from its first line to the
// first line of the next.
func (d *document) source(bodies []ast.Node, i int) string {
	lines := strings.Split(d.text, "\n")
	from, to := 1, len(lines)+1
	if i > 0 {
		from = bodies[i].GetToken().Position.Line
	}
	if i+1 < len(bodies) {
		to = bodies[i+1].GetToken().Position.Line
	}
	from = min(max(from, 1), len(lines))
	to = min(max(to, from+1), len(lines)+1)
	return strings.Join(lines[from-1:to-1], "\n")
}

// choose drops the rules that the options leave out.
func (s *Set) choose(opt LoadOptions) (problems []Problem) {
	off := map[string]bool{}
	var ids []string
	for id := range s.byID {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range opt.Disable {
		off[id] = true
		if s.byID[id] == nil {
			problems = append(problems, Problem{File: "disable", Line: 1, Col: 1, Message: fmt.Sprintf("there is no rule %q", id), Remedy: suggest(id, ids)})
		}
	}
	for _, p := range opt.Packs {
		if !contains(packs(), p) {
			problems = append(problems, Problem{File: "packs", Line: 1, Col: 1, Message: fmt.Sprintf("there is no pack %q", p), Remedy: suggest(p, packs())})
		}
	}
	kept := s.rules[:0]
	for _, r := range s.rules {
		pack, _, _ := strings.Cut(r.Category, "/")
		if off[r.ID] || len(opt.Packs) > 0 && !contains(opt.Packs, pack) {
			delete(s.byID, r.ID)
			continue
		}
		kept = append(kept, r)
	}
	s.rules = kept
	return problems
}
