package prefilter

import (
	"math/bits"
	"slices"

	"spaniel/detect/text"
	"spaniel/event"
)

// An Index finds the rules that a call may concern, by what each needs. A rule
// that is not among them cannot fire on the call; one that is may still not.
// It is read-only and shared.
type Index struct {
	legs    []*leg
	rule    []int   // of each leg
	rules   int     // how many there are
	always  ruleSet // without a signal
	texts   []textIndex
	numbers []numberIndex
	words   []wordIndex
	headers map[string][]int
	lengths uint64 // of the names in headers, that of 63 and more as 63
	// leafSets have the rules by what must be found in leaves; ofLeaves are all
	// of those, ofBodies the rules that need something in a body.
	leafSets           []leafSet
	ofLeaves, ofBodies ruleSet
	// inHalf are those of ofBodies that look into one half alone, for nothing
	// that is slow to look for.
	inHalf [2]ruleSet
	// traits have the parts that they decide; own has, by rule, its other parts, and
	// ofOwn the rules that have such.
	traits []*traitIndex
	own    [][]Part
	ofOwn  ruleSet
}

type textIndex struct {
	get   func(*event.Call) string
	rules map[string][]int
}

type numberIndex struct {
	get   func(*event.Call) int
	rules map[int][]int
}

type wordIndex struct {
	get   func(*event.Call) string
	dict  *text.Dictionary
	rules []int // by finder
}

type leafSet struct {
	set   uint64
	rules ruleSet
}

// ruleSet is a set of rules by number.
type ruleSet []uint64

func newRuleSet(n int) ruleSet { return make(ruleSet, (n+63)/64) }

func (s ruleSet) add(i int) { s[i>>6] |= 1 << (i & 63) }

func (s ruleSet) meets(o ruleSet) bool {
	for i, word := range s {
		if word&o[i] != 0 {
			return true
		}
	}
	return false
}

func (s ruleSet) addAll(list []int) {
	for _, i := range list {
		s.add(i)
	}
}

// NewIndex arranges the rules, given by what they need.
func NewIndex(needs []*Needs) *Index {
	x := &Index{rules: len(needs)}
	for i, need := range needs {
		for _, l := range need.legs {
			x.legs, x.rule = append(x.legs, l), append(x.rule, i)
		}
	}
	x.arrange()
	return x
}

// arrange arranges the legs. What follows calls them rules, which each is by itself.
func (x *Index) arrange() {
	n := len(x.legs)
	*x = Index{legs: x.legs, rule: x.rule, rules: x.rules, always: newRuleSet(n), headers: map[string][]int{}, ofLeaves: newRuleSet(n), ofBodies: newRuleSet(n), inHalf: [2]ruleSet{newRuleSet(n), newRuleSet(n)}}
	texts, numbers := map[string]map[string][]int{}, map[string]map[int][]int{}
	wordRules, wordLists := map[string][]int{}, map[string][][]string{}
	var textNames, numberNames, wordNames []string // in the order they are met
	for i, need := range x.legs {
		switch s := &need.head; s.kind {
		case noSignal:
			x.always.add(i)
		case oneOfTexts:
			if texts[s.name] == nil {
				texts[s.name] = map[string][]int{}
				textNames = append(textNames, s.name)
			}
			for _, t := range s.texts {
				texts[s.name][t] = append(texts[s.name][t], i)
			}
		case oneOfNumbers:
			if numbers[s.name] == nil {
				numbers[s.name] = map[int][]int{}
				numberNames = append(numberNames, s.name)
			}
			for _, v := range s.whole {
				numbers[s.name][v] = append(numbers[s.name][v], i)
			}
		case hasHeader:
			for _, name := range s.texts {
				x.headers[name] = append(x.headers[name], i)
				x.lengths |= 1 << min(len(name), 63)
			}
		case hasWord:
			if wordRules[s.name] == nil {
				wordNames = append(wordNames, s.name)
			}
			wordRules[s.name], wordLists[s.name] = append(wordRules[s.name], i), append(wordLists[s.name], s.texts)
		}
		x.addLeaves(i, need.leaves)
		if len(need.bodies) > 0 {
			x.ofBodies.add(i)
			if half, ok := need.oneHalf(); ok {
				x.inHalf[half].add(i)
			}
		}
	}
	x.arrangeParts()
	for _, name := range textNames {
		x.texts = append(x.texts, textIndex{Text(name), texts[name]})
	}
	for _, name := range numberNames {
		x.numbers = append(x.numbers, numberIndex{Number(name), numbers[name]})
	}
	for _, name := range wordNames {
		x.words = append(x.words, wordIndex{Text(name), text.NewDictionary(wordLists[name]), wordRules[name]})
	}
}

func (x *Index) addLeaves(i int, set uint64) {
	if set == 0 {
		return
	}
	x.ofLeaves.add(i)
	for k := range x.leafSets {
		if x.leafSets[k].set == set {
			x.leafSets[k].rules.add(i)
			return
		}
	}
	rules := newRuleSet(len(x.legs))
	rules.add(i)
	x.leafSets = append(x.leafSets, leafSet{set, rules})
}

// Candidates returns the rules that may fire on the call in view, a bit for
// each, in memory that the view uses again. It asks for leaves and bodies only
// where a rule comes to depend on them.
func (x *Index) Candidates(v *View, answers Answers) []uint64 {
	c := v.Call
	out := append(v.candidates[:0], x.always...)
	v.candidates = out
	for i := range x.texts {
		out.addAll(x.texts[i].rules[x.texts[i].get(c)])
	}
	for i := range x.numbers {
		out.addAll(x.numbers[i].rules[x.numbers[i].get(c)])
	}
	for i := range x.words {
		w := &x.words[i]
		w.dict.Find(w.get(c), func(finder int) bool {
			out.add(w.rules[finder])
			return true
		})
	}
	if x.lengths != 0 {
		x.byHeader(v, out)
	}
	x.byParts(v, answers, out)
	x.byLeaves(v, out)
	x.byBodies(v, answers, out)
	return x.rulesOf(v, out)
}

// rulesOf are the rules of which a leg is left.
func (x *Index) rulesOf(v *View, legs ruleSet) ruleSet {
	n := (x.rules + 63) / 64
	v.found = slices.Grow(v.found[:0], n)[:n]
	clear(v.found)
	for i, word := range legs {
		for ; word != 0; word &= word - 1 {
			v.found.add(x.rule[i<<6+bits.TrailingZeros64(word)])
		}
	}
	return v.found
}

// byHeader adds the rules of the request's headers.
func (x *Index) byHeader(v *View, out ruleSet) {
	for i := range v.Call.Req.Headers {
		name := v.Call.Req.Headers[i].Name
		if x.lengths>>min(len(name), 63)&1 == 0 {
			continue
		}
		v.name = v.name[:0]
		for k := range len(name) {
			v.name = append(v.name, lower(name[k]))
		}
		out.addAll(x.headers[string(v.name)])
	}
}

// byLeaves takes away the rules for which nothing is in the leaves.
func (x *Index) byLeaves(v *View, out ruleSet) {
	asked := false
	for i, word := range x.ofLeaves {
		asked = asked || out[i]&word != 0
	}
	if !asked {
		return
	}
	v.allowed = append(v.allowed[:0], out...)
	clear(v.allowed)
	for k := range x.leafSets {
		if l := &x.leafSets[k]; v.MayHold(l.set) {
			for i, word := range l.rules {
				v.allowed[i] |= word
			}
		}
	}
	for i := range out {
		out[i] &^= x.ofLeaves[i] &^ v.allowed[i]
	}
}

// Answers says what the index cannot see of the call in view.
type Answers interface {
	// Holds reports whether a part, by its number, may hold.
	Holds(part int) bool
	// Trait returns the value of a trait, by its number: a text or a number.
	Trait(trait int) (text string, number int)
	// MayFind reports whether the finder may find something in that half's body.
	MayFind(half event.Direction, finder int) bool
	// Sifted reports whether that half was looked through already, which makes
	// asking cheap; nothing that no finder may find something in it but those
	// that are Slow.
	Sifted(half event.Direction) (sifted, nothing bool)
}

// byBodies takes away the rules for which nothing is in the bodies. A body is
// looked at when there is a rule that everything else leaves possible.
func (x *Index) byBodies(v *View, bodies Answers, out ruleSet) {
	for i := range out {
		for rest := out[i] & x.ofBodies[i]; rest != 0; {
			bit := bits.TrailingZeros64(rest)
			if n := x.legs[i<<6+bit]; !n.inBody(v, bodies) {
				out[i] &^= 1 << bit
			}
			rest &^= 1<<bit | x.needless(bodies, out, i)
		}
	}
}

// needless takes away, at once, the rules that look for something in a half in
// which there is nothing, and returns those of word i.
func (x *Index) needless(bodies Answers, out ruleSet, i int) (gone uint64) {
	for half := range x.inHalf {
		if _, nothing := bodies.Sifted(event.Direction(half)); nothing {
			gone |= x.inHalf[half][i]
			out[i] &^= x.inHalf[half][i]
		}
	}
	return gone
}

// inBody reports whether one of the finders may find something.
func (n *leg) inBody(v *View, bodies Answers) bool {
	for _, b := range n.bodies {
		if sifted, _ := bodies.Sifted(b.Half); !sifted && !n.filter.Possible(v) {
			return false
		}
		if bodies.MayFind(b.Half, b.Finder) {
			return true
		}
	}
	return false
}
