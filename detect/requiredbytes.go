package detect

import (
	"regexp/syntax"
	"slices"
	"unicode"

	"spaniel/detect/text"
)

// requiredBytes returns bytes of which every text that the expression finds
// something in holds one, beside one of needs; "" if nothing more is known.
func requiredBytes(re *syntax.Regexp, needs string) string {
	var have byteSet
	have.add(needs)
	for _, c := range requiredClauses(re) {
		if needs == "" || !have.within(&c) {
			return c.String()
		}
	}
	return ""
}

// requiredClauses are sets of bytes, of each of which every match holds one: the
// two rarest, the rarer first.
func requiredClauses(re *syntax.Regexp) (list []byteSet) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			var c byteSet
			c.addRune(r)
			if re.Flags&syntax.FoldCase != 0 {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					c.addRune(f)
				}
			}
			list = append(list, c)
		}
	case syntax.OpCharClass:
		var c byteSet
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= min(re.Rune[i+1], 0x80); r++ {
				c.addRune(r)
			}
			if re.Rune[i+1] >= 0x80 {
				c.addRune(0x80)
			}
		}
		list = append(list, c)
	case syntax.OpCapture, syntax.OpPlus:
		return requiredClauses(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredClauses(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			list = append(list, requiredClauses(sub)...)
		}
	case syntax.OpAlternate:
		list = alternateClauses(re.Sub)
	}
	slices.SortStableFunc(list, func(a, b byteSet) int { return a.weight() - b.weight() })
	for i := 1; i < len(list); i++ {
		if !list[0].within(&list[i]) { // else the first says as much
			return []byteSet{list[0], list[i]}
		}
	}
	return list[:min(len(list), 1)]
}

// beyondNumber reports an expression of which every match holds something that is
// neither a digit nor a dot.
func beyondNumber(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpNoMatch:
		return true
	case syntax.OpLiteral: // to fold case makes no digit
		return slices.ContainsFunc(re.Rune, func(r rune) bool { return !ofNumber(r) })
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= '9' && re.Rune[i+1] >= '0' || re.Rune[i] <= '.' && re.Rune[i+1] >= '.' {
				return false
			}
		}
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return beyondNumber(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min > 0 && beyondNumber(re.Sub[0])
	case syntax.OpConcat:
		return slices.ContainsFunc(re.Sub, beyondNumber)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !beyondNumber(sub) })
	}
	return false
}

func ofNumber(r rune) bool { return '0' <= r && r <= '9' || r == '.' }

// alternateClauses joins the clauses of alternatives: the rarest of each, and the
// next.
func alternateClauses(subs []*syntax.Regexp) []byteSet {
	joined := make([]byteSet, 2)
	for _, sub := range subs {
		of := requiredClauses(sub)
		if len(of) == 0 {
			return nil
		}
		for i := range joined {
			joined[i].join(&of[min(i, len(of)-1)])
		}
	}
	return joined
}

// addRune adds a byte that stands where the rune does: of those beyond ASCII, and
// of what is no UTF-8, any.
func (b *byteSet) addRune(r rune) {
	if r < 0x80 {
		b[r>>6] |= 1 << (r & 63)
		return
	}
	b[2], b[3] = ^uint64(0), ^uint64(0)
}

func (b *byteSet) join(o *byteSet) {
	for i := range b {
		b[i] |= o[i]
	}
}

func (b *byteSet) within(o *byteSet) bool {
	return b[0]&^o[0]|b[1]&^o[1]|b[2]&^o[2]|b[3]&^o[3] == 0
}

// weight says how common the bytes of the set are, together.
func (b *byteSet) weight() (sum int) {
	for i := range 256 {
		if b[i>>6]>>(i&63)&1 != 0 {
			sum += text.Commonness(byte(i))
		}
	}
	return sum
}

// String returns the bytes of the set.
func (b *byteSet) String() string {
	var list []byte
	for i := range 256 {
		if b[i>>6]>>(i&63)&1 != 0 {
			list = append(list, byte(i))
		}
	}
	return string(list)
}
