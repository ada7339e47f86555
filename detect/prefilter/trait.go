package prefilter

import "hash/maphash"

// A trait is a field of which calls have few values: a status, a method, a type of
// content. Which rules it rules out is found once for each value.
type traitIndex struct {
	trait int
	rules ruleSet // that have a part it decides
	parts []traitPart
	at    map[int]int // of a part in parts, by number
}

type traitPart struct {
	number int
	rules  ruleSet
}

// add notes that rule i has the part.
func (t *traitIndex) add(i int, p Part) {
	k, ok := t.at[p.Number]
	if !ok {
		k = len(t.parts)
		t.at[p.Number] = k
		t.parts = append(t.parts, traitPart{p.Number, newRuleSet(len(t.rules) * 64)})
	}
	t.parts[k].rules.add(i)
	t.rules.add(i)
}

// ruledOut are the rules that a value of a trait rules out.
type ruledOut struct {
	known  bool
	number int
	text   []byte // its memory is used again
	rules  ruleSet
}

const (
	traitValues = 256     // remembered of a trait at most
	traitLen    = 256     // bytes of the longest text remembered
	traitWords  = 1 << 14 // of the sets of a trait
)

// traitMemory has, by trait, tables in which a newer value takes the place of an
// older one.
type traitMemory struct {
	of     *Index
	seed   maphash.Seed
	tables [][]ruledOut
	latest []*ruledOut // by trait, of the call before: the next is mostly like it
	once   ruledOut    // what is not remembered
}

// without is the set of rules that the call's value of a trait rules out.
func (v *View) without(x *Index, t *traitIndex, answers Answers) ruleSet {
	m := &v.traits
	if m.of != x {
		*m = traitMemory{of: x, seed: maphash.MakeSeed()}
	}
	for len(m.tables) <= t.trait {
		m.tables, m.latest = append(m.tables, nil), append(m.latest, nil)
	}
	if m.tables[t.trait] == nil {
		m.tables[t.trait] = make([]ruledOut, max(1, min(traitValues, traitWords/len(t.rules))))
	}
	text, number := answers.Trait(t.trait)
	if e := m.latest[t.trait]; e != nil && e.number == number && string(e.text) == text {
		return e.rules
	}
	e := &m.once
	if e.known = false; len(text) <= traitLen {
		h := uint64(number) * 0x9e3779b97f4a7c15 >> 32
		if text != "" {
			h += maphash.String(m.seed, text)
		}
		e = &m.tables[t.trait][h%uint64(len(m.tables[t.trait]))]
		m.latest[t.trait] = e
	}
	if !e.known || e.number != number || string(e.text) != text {
		e.known, e.number, e.text = true, number, append(e.text[:0], text[:min(len(text), traitLen)]...)
		e.rules = append(e.rules[:0], t.rules...)
		clear(e.rules)
		t.find(answers, e.rules)
	}
	return e.rules
}

// find adds the rules that are ruled out.
func (t *traitIndex) find(answers Answers, out ruleSet) {
	for k := range t.parts {
		if p := &t.parts[k]; !answers.Holds(p.number) {
			for i, word := range p.rules {
				out[i] |= word
			}
		}
	}
}
