package list

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
)

// Limits of lists. What is beyond one is a fault of the list, told with its
// line; nothing is left out in silence.
const (
	// MaxFile is the bytes of one file.
	MaxFile = 32 << 20
	// MaxEntries is the entries of one list of networks or texts.
	MaxEntries = 500_000
	// MaxTotal is the entries of all lists of a set together, at some 100
	// bytes each 100 MB.
	MaxTotal = 1_000_000
	// MaxEntry is the bytes of one entry.
	MaxEntry = 1 << 10
	// MaxWildcards is the wildcards of one list; MaxInner of them may hold a *
	// or ? that is not one star at the start or at the end: those are tried
	// one by one.
	MaxWildcards, MaxInner = 50_000, 256
	// MaxSteps is the instructions of the one program that all regular
	// expressions of a list become.
	MaxSteps = 8 << 10
	// MaxDates is the different times at which wildcards or regular
	// expressions of one list expire: those of a time are one search.
	MaxDates = 32
	// maxFaults is how many faults are told of one list.
	maxFaults = 20
)

// Kind is how the entries of a list are compared with a value.
type Kind string

// The kinds of lists.
const (
	// CIDR holds networks and addresses; a value that is no address is in none.
	CIDR Kind = "cidr"
	// Exact holds texts, compared byte by byte.
	Exact Kind = "exact"
	// Word holds texts, compared without regard to ASCII case.
	Word Kind = "word"
	// Wildcard holds patterns of * and ? for the whole text, without regard to
	// ASCII case.
	Wildcard Kind = "wildcard"
	// Regex holds regular expressions (RE2), found anywhere in the text.
	Regex Kind = "regex"
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{CIDR, Exact, Word, Wildcard, Regex} }

// A Search finds something in a text: where, and what.
type Search = func(text string) (offset int, match string, ok bool)

// A List is a named list: immutable, shared.
type List struct {
	Name string
	Kind Kind
	// Entries is how many it has, expired ones included.
	Entries int
	// Hash names its contents: 16 hex digits of a SHA-256.
	Hash string
	// Cost is how many steps looking one byte up is worth.
	Cost int

	in contents
}

// contents is what a list of a kind is kept as.
type contents interface {
	// add takes an entry that holds while the clock is before until; it
	// returns what is wrong with it and how to mend that, or "".
	add(entry string, until int64) (fault, remedy string)
	// finish is called once, after the last entry.
	finish() (fault, remedy string)
	find(text string, now int64) (offset int, match string, ok bool)
	// cost is how many steps a byte is worth.
	cost() int
}

// A Fault is something wrong in a list's file. Line and Col count from 1.
type Fault struct {
	Line, Col, Width int
	Message, Remedy  string
}

// forever is the end of entries without one.
const forever = math.MaxInt64

// Parse reads a list. search makes the search for a regular expression's
// source; nil: the library's own.
func Parse(name string, kind Kind, text string, search func(expr string) (Search, error)) (*List, []Fault) {
	l := &List{Name: name, Kind: kind, in: newContents(kind, search)}
	if l.in == nil {
		return nil, []Fault{{1, 1, 1, fmt.Sprintf("there is no kind of list %q", kind), "use cidr, exact, word, wildcard or regex"}}
	}
	if len(text) > MaxFile {
		return nil, []Fault{{1, 1, 1, fmt.Sprintf("the list has %d bytes, at most %d are allowed", len(text), MaxFile), "split it into two lists"}}
	}
	sum := sha256.New()
	var faults []Fault
	n := 0
	for raw := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		n++
		ln, err := parseLine(strings.TrimSuffix(raw, "\r"))
		if err == nil && ln.entry == "" {
			continue
		}
		if err == nil {
			if l.Entries++; l.Entries > MaxEntries {
				return nil, append(faults, Fault{n, 1, 1, fmt.Sprintf("a list has at most %d entries", MaxEntries), "split it into two lists"})
			}
			if msg, remedy := l.in.add(ln.entry, ln.until); msg != "" {
				err = &lineFault{ln.col, ln.width, msg, remedy}
			}
		}
		if err != nil {
			if faults = append(faults, Fault{n, err.col, max(1, err.width), err.message, err.remedy}); len(faults) == maxFaults {
				break
			}
			continue
		}
		fmt.Fprintf(sum, "%q %d\n", ln.entry, ln.until)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if msg, remedy := l.in.finish(); msg != "" {
		return nil, []Fault{{1, 1, 1, msg, remedy}}
	}
	l.Hash, l.Cost = hex.EncodeToString(sum.Sum(nil)[:8]), l.in.cost()
	return l, nil
}

func newContents(kind Kind, search func(string) (Search, error)) contents {
	switch kind {
	case CIDR:
		return &networks{}
	case Exact:
		return &texts{until: map[string]int64{}}
	case Word:
		return &texts{until: map[string]int64{}, fold: true}
	case Wildcard:
		return &wildcards{}
	case Regex:
		return &expressions{search: search}
	}
	return nil
}

// Find reports whether an entry that holds at now (ns since 1970, by the
// packets' clock) finds something in text, where, and what.
func (l *List) Find(text string, now int64) (offset int, match string, ok bool) {
	return l.in.find(text, now)
}
