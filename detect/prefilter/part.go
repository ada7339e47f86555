package prefilter

import (
	"math/bits"
	"slices"
)

// A Part is a part of a condition that may stand in others too, by its number;
// the cheaper is asked before the dearer. Equal numbers are equal parts.
type Part struct {
	Number, Cost int
	// Trait is the number, from 1 on, of the trait that alone decides it; 0 if
	// others do, or more than one.
	Trait int
}

// arrangeParts finds the parts of each trait, and what else each rule has.
func (x *Index) arrangeParts() {
	x.ofOwn, x.own = newRuleSet(len(x.legs)), make([][]Part, len(x.legs))
	traits := map[int]*traitIndex{}
	for i, need := range x.legs {
		for _, p := range need.parts {
			if p.Trait == 0 {
				x.own[i] = append(x.own[i], p)
				x.ofOwn.add(i)
				continue
			}
			t := traits[p.Trait]
			if t == nil {
				t = &traitIndex{trait: p.Trait, rules: newRuleSet(len(x.legs)), at: map[int]int{}}
				traits[p.Trait] = t
			}
			t.add(i, p)
		}
		slices.SortStableFunc(x.own[i], func(a, b Part) int { return a.Cost - b.Cost })
	}
	for _, t := range traits {
		x.traits = append(x.traits, t)
	}
	slices.SortFunc(x.traits, func(a, b *traitIndex) int { return a.trait - b.trait })
}

// byParts takes away the rules of which a part does not hold; it asks only for
// parts of rules that are still there.
func (x *Index) byParts(v *View, answers Answers, out ruleSet) {
	for _, t := range x.traits {
		if t.rules.meets(out) {
			for i, word := range v.without(x, t, answers) {
				out[i] &^= word
			}
		}
	}
	for i := range out {
		for rest := out[i] & x.ofOwn[i]; rest != 0; rest &= rest - 1 {
			bit := bits.TrailingZeros64(rest)
			for _, p := range x.own[i<<6+bit] {
				if !answers.Holds(p.Number) {
					out[i] &^= 1 << bit
					break
				}
			}
		}
	}
}
