package detect

import (
	"spaniel/detect/list"
	"spaniel/detect/prefilter"
	"spaniel/detect/text"
	"spaniel/event"
)

// scope is what an expression sees of one call. One scope serves a judge for
// all calls and all rules: it is passed by pointer, each field is computed at
// most once per call, when first asked for, and boxed then.
type scope struct {
	lang    *language
	ruleset string
	call    *event.Call
	box     []any
	has     []bool
	used    []int // fields computed for this call
	leaves  []*Leaf
	store   []Leaf
	finds   []find
	agents  agentNames
	weak    map[string]bool // whether a token's secret is weak, by its signature
	tokenList
	outlet
	prints  prints
	answers answers
	own     eval
	// steps is what evaluating the rule under judgement has cost so far, budget
	// what it may cost; 0 is any.
	steps, budget int
	// weight is how many steps a byte is worth just now; 0 is 1.
	weight int
	// lists are those of the set, by place.
	lists  []*list.List
	around around
	places places
	// view, if there is one, says beforehand what matchers find in leaves.
	view *prefilter.View
	// sifted is what may be found in the bodies, by direction.
	sifted [2]halfSieve
	// made are texts that are made of the call, at most once; kept are texts of
	// lately.
	made     [madeTexts]madeText
	kept     texts
	joined   []byte // scratch of made texts
	specSays specAnswer
	noNote   event.Noted // of a call: nothing
}

func newScope(lang *language, cfg *Config, ruleset string) *scope {
	n := len(lang.fields)
	s := &scope{lang: lang, outlet: outlet{cfg: cfg}, ruleset: ruleset, box: make([]any, n), has: make([]bool, n), used: make([]int, 0, n), budget: cfg.Limits.complete().RuleSteps}
	s.own.scope = s
	return s
}

// reset turns the scope to another call.
func (s *scope) reset(c *event.Call) {
	s.call = c
	if s.view != nil {
		s.view.Reset(c)
	}
	for _, i := range s.used {
		s.has[i], s.box[i] = false, nil
	}
	s.used, s.finds = s.used[:0], s.finds[:0]
	s.tokenList.reset()
	s.specSays = specAnswer{}
	s.sifted[0].asked, s.sifted[1].asked = false, false
	s.made = [madeTexts]madeText{}
	s.own.leaf, s.own.token, s.own.header = nil, nil, nil
}

// release lets go of the call, whose memory is borrowed.
func (s *scope) release() {
	s.reset(nil)
	clear(s.store)
}

// field returns the value of field i of this call.
func (s *scope) field(i int) any {
	if !s.has[i] {
		s.box[i] = s.lang.fields[i].get(s)
		s.has[i] = true
		s.used = append(s.used, i)
	}
	return s.box[i]
}

// allLeaves makes the leaves as expressions see them.
func (s *scope) allLeaves() []*Leaf {
	leaves := s.call.Leaves()
	if cap(s.store) < len(leaves) {
		s.store = make([]Leaf, len(leaves))
		s.leaves = make([]*Leaf, len(leaves))
		for i := range s.store {
			s.leaves[i] = &s.store[i]
		}
	}
	s.store = s.store[:len(leaves)]
	for i := range leaves {
		l := &leaves[i]
		s.store[i] = Leaf{Place: l.Place, Key: l.Key, Kind: l.Kind.String(), Type: l.Type, Value: l.Value, leaf: l}
	}
	return s.leaves[:len(leaves)]
}

func (s *scope) hash(kind, secret string) string {
	if s.cfg.Hash == nil || secret == "" {
		return ""
	}
	return s.cfg.Hash(kind, secret)
}

// lowerASCII is text.Lower.
func lowerASCII(s string) string { return text.Lower(s) }
