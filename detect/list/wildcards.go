package list

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"spaniel/detect/text"
)

// wildcards is a list of patterns. Those with one star at an end, nearly all
// in practice, are looked up; the others are tried one by one.
type wildcards struct {
	dates[patterns]
	n, inner int
}

// patterns are those that end at one time.
type patterns struct {
	whole  map[string]bool
	starts starts // of "abc*"
	ends   starts // of "*abc", turned round
	inner  []*text.Wildcard
}

// starts is a sorted list of beginnings, none of which begins another: then
// only the last that is not greater than a text can be its beginning.
type starts []string

func (w *wildcards) add(entry string, until int64) (string, string) {
	if w.n++; w.n > MaxWildcards {
		return fmt.Sprintf("a list has at most %d wildcards", MaxWildcards), "split it into two lists"
	}
	p, fault, remedy := w.at(until)
	if fault != "" {
		return fault, remedy
	}
	c, err := text.NewWildcard(entry)
	if err != nil {
		return err.Error(), ""
	}
	switch lit, open := c.Simple(); open {
	case text.Whole:
		if p.whole == nil {
			p.whole = map[string]bool{}
		}
		p.whole[lit] = true
	case text.OpenEnd:
		p.starts = append(p.starts, lit)
	case text.OpenStart:
		p.ends = append(p.ends, reverse(lit))
	default:
		if w.inner++; w.inner > MaxInner {
			return fmt.Sprintf("a list has at most %d wildcards with a * or ? elsewhere than one * at one end", MaxInner), "split the list, or write a list of regular expressions"
		}
		p.inner = append(p.inner, c)
	}
	return "", ""
}

func (w *wildcards) finish() (string, string) {
	for _, p := range w.groups {
		p.starts, p.ends = p.starts.prune(), p.ends.prune()
	}
	return "", ""
}

func (w *wildcards) cost() int { return 1 + w.inner }

func (w *wildcards) find(s string, now int64) (int, string, bool) {
	low := text.Lower(s)
	return w.dates.find(now, func(p *patterns) (int, string, bool) { return 0, s, p.match(low) })
}

func (p *patterns) match(low string) bool {
	if p.whole[low] || p.starts.begin(low) || len(p.ends) > 0 && p.ends.begin(reverse(low)) {
		return true
	}
	for _, c := range p.inner {
		if c.MatchLower(low) {
			return true
		}
	}
	return false
}

func (list starts) prune() starts {
	slices.Sort(list)
	kept := list[:0]
	for _, s := range list {
		if n := len(kept); n == 0 || !strings.HasPrefix(s, kept[n-1]) {
			kept = append(kept, s)
		}
	}
	return kept
}

func (list starts) begin(s string) bool {
	i := sort.Search(len(list), func(i int) bool { return list[i] > s })
	return i > 0 && strings.HasPrefix(s, list[i-1])
}

// reverse turns the bytes round.
func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
