package detect

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/expr-lang/expr/ast"

	"spaniel/detect/text"
)

// search is a regular expression or a word list, with what a text must hold
// for it to find anything.
type search struct {
	find finder
	// needs lists bytes of which a text must hold one; "" if nothing is known.
	needs string
	// also is a second such list.
	also string
	// words lists words, in lower case, of which a text must hold one without
	// regard to ASCII case; none if nothing is known.
	words []string
	// noNumber says that it finds nothing in digits and dots alone, nor in nothing.
	noNumber bool
	// cost is how many steps a byte is worth; 0 is 1.
	cost int
}

// literalSearch is the search of reads or contains_any with that literal. It is
// asked for several times of each.
func (l *language) literalSearch(function string, lit ast.Node) (search, bool) {
	key := function + " " + lit.String()
	s, known := l.literals[key]
	if !known {
		s = newLiteralSearch(function, lit)
		l.literals[key] = s
	}
	return s, s.find != nil
}

// newLiteralSearch makes it; without find there is none.
func newLiteralSearch(function string, lit ast.Node) search {
	switch function {
	case "reads":
		if p, ok := constant(regexLiteral, lit).(*pattern); ok {
			s := regexSearch(p.Regexp)
			s.cost = p.cost
			return s
		}
	case "wildcard":
		if w, ok := constant(wildcardLiteral, lit).(*text.Wildcard); ok {
			return screened(w.Match, []string{w.Longest()}, false)
		}
	case "contains_any":
		if n, ok := constant(needleLiteral, lit).(*needles); ok {
			return screened(n.find, n.lower, false)
		}
	}
	return search{}
}

func regexSearch(re *regexp.Regexp) search {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return search{find: regexTest(re)} // cannot be: it was compiled
	}
	s := screened(regexTest(re), requiredWords(tree), true)
	s.also = requiredBytes(tree, s.needs)
	s.noNumber = beyondNumber(tree)
	if r := requiredRun(tree); r != nil {
		find := s.find
		s.find = func(s string) (int, string, bool) {
			if !r.in(s) {
				return 0, "", false
			}
			return find(s)
		}
	}
	return s
}

// A byteRun is bytes of which a text must hold so many in a row.
type byteRun struct {
	of [256]bool
	n  int
}

func (r *byteRun) in(s string) bool {
	n := 0
	for i := range len(s) {
		if !r.of[s[i]] {
			n = 0
		} else if n++; n >= r.n {
			return true
		}
	}
	return false
}

// requiredRun returns a run that every match of the expression holds, nil if it
// cannot be said.
func requiredRun(re *syntax.Regexp) (best *byteRun) {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return requiredRun(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if r := requiredRun(sub); r != nil && (best == nil || r.n > best.n) {
				best = r
			}
		}
	case syntax.OpRepeat:
		if re.Min < 3 || re.Sub[0].Op != syntax.OpCharClass {
			return nil
		}
		r := &byteRun{n: re.Min}
		for i := 0; i < len(re.Sub[0].Rune); i += 2 {
			if re.Sub[0].Rune[i+1] >= 0x80 {
				return nil
			}
			for c := re.Sub[0].Rune[i]; c <= re.Sub[0].Rune[i+1]; c++ {
				r.of[c] = true
			}
		}
		return r
	}
	return best
}

// screened puts a look for the words before find. wide says that find may
// fold letters beyond ASCII: the Kelvin sign is a k to a regular expression.
func screened(find finder, words []string, wide bool) search {
	if len(words) == 0 || shortestOf(words) == 0 {
		return search{find: find}
	}
	var bytes []byte
	for _, w := range words {
		b := text.Rarest(w)
		bytes = append(bytes, b)
		if 'a' <= b && b <= 'z' {
			bytes = append(bytes, b-'a'+'A')
		}
	}
	const folds = "\u017f\u212a" // the long s, the Kelvin sign
	if wide {
		bytes = append(bytes, folds[0], folds[2])
	}
	needs, held := string(bytes), words
	if wide {
		held = append(words[:len(words):len(words)], folds[:2], folds[2:])
	}
	if shortestOf(words) < 2 {
		return search{find: behindBytes(find, needs), needs: needs, words: held}
	}
	list := text.NewWords(words)
	return search{needs: needs, words: held, find: func(s string) (int, string, bool) {
		if !list.In(s) && !(wide && holdsFold(s)) {
			return 0, "", false
		}
		return find(s)
	}}
}

// holdsFold reports a sign that a regular expression folds to a letter of ASCII: the
// long s or the Kelvin sign. Hardly a text has the first byte of one.
func holdsFold(s string) bool {
	return strings.IndexByte(s, '\u017f'>>6|0xc0) >= 0 && strings.ContainsRune(s, '\u017f') || strings.IndexByte(s, '\u212a'>>12|0xe0) >= 0 && strings.ContainsRune(s, '\u212a')
}

// behindBytes puts a look for the bytes before find.
func behindBytes(find finder, needs string) finder {
	var of [256]bool
	for i := range len(needs) {
		of[needs[i]] = true
	}
	return func(s string) (int, string, bool) {
		for i := range len(s) {
			if of[s[i]] {
				return find(s)
			}
		}
		return 0, "", false
	}
}

// maxWords bounds the words a regular expression is screened by.
const maxWords = 64

// requiredWords returns words, in lower case, of which every match of the
// expression holds one, without regard to ASCII case; none if it cannot be
// said.
func requiredWords(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r >= 0x80 {
				return nil
			}
		}
		return []string{lowerASCII(string(re.Rune))}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredWords(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredWords(re.Sub[0])
		}
	case syntax.OpConcat:
		return wordsInRow(re.Sub)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			w := requiredWords(sub)
			if len(w) == 0 || len(all)+len(w) > maxWords {
				return nil
			}
			all = append(all, w...)
		}
		return all
	}
	return nil
}

// wordsInRow is requiredWords of parts in a row: those of one of them, or all that
// parts beside each other spell.
func wordsInRow(subs []*syntax.Regexp) (best []string) {
	take := func(words []string) {
		if len(words) > 0 && shortestOf(words) > 0 && better(words, best) {
			best = words
		}
	}
	var row []string // what the parts up to here spell
	for _, sub := range subs {
		take(requiredWords(sub))
		spelled := spellings(sub)
		longer := joinedWords(row, spelled)
		if longer == nil {
			take(row)
			longer = spelled
		}
		row = longer
	}
	take(row)
	return best
}

// joinedWords are the words of which each is one of a, then one of b; nil if one
// list is not known, or they are too many.
func joinedWords(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > maxWords {
		return nil
	}
	list := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			if len(x)+len(y) > maxSpelled {
				return nil
			}
			list = append(list, x+y)
		}
	}
	return list
}

// maxSpelled bounds the words that parts spell together.
const maxSpelled = 64

// spellings are all texts that an expression matches, in lower case and without
// regard to ASCII case; nil if it cannot be said, or they are many.
func spellings(re *syntax.Regexp) (list []string) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpLiteral:
		return requiredWords(re)
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if r >= 0x80 || len(list) == maxSpelledClass {
					return nil
				}
				list = append(list, lowerASCII(string(r)))
			}
		}
		return list
	case syntax.OpCapture:
		return spellings(re.Sub[0])
	case syntax.OpQuest:
		if list = spellings(re.Sub[0]); list == nil {
			return nil
		}
		return append([]string{""}, list...)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			s := spellings(sub)
			if s == nil || len(list)+len(s) > maxWords {
				return nil
			}
			list = append(list, s...)
		}
		return list
	case syntax.OpConcat:
		list = []string{""}
		for _, sub := range re.Sub {
			if list = joinedWords(list, spellings(sub)); list == nil {
				return nil
			}
		}
		return list
	}
	return nil
}

// maxSpelledClass bounds the characters of a class that are spelled.
const maxSpelledClass = 8

// better reports whether a screens better than b: its shortest word is longer,
// or its bytes are rarer.
func better(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) > 0
	}
	if x, y := shortestOf(a), shortestOf(b); x != y {
		return x > y
	}
	return text.Rarity(a) > text.Rarity(b)
}

func shortestOf(words []string) int {
	n := len(words[0])
	for _, w := range words {
		n = min(n, len(w))
	}
	return n
}
