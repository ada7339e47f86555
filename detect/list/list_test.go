package list

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spaniel/detect/text"
	"spaniel/internal/costtest"
)

func parse(t *testing.T, kind Kind, text string) *List {
	t.Helper()
	l, faults := Parse("l", kind, text, nil)
	if len(faults) > 0 {
		t.Fatalf("%+v", faults)
	}
	return l
}

func day(s string) int64 {
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return v.UnixNano()
}

// TestKinds: what is in a list of each kind, what is not, and when.
func TestKinds(t *testing.T) {
	now := day("2026-06-01T12:00:00Z")
	for _, c := range []struct {
		kind      Kind
		text      string
		in, notIn []string
	}{
		{CIDR, "# ours\n203.0.113.0/24 # office\n2001:db8::/32\n198.51.100.7\n::ffff:192.0.2.0/120\n",
			[]string{"203.0.113.255", "2001:db8::1", "198.51.100.7", "::ffff:203.0.113.1", "192.0.2.9"},
			[]string{"203.0.114.0", "198.51.100.8", "", "shop.example", "fe80::1%eth0", "203.0.113.0/24"}},
		{Exact, "Admin\n\"# no comment \" # one\n\"a\\x00\"\n", []string{"Admin", "# no comment ", "a\x00"}, []string{"admin", "# no comment", "one", ""}},
		{Word, "\ufeffAdmin\r\n  root  \r\n", []string{"ADMIN", "root"}, []string{"roots", " root", ""}},
		{Wildcard, "*.evil.example\n/old/*\n*sql?map*\nexact.example\n", []string{"a.Evil.example", "/old/", "my sqlxmap 1", "EXACT.example"}, []string{"evil.example", "/older", "sqlmap", "exact.example.org"}},
		{Regex, "(?i)^curl/[0-6]\\.\nunion\\s+select # seen\n", []string{"Curl/6.2", "1 union  select 2"}, []string{"UNION select", "curl/7.1", "seen"}},
		{CIDR, "10.0.0.0/8\n10.1.0.0/16 expires=2026-05-31\n10.2.0.0/16 expires=2026-06-01 # today\n", []string{"10.1.2.3", "10.2.0.1"}, []string{"11.0.0.0"}},
		{CIDR, "10.1.0.0/16 expires=2026-05-31\n10.2.0.0/16\n10.2.3.0/24 expires=2026-01-01", []string{"10.2.3.4"}, []string{"10.1.2.3"}},
		{Exact, "a expires=2026-06-01T12:00:00Z\nb expires=2026-06-01T12:00:00.5Z\nc expires=2026-01-01\nc expires=2027-01-01\n\"d e\" expires=2020-01-01", []string{"b", "c"}, []string{"a", "d e"}},
		{Wildcard, "a* expires=2026-01-01\nab* expires=2027-01-01\n*z expires=2026-01-01", []string{"abc"}, []string{"ac", "z"}},
		{Regex, "a+ expires=2026-01-01\nab+", []string{"xabb"}, []string{"aaa"}},
	} {
		l := parse(t, c.kind, c.text)
		for _, s := range c.in {
			if off, match, ok := l.Find(s, now); !ok || off < 0 || match == "" {
				t.Errorf("%s %q: %q is not found (%d, %q)", c.kind, c.text, s, off, match)
			}
		}
		for _, s := range c.notIn {
			if _, _, ok := l.Find(s, now); ok {
				t.Errorf("%s %q: %q is found", c.kind, c.text, s)
			}
		}
	}
}

// TestFaults: each names line and column, and what to write instead.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		kind      Kind
		text      string
		line, col int
		message   string
	}{
		{CIDR, "\n 300.1.1.1", 2, 2, "is no network"},
		{CIDR, "10.1.2.3/8", 1, 1, "bits beyond its length"},
		{CIDR, "10.0.0.0/8 20.0.0.0/8", 1, 1, "is no network"},
		{CIDR, "fe80::1%eth0", 1, 1, "is no network"},
		{Exact, "a expires=2026-02-30", 1, 3, "is no time"},
		{Exact, "a expires=tomorrow # x", 1, 3, "is no time"},
		{Exact, "a expires=3026-01-01", 1, 3, "is no time"},
		{Exact, "expires=2026-01-01", 1, 1, "no entry before"},
		{Exact, `"a" b`, 1, 5, "stands behind"},
		{Exact, `"a`, 1, 1, "no string"},
		{Exact, `""`, 1, 1, "empty"},
		{Exact, "a\nb\xff", 2, 1, "UTF-8"},
		{Exact, strings.Repeat("a", MaxEntry+1), 1, 1, "bytes"},
		{Regex, "a(", 1, 1, "missing closing"},
		{Regex, strings.Repeat("a{1000}\n", 9), 9, 1, "more than"},
		{Wildcard, `a\`, 1, 1, "backslash"},
		{Wildcard, strings.Repeat("a*b\n", MaxInner+1), MaxInner + 1, 1, "wildcards with"},
		{"cird", "a", 1, 1, "no kind"},
	} {
		_, faults := Parse("l", c.kind, c.text, nil)
		if len(faults) != 1 || faults[0].Line != c.line || faults[0].Col != c.col || !strings.Contains(faults[0].Message, c.message) {
			t.Errorf("%s %.40q: %+v", c.kind, c.text, faults)
		}
	}
	var dates strings.Builder
	for i := range MaxDates + 1 {
		fmt.Fprintf(&dates, "a%d* expires=20%02d-01-01\n", i, 30+i)
	}
	for what, text := range map[string]string{"dates": dates.String(), "a large file": strings.Repeat("#\n", MaxFile/2+1), "entries": strings.Repeat("a\n", MaxEntries+1),
		"faults": strings.Repeat("\xff\n", 1000)} {
		kind := Wildcard
		if what == "entries" {
			kind = Exact
		}
		if l, faults := Parse("l", kind, text, nil); l != nil || len(faults) == 0 || len(faults) > maxFaults {
			t.Errorf("%s: %d faults", what, len(faults))
		}
	}
}

// TestHash: it names the entries and their ends, not comments or line ends.
func TestHash(t *testing.T) {
	a := parse(t, Exact, "a # one\r\nb expires=2030-01-01\r\n").Hash
	if b := parse(t, Exact, "# two\na\n\nb   expires=2030-01-01").Hash; a != b {
		t.Error("a comment changes the hash")
	}
	for _, other := range []string{"a\nb", "b expires=2030-01-01\na", "a\nb expires=2030-01-02", "a\nbc"} {
		if parse(t, Exact, other).Hash == a {
			t.Errorf("%q has the same hash", other)
		}
	}
}

// reference is a list of any kind as nobody would keep one: entries asked in
// turn.
func reference(kind Kind, entries []string, until []int64, s string, now int64) bool {
	for i, e := range entries {
		if now >= until[i] {
			continue
		}
		switch kind {
		case CIDR:
			a, err := netip.ParseAddr(s)
			p, perr := netip.ParsePrefix(e)
			if err == nil && perr == nil && p.Contains(a.Unmap()) {
				return true
			}
		case Exact:
			if e == s {
				return true
			}
		case Word:
			if text.Lower(e) == text.Lower(s) {
				return true
			}
		case Wildcard:
			w, err := text.NewWildcard(e)
			if err == nil && w.MatchLower(text.Lower(s)) {
				return true
			}
		case Regex:
			if regexp.MustCompile(e).MatchString(s) {
				return true
			}
		}
	}
	return false
}

// TestListsAreTheirReference holds the searches against asking entry by entry.
func TestListsAreTheirReference(t *testing.T) {
	pools := map[Kind][2][]string{
		CIDR:     {{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/32", "2001:db8:1::/48", "10.1.2.128/25"}, {"10.1.2.3", "10.1.2.200", "10.9.9.9", "11.0.0.1", "2001:db8:1::5", "::ffff:10.1.2.3", "x"}},
		Exact:    {{"a", "A", "ab", "abc"}, {"a", "A", "ab", "AB", "abcd"}},
		Word:     {{"a", "A", "ab", "abc"}, {"a", "A", "ab", "AB", "abcd"}},
		Wildcard: {{"a*", "ab*", "*c", "*bc", "a*c", "a?c", "abc", "*", "*b*", "abc*", "?"}, {"a", "abc", "ABC", "bc", "ac", "", "axxc", "b"}},
		Regex:    {{"a+", "^b", "c$", "(?i)AB", "a|b", "x*y"}, {"a", "bc", "c", "aB", "yy", "zz", ""}},
	}
	times := []int64{day("2026-01-02T00:00:00Z"), day("2026-03-02T00:00:00Z"), forever}
	stamps := []string{" expires=2026-01-01", " expires=2026-03-02T00:00:00Z", ""}
	for _, kind := range Kinds() {
		rapid.Check(t, func(t *rapid.T) {
			entries := rapid.SliceOfN(rapid.SampledFrom(pools[kind][0]), 0, 8).Draw(t, "entries")
			var text strings.Builder
			var until []int64
			for _, e := range entries {
				i := rapid.IntRange(0, 2).Draw(t, "end")
				until = append(until, times[i])
				fmt.Fprintf(&text, "%s%s\n", e, stamps[i])
			}
			l, faults := Parse("l", kind, text.String(), nil)
			if len(faults) > 0 {
				t.Fatalf("%+v", faults)
			}
			s := rapid.SampledFrom(pools[kind][1]).Draw(t, "text")
			now := rapid.SampledFrom([]int64{0, times[0] - 1, times[0], times[1] - 1, times[1], 4e18}).Draw(t, "now")
			off, match, got := l.Find(s, now)
			if want := reference(kind, entries, until, s, now); got != want {
				t.Fatalf("%s %q: %q at %d is %v, asked one by one %v", kind, text.String(), s, now, got, want)
			}
			if got && kind != CIDR && s[off:off+len(match)] != match {
				t.Fatalf("%q is not at %d of %q", match, off, s)
			}
		})
	}
}

// FuzzParse: a text is a list or has faults with a place; and what is an entry
// without an end is found in the list.
func FuzzParse(f *testing.F) {
	for i, s := range []string{"10.0.0.0/8 # x\n::1\n", "a expires=2026-01-01\n\"b \"\n", "Word\n", "*.x\na?b\n\\*\n", "a+\n(?i)b"} {
		f.Add(uint8(i), s)
	}
	f.Fuzz(func(t *testing.T, k uint8, raw string) {
		kind := Kinds()[int(k)%len(Kinds())]
		l, faults := Parse("l", kind, raw, nil)
		for _, x := range faults {
			if x.Line < 1 || x.Col < 1 || x.Width < 1 || x.Message == "" {
				t.Fatalf("%+v", x)
			}
		}
		if (l == nil) != (len(faults) > 0) {
			t.Fatalf("a list: %v, faults: %d", l != nil, len(faults))
		}
		if l == nil || kind == Regex || kind == Wildcard {
			return
		}
		n := 0
		for raw := range strings.SplitSeq(strings.TrimPrefix(raw, "\ufeff"), "\n") {
			ln, fault := parseLine(strings.TrimSuffix(raw, "\r"))
			if fault != nil {
				t.Fatal("a list with a fault")
			}
			if ln.entry == "" {
				continue
			}
			n++
			value, _, _ := strings.Cut(ln.entry, "/")
			if kind != CIDR {
				value = ln.entry
			}
			if _, _, ok := l.Find(value, ln.until-1); !ok {
				t.Fatalf("%q is not in its own list", value)
			}
		}
		if n != l.Entries {
			t.Fatalf("%d entries, not %d", l.Entries, n)
		}
	})
}

// TestListsAreLinear: in the text that is looked up, and in the file.
func TestListsAreLinear(t *testing.T) {
	wild := parse(t, Wildcard, "*a*a*b\n*ab?c*\nx*\n*y\n")
	regex := parse(t, Regex, "a+b\n(a|aa)+$\nx.*y\n")
	for _, part := range []string{"a", "ab", "x"} {
		costtest.Linear(t, "wildcards over "+part, 64<<10, 0, func(n int) func() {
			s := strings.Repeat(part, n/len(part))
			return func() { wild.Find(s, 0) }
		})
		costtest.Linear(t, "expressions over "+part, 64<<10, 0, func(n int) func() {
			s := strings.Repeat(part, n/len(part))
			return func() { regex.Find(s, 0) }
		})
	}
	for what, entry := range map[string]string{"comments": "# # # #\n", "quotes": "\"\\\"\\\"\"\n", "blanks": " \t \t \n", "words": "a b c d e f # x\n"} {
		costtest.Linear(t, what, 4<<10, 0, func(n int) func() {
			s := strings.Repeat(entry, n)
			return func() { Parse("l", Exact, s, nil) }
		})
	}
}
