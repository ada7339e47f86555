package detect

import "unicode"

// knownPart parts a condition on a call in two: what the call alone says,
// which its shard decides, and what asks for what was learned, which the
// ordered stage decides, since it knows what came before. They are the operands
// of && that hold no learned fact, and those that do. In each text, blanks stand
// in the place of the other, so that every offset stays what it was; known is ""
// where nothing learned is asked for.
func knownPart(src string) (call, known string) {
	runes := []rune(src)
	asks := factsIn(runes)
	if len(asks) == 0 {
		return src, ""
	}
	a, b := blank(runes), blank(runes)
	emptyA, emptyB := true, true
	for _, p := range conjuncts(runes) {
		into, first := a, &emptyA
		if holdsAny(p, asks) {
			into, first = b, &emptyB
		}
		if !*first {
			copy(into[p.from-2:], []rune("&&"))
		}
		*first = false
		copy(into[p.from:p.to], runes[p.from:p.to])
	}
	if emptyA {
		copy(a, []rune("true"))
	}
	return string(a), string(b)
}

// span is a part of a text, in runes.
type span struct{ from, to int }

func holdsAny(p span, asks []span) bool {
	for _, s := range asks {
		if s.from >= p.from && s.from < p.to {
			return true
		}
	}
	return false
}

// blank is a text of blanks as long as runes, with its line ends.
func blank(runes []rune) []rune {
	out := make([]rune, len(runes))
	for i, r := range runes {
		if out[i] = ' '; r == '\n' {
			out[i] = r
		}
	}
	return out
}

// factsIn finds the calls of learned facts outside quotes.
func factsIn(runes []rune) []span {
	facts := learnedFacts()
	return callsIn(runes, func(name string) bool { return facts[name] != noFact })
}

// callsIn finds the names of functions that are called outside quotes.
func callsIn(runes []rune, of func(name string) bool) (list []span) {
	eachWord(runes, func(w span, _ int) {
		after := w.to
		for after < len(runes) && unicode.IsSpace(runes[after]) {
			after++
		}
		if after < len(runes) && runes[after] == '(' && (w.from == 0 || runes[w.from-1] != '.') && of(string(runes[w.from:w.to])) {
			list = append(list, w)
		}
	})
	return list
}

// eachWord calls f for each word outside quotes, with how many brackets are open;
// a character that is no part of a word, a blank or a bracket is a word too.
func eachWord(runes []rune, f func(w span, depth int)) {
	depth := 0
	for i := 0; i < len(runes); {
		switch r := runes[i]; {
		case r == '"' || r == '\'' || r == '`':
			i = skipQuote(runes, i)
			continue
		case r == '(' || r == '[' || r == '{':
			depth++
		case r == ')' || r == ']' || r == '}':
			depth--
		case isWord(r):
			end := i
			for end < len(runes) && isWord(runes[end]) {
				end++
			}
			f(span{i, end}, depth)
			i = end
			continue
		case !unicode.IsSpace(r):
			f(span{i, i + 1}, depth)
		}
		i++
	}
}

// conjuncts are the operands of the && that make up the whole text; the text
// itself where something that binds less stands outside all brackets.
func conjuncts(runes []rune) (parts []span) {
	from := 0
	whole := false
	last := -1 // where the latest & outside brackets stood
	cut := func(end, next int) {
		parts = append(parts, span{from, end})
		from = next
	}
	eachWord(runes, func(w span, depth int) {
		if depth != 0 {
			return
		}
		switch text := string(runes[w.from:w.to]); text {
		case "&":
			if last == w.from-1 {
				cut(last, w.to)
				last = -1
			} else {
				last = w.from
			}
		case "and":
			cut(w.from, w.to)
		case "or", "|", "?", ";":
			whole = true
		}
	})
	if whole {
		return []span{{0, len(runes)}}
	}
	return append(parts, span{from, len(runes)})
}

// onlyFacts finds what cannot stand beside learned facts in a condition on a
// call: aggregates, since there is no window yet.
func onlyFacts(known string) (faults []fault) {
	runes := []rune(known)
	ops, facts := aggregateOps(), learnedFacts()
	for _, w := range callsIn(runes, func(name string) bool { return ops[name].known && facts[name] == noFact }) {
		faults = append(faults, fault{from: w.from, width: w.to - w.from, message: string(runes[w.from:w.to]) + " is of a window, which a condition on a call does not see", remedy: "put it in having:"})
	}
	return faults
}
