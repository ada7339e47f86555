package detect

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/detect/prefilter"
	"spaniel/event"
	"spaniel/rules"
)

// shippedTests are the leaf tests of the shipped rules.
func shippedTests(t testing.TB) (*language, *prefilter.Tests) {
	t.Helper()
	set, err := Load([]Source{{Name: "builtin", FS: rules.FS}}, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set.lang, set.lang.leafTests()
}

// oneValue is a request with one leaf, read as sent and once more.
type oneValue event.Leaf

func (v oneValue) Body(*event.Call, *event.Message) []byte { return nil }
func (v oneValue) Leaves(_ *event.Call, dst []event.Leaf) []event.Leaf {
	return append(dst, event.Leaf{Place: v.Place, Kind: v.Kind, Value: v.Value, Expand: v.Expand})
}

// shownValue is oneValue that is shown before it is made, with its place as one
// name or as the names between its dots.
type shownValue struct {
	oneValue
	split bool
}

func (v shownValue) Outline(_ *event.Call, to event.Viewer) bool {
	l := event.Leaf{Kind: v.Kind, Value: v.Value, Expand: v.Expand}
	_, rest, _ := strings.Cut(v.Place, ".")
	if v.Kind == event.LeafHeader {
		if to.Header(rest, v.Value) > 0 {
			return true
		}
		defer to.Shown(1)
	}
	names := []string{rest}
	if v.split {
		names = strings.Split(rest, ".")
	}
	for _, n := range names {
		if n != "" && strings.Trim(n, "0123456789") == "" && v.split {
			continue // of an item, whose key is the list's
		}
		to.Name(n)
		l.Key = n
	}
	to.Leaf(&l, false)
	return true
}

// FuzzLeafTests: what is said of a leaf beforehand is what each matcher says,
// the first time and when it is remembered.
func FuzzLeafTests(f *testing.F) {
	lang, tests := shippedTests(f)
	for _, s := range []string{"1' or '1'='1", "<script>alert(1)</script>", "${jndi:ldap://x/a}", "../../etc/passwd", ";cat /etc/passwd", "{{7*7}}", "x.php", "a.cookie=1; domain=b", "http://169.254.169.254/", "O:4:\"User\":1:{s:1:\"a\";i:1;}", "a\r\nSet-Cookie: b", ""} {
		f.Add("query.url", s, uint8(event.LeafQuery), s)
		f.Add("body.a.$ne", s, uint8(event.LeafJSON), "x")
		f.Add("header.x-a", s, uint8(event.LeafHeader), s+s)
		f.Add("body.__proto__.a", "1", uint8(event.LeafJSON), s)
	}
	view := prefilter.NewView(tests)
	f.Fuzz(func(t *testing.T, place, value string, kind uint8, second string) {
		if len(value)+len(second) > 4096 {
			return
		}
		l := oneValue{Place: place, Kind: event.LeafKind(kind) % (event.LeafName + 1), Value: value}
		// Readings come from the value and its kind alone; the second text
		// stands in the value so that it is the same whenever the value is.
		l.Value = fmt.Sprintf("%d:%s%s", len(value), value, second)
		l.Expand = func(*event.Leaf) []event.Reading { return []event.Reading{{Text: value}, {Chain: "x", Text: second}} }
		if l.Kind == event.LeafHeader { // of these the whole place is known by the name
			_, name, _ := strings.Cut(place, ".")
			place = "header." + lowerASCII(name)
			l.Place = place
		}
		for n := range 6 {
			c := &event.Call{}
			if c.Reset(l); n >= 2 {
				c.Reset(shownValue{l, n >= 4 && l.Kind != event.LeafHeader})
			}
			view.Reset(c)
			for name, m := range lang.filters {
				want := false
				for _, r := range c.Leaves()[0].Readings() {
					_, _, in := m.Match(r.Text)
					if want = want || in; m.Place != nil {
						_, _, at := m.Place(place, r.Text)
						want = want || at
					}
				}
				if got := view.MayHold(1 << m.Index); got != want {
					t.Fatalf("%s in %q at %s: beforehand %v, asked %v", name, value, place, got, want)
				}
			}
		}
	})
}

// FuzzScreenedSearch: the words before a regular expression hide no match.
func FuzzScreenedSearch(f *testing.F) {
	f.Add(`(?i)\.(php[0-9]?|phtml)$`, "a.PHP")
	f.Add(`(?i)k|sess`, "ſeſſ \u212a")
	f.Add(`a*b+(c|d){2,}[ef]`, "bcde")
	f.Add(`(?i)\.(k[ſs]|[^\x00-\x7f]p)`, "x.\u212a\u017f")
	f.Add(`a\x{fffd}`, "a\xff")
	f.Add(`(?i)/(me|account|users?)(/|$)`, "/USERS")
	f.Add(`^https?:[^/]|localhost\.|[\x00-\x1f]|[0-9.]+[:/]`, "1.5")
	f.Add(`(a|[0-9]x*|.)$`, "1.5")
	f.Add(`(?i)^//|/\.(/|$)|%2e|%252f|%5c|;/|%20$|/\*$`, "/a/.")
	f.Add(`(?i)x?(ab|[cd])(e|f?)\bk`, "Ce\u212a")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 60 {
			return
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		sr := regexSearch(re)
		at, text, ok := regexTest(re)(s)
		if a, x, o := sr.find(s); a != at || x != text || o != ok {
			t.Fatalf("%q in %q: screened %d %q %v, plain %d %q %v", pattern, s, a, x, o, at, text, ok)
		}
		var have byteSet
		have.add(s)
		for _, list := range []string{sr.needs, sr.also} {
			var needs byteSet
			needs.add(list)
			if ok && list != "" && !have.meets(&needs) {
				t.Fatalf("%q in %q: found, but none of %q", pattern, s, list)
			}
		}
		if ok && sr.noNumber && strings.Trim(s, "0123456789.") == "" {
			t.Fatalf("%q in %q: found, but is said to need more than a number", pattern, s)
		}
	})
}

// TestScreenedWords: word lists, too, are found as if nothing stood before.
func TestScreenedWords(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abK_.é\x00")), 0, 9, -1)
	rapid.Check(t, func(t *rapid.T) {
		n := &needles{}
		for _, w := range rapid.SliceOfN(word, 1, 4).Draw(t, "words") {
			n.lower = append(n.lower, lowerASCII(w))
		}
		s := word.Draw(t, "before") + rapid.SampledFrom(append(n.lower, "AbK_")).Draw(t, "inside") + word.Draw(t, "after")
		at, text, ok := n.find(s)
		if a, x, o := screened(n.find, n.lower, false).find(s); a != at || x != text || o != ok {
			t.Fatalf("%q in %q: screened %d %q %v, plain %d %q %v", n.lower, s, a, x, o, at, text, ok)
		}
	})
}

// TestShortNumbers: no matcher finds anything in a short number of which that is
// said beforehand.
func TestShortNumbers(t *testing.T) {
	lang, tests := shippedTests(t)
	view := prefilter.NewView(tests)
	digits := rapid.StringOfN(rapid.SampledFrom([]rune("0123456789")), 1, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := digits.Draw(t, "digits")
		if rest := 6 - len(s); rest > 0 && rapid.Bool().Draw(t, "dot") {
			s += "." + digits.Filter(func(d string) bool { return len(d) <= rest }).Draw(t, "behind")
		}
		c := &event.Call{}
		c.Reset(oneValue{Place: "body.price", Kind: event.LeafJSON, Value: s})
		view.Reset(c)
		for name, m := range lang.filters {
			if _, _, want := m.Match(s); view.MayHold(1<<m.Index) != want {
				t.Fatalf("%s in %q: beforehand %v, asked %v", name, s, !want, want)
			}
		}
	})
}

// TestNeeds: what is said beforehand of texts that are numbers, signs and
// little else, which most matchers are not asked about, is what they say.
func TestNeeds(t *testing.T) {
	lang, tests := shippedTests(t)
	view := prefilter.NewView(tests)
	alphabets := []string{"0123456789.", "0123456789.-:/ ", "0.-/%?*[]", " \t,;'\"`|&$(){}", "./\\\x00%", "\x04\b[oU:c", "0oO:{\"}+1", "../0", "169254.0x", "__[].\"pP", "+-=<>@#", "abc (\"", "orand1 =", "S'(\n"}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune(rapid.SampledFrom(alphabets).Draw(t, "alphabet"))), 0, 24, -1).Draw(t, "text")
		if known := []string{"169.254.169.254", "2852039166", "/???/??t /etc/p*", "8.8.8.8", "\xac\xed\x00\x05sr", "rO0ABXNyABFqYXZhLnV0aWw=", "gASVKAAAAAAAAACMBXBvc2l4", "O:4:\"User\":1:{}", "cos\nsystem\n(S'id'", "system('id')"}; rapid.Bool().Draw(t, "known") {
			s = rapid.SampledFrom(known).Draw(t, "which")
		}
		c := &event.Call{}
		c.Reset(oneValue{Place: "query.a", Value: s})
		view.Reset(c)
		for name, m := range lang.filters {
			_, what, want := m.Match(s)
			if m.Place != nil {
				_, _, at := m.Place("query.a", s)
				want = want || at
			}
			if got := view.MayHold(1 << m.Index); got != want {
				t.Fatalf("%s: beforehand %v, asked %v: %q in %q", name, got, want, what, s)
			}
		}
	})
}
