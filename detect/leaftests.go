package detect

import (
	"github.com/expr-lang/expr/ast"

	"spaniel/detect/prefilter"
	"spaniel/detect/text"
)

// maxLeafTests bounds what is asked of every leaf beforehand: as many as fit
// a set of bits.
const maxLeafTests = 64

// maxTestCost bounds what a byte may cost a test that is asked of every leaf,
// at nobody's expense; a rule that wants more pays for it.
const maxTestCost = 1 + 1024/stepsAByte

// maxTestsCost bounds what a byte may cost all of these tests together: on the
// largest call they look at four times the text that one rule may. What comes
// later is paid for by its rules, whatever it costs.
const maxTestsCost = 256

// sharedTest is the bit of all that came when the others were given away: that
// one of their words is in a leaf.
const sharedTest = maxLeafTests - 1

// placeScreen says when a matcher that looks at places may find something, of a
// name in the place and of the value there; nil: always.
type placeScreen struct{ name, value func(string) bool }

// placeScreens are those of the matchers, by name.
func placeScreens() map[string]placeScreen {
	return map[string]placeScreen{"nosqli": {name: text.NoSQLiName}, "proto_pollution": {name: text.ProtoPollutionName}, "ssrf": {text.SSRFName, text.SSRFValue}}
}

// leafTest returns the bit of a function that looks into the readings of a
// leaf, 0 if there is none. A regular expression or word list gets one when it
// is first met.
func (l *language) leafTest(n *ast.CallNode) uint64 {
	key := prefilter.Key(n)
	if key == "" {
		return 0
	}
	m := l.filters[key]
	if m == nil && len(n.Arguments) == 2 {
		if s, ok := l.literalSearch(calleeName(n), n.Arguments[1]); ok {
			if m = l.newTest(s); m != nil {
				l.filters[key] = m
			}
		}
	}
	if m == nil || m.Index >= maxLeafTests {
		return 0
	}
	return 1 << m.Index
}

// newTest makes the test of a search: one of its own, then one that it shares,
// if its words tell when it is worth asking, else none.
func (l *language) newTest(s search) *prefilter.Matcher {
	m := &prefilter.Matcher{Match: s.find, Needs: s.needs, Also: s.also, Words: s.words, NoNumber: s.noNumber, Index: l.tests}
	switch {
	case l.tests < sharedTest && s.cost <= maxTestCost && l.testsCost+s.cost <= maxTestsCost:
		l.tests++
		l.testsCost += s.cost
	case len(s.words) > 0 && shortestOf(s.words) > 1:
		m.Index = sharedTest
		l.sharedWords = append(l.sharedWords, s.words...)
	default:
		return nil
	}
	return m
}

// arrangedTests are tests as arranged when so many had been met.
type arrangedTests struct {
	tests                 *prefilter.Tests
	matchers, words, keys int
}

// leafTests are all that were met, arranged for asking. What is compiled once the
// set is loaded, of which there is hardly any, has them arranged anew.
func (l *language) leafTests() *prefilter.Tests {
	if a := l.arranged; a.tests != nil && a.matchers == l.tests && a.words == len(l.sharedWords) && a.keys == len(l.nameTests) {
		return a.tests
	}
	return l.arrangeTests().tests
}

// arrangeTests arranges all that were met for asking.
func (l *language) arrangeTests() arrangedTests {
	var list []*prefilter.Matcher
	for _, m := range l.filters {
		if m.Index != sharedTest {
			list = append(list, m)
		}
	}
	if len(l.sharedWords) > 0 {
		words := text.NewDictionary([][]string{l.sharedWords})
		list = append(list, &prefilter.Matcher{Words: l.sharedWords, Index: sharedTest, Match: func(s string) (offset int, match string, ok bool) {
			words.Find(s, func(int) bool { ok = true; return false })
			return 0, "", ok
		}})
	}
	return arrangedTests{prefilter.NewTests(list, l.nameTests), l.tests, len(l.sharedWords), len(l.nameTests)}
}

// keyTest returns the bit of a test of names, which key stands for, 0 if there are
// too many.
func (l *language) keyTest(key string, test func(name string) bool) uint64 {
	if _, known := l.keyTests[key]; !known {
		l.nameTests = append(l.nameTests, test)
	}
	if n := number(l.keyTests, key); n < maxLeafTests {
		return 1 << n
	}
	return 0
}

// reader is what reads conditions for the prefilter.
func (l *language) reader() *prefilter.Reader {
	return &prefilter.Reader{Matchers: l.filters, Words: func(n *ast.CallNode) []string {
		if len(n.Arguments) != 2 {
			return nil
		}
		s, _ := l.literalSearch(calleeName(n), n.Arguments[1])
		return s.words
	}, Body: l.bodyOf, Whole: func(n ast.Node) bool { return l.partCost(n) != noPart }}
}

// screen says of a predicate about a leaf which tests must find something in
// it for the predicate to hold: one of the set. An empty set says nothing.
// pure says that the predicate notes no evidence on the way: what stands to
// the right of it may then be asked first.
func (t *translator) screen(n ast.Node) (set uint64, pure bool) {
	switch n := n.(type) {
	case *ast.CallNode:
		if len(n.Arguments) > 0 && t.isElement(n.Arguments[0]) {
			if bit := t.lang.leafTest(n); bit != 0 {
				return bit, false
			}
		}
		return 0, calleeName(n) == "in_list" && len(n.Arguments) == 2 && !isText(n.Arguments[1]) // a named list notes what it found
	case *ast.BinaryNode:
		a, p := t.screen(n.Left)
		b, q := t.screen(n.Right)
		switch n.Operator {
		case "&&", "and":
			if a == 0 && p {
				a = b
			}
			return a, p && q
		case "||", "or":
			if a == 0 || b == 0 {
				return 0, p && q
			}
			return a | b, p && q
		}
		return 0, p && q
	case *ast.UnaryNode:
		_, pure = t.screen(n.Node)
		return 0, pure
	case *ast.MemberNode, *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.ArrayNode, *ast.PointerNode:
		return 0, true
	case *ast.BuiltinNode:
		return 0, n.Name == "len"
	}
	return 0, false
}

// keyScreen is screen for tests of the leaf's key.
func (t *translator) keyScreen(n ast.Node) uint64 {
	switch n := n.(type) {
	case *ast.CallNode:
		if len(n.Arguments) == 2 && isKey(n.Arguments[0]) {
			return t.keySearch(calleeName(n), n.Arguments[1])
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			if a := t.keyScreen(n.Left); a != 0 {
				return a
			}
			if _, pure := t.screen(n.Left); pure {
				return t.keyScreen(n.Right)
			}
		case "||", "or":
			if a, b := t.keyScreen(n.Left), t.keyScreen(n.Right); a != 0 && b != 0 {
				return a | b
			}
		case "==", "in":
			if names, ok := literalNames(n); ok {
				return t.lang.keyTest(n.Operator+" "+n.Right.String(), func(name string) bool { return contains(names, name) })
			}
		}
	}
	return 0
}

// keySearch is the test of what a function with a literal finds in a key.
func (t *translator) keySearch(function string, lit ast.Node) uint64 {
	if function == "in_list" {
		if set, ok := constant(wordsLiteral, lit).(words); ok {
			return t.lang.keyTest("in_list "+lit.String(), func(name string) bool { return set[lowerASCII(name)] })
		}
	} else if s, ok := t.lang.literalSearch(function, lit); ok && s.cost <= maxTestCost {
		return t.lang.keyTest(function+" "+lit.String(), func(name string) bool { _, _, found := s.find(name); return found })
	}
	return 0
}

// literalNames returns the names that a comparison of the leaf's key allows.
func literalNames(n *ast.BinaryNode) (names []string, ok bool) {
	if !isKey(n.Left) {
		return nil, false
	}
	if s, isText := n.Right.(*ast.StringNode); isText && n.Operator == "==" {
		return []string{s.Value}, true
	}
	if n.Operator == "in" {
		return stringList(n.Right)
	}
	return nil, false
}

// isKey reports the key of the leaf that a predicate is about.
func isKey(n ast.Node) bool {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return false
	}
	p, isElement := m.Node.(*ast.PointerNode)
	name, isName := m.Property.(*ast.StringNode)
	return isElement && p.Name == "" && isName && name.Value == "key"
}

// walkHot walks the leaves of which one of the set of tests holds until p
// holds, and reports whether it did.
func walkHot(ev *eval, set uint64, p func(*eval) bool) bool {
	v := ev.scope.view
	if v == nil || set == 0 {
		return walkLeaves(ev, p, true)
	}
	if !v.MayHold(set) {
		return false
	}
	leaves := ev.scope.call.Leaves()
	for i := range leaves {
		if !v.LeafMayHold(i, set) {
			continue
		}
		if ev.leaf = &leaves[i]; p(ev) {
			return true
		}
	}
	return false
}
